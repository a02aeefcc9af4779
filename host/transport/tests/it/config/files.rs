//! Which files of a directory are flows, and what a flow may state about the text files it reads.

use std::path::Path;

use gantry_config::{Dialect, Encoding};
use gantry_transport::source::files::{FileFormat, Files};

use super::load_flows;

/// A flow that takes in files.
fn flow(name: &str, source: &str, rest: &str) -> String {
    format!("[flow]\nname = \"{name}\"\n[source.files]\n{source}\n{rest}\n[target.out.file]\npath = \"out.ndjson\"\n")
}

const PLAIN: &str = "directory = \"inbox\"\nformat = \"csv\"";

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

/// What is wrong with one flow.
fn mistakes(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "t.json", "[]");
    write(folder.path(), "t.csv", "k\n");
    write(folder.path(), "flow.toml", text);
    load_flows(&[folder.path()]).expect_err("the flow has mistakes").to_string()
}

#[test]
fn hidden_files_and_those_of_editors_are_no_flows_and_capital_endings_are() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.toml", &flow("a", PLAIN, ""));
    write(folder.path(), "B.TOML", &flow("b", "directory = \"other\"\nformat = \"csv\"", ""));
    for name in ["._a.toml", ".a.toml", "~$a.toml", "#a.toml#", "a.toml~", "a.toml.bak"] {
        write(folder.path(), name, "\0\u{5}\u{16}\u{7}");
    }
    std::os::unix::fs::symlink("user@host.1:1", folder.path().join(".#a.toml")).unwrap();
    let (flows, _) = load_flows(&[folder.path()]).unwrap();
    let mut names: Vec<_> = flows.iter().map(|flow| flow.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn encoding_and_dialect_are_read_for_files_and_for_tables() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "t.csv", "k\n");
    let options = r##"encoding = "utf-16le"
csv = { delimiter = "\t", quote = "'", escape = "\\", comment = "#", skip_lines = 3, trim = true }"##;
    let table = format!("[table.t]\nfile = \"t.csv\"\nkey = \"k\"\nmay_be_empty = true\nmax_shrink = 0.25\n{options}");
    write(folder.path(), "flow.toml", &flow("f", &format!("{PLAIN}\nquiet = \"9s\"\n{options}"), &table));
    let (flows, _) = load_flows(&[folder.path()]).unwrap();
    let files = flows[0].source.of_kind::<Files>().unwrap().clone();
    let dialect = Dialect {
        delimiter: b'\t',
        quote: Some(b'\''),
        escape: Some(b'\\'),
        comment: Some(b'#'),
        skip_lines: 3,
        trim: true,
    };
    let FileFormat::Csv(csv) = files.format else { panic!("csv") };
    let table = &flows[0].tables["t"];
    assert_eq!((&csv.dialect, &table.dialect), (&dialect, &dialect));
    assert_eq!((files.encoding, table.encoding), (Encoding::of_label("UTF-16LE").unwrap(), files.encoding));
    assert_eq!((files.quiet.as_secs(), table.may_be_empty, table.max_shrink), (9, true, 0.25));
}

#[test]
fn encodings_and_signs_that_can_not_be_are_refused_at_their_place() {
    for (options, wanted) in [
        ("encoding = \"ansi\"", "`ansi` is not an encoding"),
        ("encoding = \"replacement\"", "`replacement` is not an encoding"),
        ("csv = { delimiter = \";;\" }", "a delimiter is one ASCII character"),
        ("csv = { quote = \"q\" }", "a quote is one ASCII character"),
        ("csv = { comment = \"//\" }", "the sign of a comment is one ASCII character"),
        ("csv = { escape = \"\\\"\" }", "`\\\"` is both `quote` and `escape`"),
        ("csv = { delimiter = \"\\\"\" }", "is both `delimiter` and `quote`"),
        ("csv = { delimiter = \"#\", comment = \"#\" }", "`#` is both `delimiter` and `comment`"),
    ] {
        let of_source = mistakes(&flow("f", &format!("{PLAIN}\n{options}"), ""));
        assert!(of_source.contains(wanted), "{options}: {of_source}");
        let table = format!("[table.t]\nfile = \"t.csv\"\nkey = \"k\"\n{options}");
        let of_table = mistakes(&flow("f", PLAIN, &table));
        assert!(of_table.contains(wanted), "{options}: {of_table}");
    }
    let json = "[table.t]\nfile = \"t.json\"\nkey = \"k\"\ncsv = { trim = true }";
    assert!(mistakes(&flow("f", PLAIN, json)).contains("the table is JSON"));
}

#[test]
fn two_spellings_of_one_directory_are_one_directory_and_two_formats_share_it() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.toml", &flow("a", PLAIN, ""));
    write(folder.path(), "b.toml", &flow("b", "directory = \"inbox\"\nformat = \"json\"", ""));
    load_flows(&[folder.path()]).unwrap();
    for spelling in ["directory = \"./x/../inbox/\"\nformat = \"csv\"", &format!("{PLAIN}\npattern = \"*.CSV\"")] {
        write(folder.path(), "b.toml", &flow("b", spelling, ""));
        let found = load_flows(&[folder.path()]).unwrap_err().to_string();
        assert!(found.contains("another flow takes its messages from"), "{spelling}: {found}");
    }
    std::fs::create_dir(folder.path().join("inbox")).unwrap();
    std::os::unix::fs::symlink("inbox", folder.path().join("link")).unwrap();
    write(folder.path(), "b.toml", &flow("b", "directory = \"link\"\nformat = \"csv\"", ""));
    assert!(load_flows(&[folder.path()]).is_err());
}
