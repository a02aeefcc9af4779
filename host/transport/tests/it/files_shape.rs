//! Dropped files of another shape than their flow states: read where an option says so, else refused by name and line.

use gantry_config::{Dialect, Encoding};
use gantry_transport::source::files::{CsvOptions, FileFormat};

use crate::files::{Drop, csv};

fn dialect(dialect: Dialect) -> FileFormat {
    FileFormat::Csv(CsvOptions { dialect, group_by: None })
}

fn delimited(delimiter: u8) -> FileFormat {
    dialect(Dialect { delimiter, ..Dialect::default() })
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

async fn is_refused(format: FileFormat, content: &[u8], wanted: &[&str]) {
    let report = Drop::of(format).report(content).await;
    for text in wanted {
        assert!(report.contains(text), "{text}: {report}");
    }
}

#[tokio::test]
async fn a_quote_that_is_never_closed_fails_the_whole_file_where_it_opens() {
    is_refused(
        csv(None),
        b"id,name\n1,\"open\n2,Bob\n3,Cyd\n",
        &["line 2, field 2:", "never closed", "close the quote"],
    )
    .await;
    is_refused(csv(None), b"id,note\n1,\"cut of", &["line 2, field 2:", "exported again"]).await;
}

#[tokio::test]
async fn quotes_that_the_format_does_not_explain_fail_the_file_with_line_and_field() {
    for (content, problem) in [
        (&b"id,item\n1,\"24\" box\"\n"[..], "text behind the closing quote"),
        (b"id,item\n1,24\" box\n", "a quote inside a field"),
        (b"id,item\n1, \"Lovelace, Ada\"\n", "a quote inside a field"),
    ] {
        is_refused(csv(None), content, &["line 2, field 2:", problem, "csv = { trim = true }"]).await;
    }
}

#[tokio::test]
async fn another_delimiter_is_named_with_the_option_to_state() {
    for (name, option) in [(";", ";"), ("\t", "\\t"), ("|", "|")] {
        let content = format!("id{name}name\n1{name}Ada\n");
        is_refused(csv(None), content.as_bytes(), &["line 1:", &format!("csv = {{ delimiter = \"{option}\" }}")]).await;
    }
    is_refused(delimited(b';'), b"id,name\n1,Ada\n", &["line 1:", "csv = { delimiter = \",\" }"]).await;
    is_refused(csv(None), b"id;price;net, gross\n1;2,5;3\n", &["line 1:", "csv = { delimiter = \";\" }"]).await;
    let quoted = Drop::of(csv(None)).payloads("\"name; first\"\nAda\n").await;
    assert_eq!(quoted, [r#"{"name; first":"Ada"}"#]);
}

#[tokio::test]
async fn the_delimiter_line_of_excel_is_skipped_where_it_agrees_and_else_refused() {
    for content in ["sep=;\r\nid;name\r\n1;Ada\r\n", "\u{feff}SEP=;\nid;name\n1;Ada\n", "\"sep=;\"\nid;name\n1;Ada\n"] {
        let payloads = Drop::of(delimited(b';')).payloads(content).await;
        assert_eq!(payloads, [r#"{"id":"1","name":"Ada"}"#], "{content:?}");
    }
    for content in ["sep=;\nid;name\n1;Ada\n", "sep=;\nid;name;n\n1;Ada;2\n", "sep=\t\nid\tname\n"] {
        is_refused(
            csv(None),
            content.as_bytes(),
            &["line 1: the line says that fields are separated by", "csv = { delimiter"],
        )
        .await;
    }
}

#[tokio::test]
async fn rows_of_delimiters_and_blank_rows_are_no_messages() {
    let content = "id;name\n1;Ada\n;\n;;;\n \n\n;\n";
    assert_eq!(Drop::of(delimited(b';')).payloads(content).await, [r#"{"id":"1","name":"Ada"}"#]);
}

#[tokio::test]
async fn utf_16_is_refused_by_name_unless_the_flow_states_it() {
    let text = "id,name\r\n1,Käse\r\n";
    for (mark, bytes, label) in [
        (&b""[..], utf16(text, u16::to_le_bytes), "utf-16le"),
        (b"\xff\xfe", utf16(text, u16::to_le_bytes), "utf-16le"),
        (b"", utf16(text, u16::to_be_bytes), "utf-16be"),
        (b"\xfe\xff", utf16(text, u16::to_be_bytes), "utf-16be"),
    ] {
        let content = [mark, &bytes].concat();
        let option = format!("encoding = \"{label}\"");
        for format in [csv(None), FileFormat::Json, FileFormat::Ndjson] {
            is_refused(format, &content, &["line 1:", &label.to_uppercase(), &option]).await;
        }
        let mut drop = Drop::of(csv(None));
        drop.config.encoding = Encoding::of_label(label).unwrap();
        assert_eq!(drop.payloads(content).await, [r#"{"id":"1","name":"Käse"}"#], "{label}");
    }
}

#[tokio::test]
async fn a_stated_encoding_holds_for_every_format_and_a_file_in_utf_8_is_not_taken_for_it() {
    for (format, content, payload) in [
        (csv(None), &b"n\nK\xe4se\n"[..], r#"{"n":"Käse"}"#),
        (FileFormat::Json, b"[{\"n\":\"K\xe4se\"}]", r#"{"n":"Käse"}"#),
        (FileFormat::Ndjson, b"{\"n\":\"K\xe4se\"}\n", r#"{"n":"Käse"}"#),
    ] {
        let mut drop = Drop::of(format.clone());
        drop.config.encoding = Encoding::of_label("windows-1252").unwrap();
        assert_eq!(drop.payloads(content).await, [payload]);
        let mut drop = Drop::of(format);
        drop.config.encoding = Encoding::of_label("windows-1252").unwrap();
        let report = drop.report("\"Käse\"").await;
        assert!(report.contains("the file is UTF-8, but its flow states windows-1252"), "{report}");
    }
}

#[tokio::test]
async fn what_is_no_text_is_called_by_its_name() {
    is_refused(csv(None), b"PK\x03\x04\x14\0\x06\0", &["an Excel workbook", "save the workbook as CSV"]).await;
    is_refused(FileFormat::Ndjson, b"\x1f\x8b\x08\0", &["a gzip archive", "unpack"]).await;
    is_refused(csv(None), b"<!DOCTYPE html>\n<title>Login</title>\n", &["an HTML page"]).await;
    is_refused(csv(None), b"id,name\n1,Ada\n2,B\0b\n", &["line 3: there is a NUL"]).await;
}

#[tokio::test]
async fn the_end_of_file_mark_of_dos_is_dropped_at_the_end_and_refused_inside() {
    for (format, content, payload) in [
        (csv(None), "id,name\r\n1,Ada\r\n\u{1a}", r#"{"id":"1","name":"Ada"}"#),
        (csv(None), "id\r\n1\r\n\u{1a}\u{1a}\r\n", r#"{"id":"1"}"#),
        (FileFormat::Json, "[{\"id\":1}]\r\n\u{1a}", r#"{"id":1}"#),
        (FileFormat::Ndjson, "{\"id\":1}\r\n\u{1a}", r#"{"id":1}"#),
    ] {
        assert_eq!(Drop::of(format).payloads(content).await, [payload], "{content:?}");
    }
    is_refused(csv(None), b"id\r\n1\r\n\x1aid\r\n2\r\n", &["line 3:", "Ctrl-Z", "joined"]).await;
    is_refused(csv(None), "id\n1\n\u{feff}id\n2\n".as_bytes(), &["line 3, field 1:", "byte order mark"]).await;
}

#[tokio::test]
async fn a_dialect_is_read_as_its_flow_states_it() {
    let format = dialect(Dialect {
        delimiter: b';',
        quote: Some(b'\''),
        escape: Some(b'\\'),
        comment: Some(b'#'),
        skip_lines: 2,
        trim: true,
    });
    let content = "Report of today\n\"\n# columns\nid ; name\n1 ; 'O\\'Hara; \"Ann\"' \n# end\n";
    let mut drop = Drop::of(format);
    drop.config.encoding = Encoding::of_label("iso-8859-1").unwrap();
    assert_eq!(drop.payloads(content).await, [r#"{"id":"1","name":"O'Hara; \"Ann\""}"#]);
}

#[tokio::test]
async fn a_json_file_splits_the_same_whatever_blanks_are_before_it() {
    for blanks in ["", " ", "\n\n\n", "\r\n\r\n\r\n\r\n", "\u{feff}", "\u{feff}\n\n \t\n", &"\n".repeat(100_000)] {
        let array = format!("{blanks}[1,\n{{\"a\": 2}}]\n\n");
        assert_eq!(Drop::of(FileFormat::Json).payloads(&array).await, ["1", r#"{"a":2}"#]);
        let object = format!("{blanks}{{\"a\": [1]}}");
        assert_eq!(Drop::of(FileFormat::Json).payloads(&object).await, [r#"{"a":[1]}"#]);
    }
    is_refused(FileFormat::Json, b"\n\n\n\n[{\"a\": 1},\n {\"a\" 1}]", &["line 6, column 7"]).await;
    is_refused(FileFormat::Json, b"{\"a\":1}\n{\"a\":2}\n", &["line 2, column 1", "format = \"ndjson\""]).await;
}
