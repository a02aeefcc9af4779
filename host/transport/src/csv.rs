//! CSV, read strictly: for file sources and for tables.
//!
//! A text that RFC 4180 and the stated dialect don't explain is refused with its line and field: a quote that is never
//! closed, text behind a closing quote, a quote inside a field without quotes, a row with more or fewer fields than the
//! header. A reader that guesses instead swallows or alters data, and nobody finds out.
//!
//! Rows without any value, which spreadsheets leave at the end of a table, are skipped. Lines end with a line feed, a
//! carriage return, or both.

mod bytes;
mod columns;
mod header;
mod row;

use std::io::Read;

use gantry_config::Dialect;

use crate::defect::{Defect, Place};
use crate::text::{RecordLimit, Text, Unreadable};
use bytes::Bytes;
pub(crate) use columns::{Columns, quoted};
pub(crate) use row::Row;

/// A byte order mark, decoded. The one at the beginning of a file is dropped before.
const MARK: char = '\u{feff}';

/// Most fields of a row: far more than any table has. A file of a few megabytes could have millions.
const MOST_FIELDS: usize = 4096;

/// The rows of a text, each with its place.
pub(crate) struct Rows<'d, R> {
    text: Bytes<Text<R>>,
    dialect: &'d Dialect,
    /// Every byte that may be more than a part of a value.
    special: Vec<u8>,
    record_limit: RecordLimit,
    row: Row,
    /// The number of fields that the header has, once it was read.
    width: Option<usize>,
}

/// What ended a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Delimiter,
    Row,
}

impl<'d, R: Read> Rows<'d, R> {
    /// Reads `text` from its beginning.
    pub(crate) fn new(text: Text<R>, dialect: &'d Dialect, record_limit: RecordLimit) -> Self {
        let mut row = Row::default();
        row.begin(1);
        let mut special = vec![b'\r', b'\n', dialect.delimiter];
        special.extend(dialect.quote.into_iter().chain(dialect.escape));
        Self { text: Bytes::new(text), dialect, special, record_limit, row, width: None }
    }

    /// The next row behind the header that has a value.
    pub(crate) fn next(&mut self) -> Result<Option<&Row>, Unreadable> {
        if !self.read_row()? {
            return Ok(None);
        }
        let fields = self.row.len();
        if self.row.field(0).starts_with(MARK) {
            let problem = "the row begins with a byte order mark: two files may have been joined";
            let fix = "drop the files one by one, or remove the mark";
            return Err(Defect::new(Place::Field(self.row.line(), 1), problem, fix).into());
        }
        match self.width {
            Some(width) if width != fields => Err(self.ragged(width, fields).into()),
            _ => Ok(Some(&self.row)),
        }
    }

    fn too_many(&self) -> Defect {
        let problem = format!("the row has more than {MOST_FIELDS} fields");
        let fix = "drop the columns that nobody needs, or split the table";
        Defect::new(Place::Field(self.row.line(), MOST_FIELDS + 1), problem, fix)
    }

    fn ragged(&self, width: usize, fields: usize) -> Defect {
        let problem = format!("the row has {fields} fields where the header has {width}");
        let fix = "complete the row, or put fields that hold the delimiter or a line end in double quotes";
        Defect::new(Place::Line(self.row.line()), problem, fix)
    }

    /// Reads on to a row that has a value; false at the end.
    fn read_row(&mut self) -> Result<bool, Unreadable> {
        loop {
            self.record_limit.renew();
            self.row.begin(self.text.line());
            match self.peek()? {
                None => return Ok(false),
                begin if begin.is_some() && begin == self.dialect.comment => self.skip_line()?,
                Some(_) => {
                    while self.field()? == End::Delimiter {}
                    if !self.row.is_blank() {
                        return Ok(true);
                    }
                }
            }
        }
    }

    /// Reads one field into the row.
    fn field(&mut self) -> Result<End, Unreadable> {
        self.skip_blanks()?;
        let begins_quoted = self.dialect.quote.is_some() && self.peek()? == self.dialect.quote;
        let end = if begins_quoted { self.quoted_field()? } else { self.bare_field()? };
        if self.row.len() == MOST_FIELDS {
            return Err(self.too_many().into());
        }
        self.row.end_field();
        Ok(end)
    }

    fn bare_field(&mut self) -> Result<End, Unreadable> {
        loop {
            self.text.take_run(&self.special, self.row.bytes());
            let Some(byte) = self.peek()? else { break };
            if byte == self.dialect.delimiter || is_line_end(byte) {
                break;
            }
            if Some(byte) == self.dialect.quote {
                return Err(self.quote_inside().into());
            }
            self.take_character(byte)?;
        }
        if self.dialect.trim {
            self.row.trim_field();
        }
        self.end()
    }

    fn quoted_field(&mut self) -> Result<End, Unreadable> {
        let opened = self.text.line();
        self.row.mark_quoted();
        self.bump()?;
        loop {
            self.text.take_run(&self.special, self.row.bytes());
            let Some(byte) = self.peek()? else { return Err(self.never_closed(opened).into()) };
            if Some(byte) != self.dialect.quote {
                self.take_character(byte)?;
                continue;
            }
            self.bump()?;
            if self.peek()? != self.dialect.quote {
                break;
            }
            self.row.push(byte);
            self.bump()?;
        }
        self.skip_blanks()?;
        match self.peek()? {
            Some(byte) if byte != self.dialect.delimiter && !is_line_end(byte) => Err(self.behind_quote(opened).into()),
            _ => self.end(),
        }
    }

    /// Takes a character into the field, and behind an escape what it stands before.
    fn take_character(&mut self, byte: u8) -> Result<(), Unreadable> {
        self.bump()?;
        if Some(byte) == self.dialect.escape
            && let Some(next) = self.peek()?
            && (next == self.dialect.delimiter || [self.dialect.quote, self.dialect.escape].contains(&Some(next)))
        {
            self.row.push(next);
            return self.bump();
        }
        self.row.push(byte);
        Ok(())
    }

    /// Takes what ends a field.
    fn end(&mut self) -> Result<End, Unreadable> {
        match self.peek()? {
            Some(byte) if byte == self.dialect.delimiter => {
                self.bump()?;
                Ok(End::Delimiter)
            }
            Some(byte) => {
                self.end_line(byte)?;
                Ok(End::Row)
            }
            None => Ok(End::Row),
        }
    }

    fn end_line(&mut self, end: u8) -> Result<(), Unreadable> {
        self.bump()?;
        if end == b'\r' && self.peek()? == Some(b'\n') {
            self.bump()?;
        }
        Ok(())
    }

    fn skip_line(&mut self) -> Result<(), Unreadable> {
        while let Some(byte) = self.peek()? {
            if is_line_end(byte) {
                return self.end_line(byte);
            }
            self.bump()?;
        }
        Ok(())
    }

    fn skip_blanks(&mut self) -> Result<(), Unreadable> {
        while self.dialect.trim
            && let Some(byte) = self.peek()?
            && row::is_blank(byte)
            && byte != self.dialect.delimiter
        {
            self.bump()?;
        }
        Ok(())
    }

    fn peek(&mut self) -> Result<Option<u8>, Unreadable> {
        let place = Place::Line(self.row.line());
        self.text.peek().map_err(|error| Unreadable::of_io(error, place))
    }

    fn bump(&mut self) -> Result<(), Unreadable> {
        let place = Place::Line(self.row.line());
        self.text.bump().map_err(|error| Unreadable::of_io(error, place))
    }

    fn never_closed(&self, opened: u64) -> Defect {
        let problem = "the quote that begins this field is never closed, so the rest of the file would be its value";
        let fix = "close the quote; a file that ends here may have been cut off: have it exported again";
        Defect::new(Place::Field(opened, self.row.len() + 1), problem, fix)
    }

    fn behind_quote(&self, opened: u64) -> Defect {
        let mut problem = "there is text behind the closing quote of this field".to_owned();
        if opened != self.text.line() {
            problem += &format!(", whose opening quote is in line {opened}");
        }
        Defect::new(Place::Field(self.text.line(), self.row.len() + 1), problem, self.about_quotes())
    }

    fn quote_inside(&self) -> Defect {
        let problem = "there is a quote inside a field that doesn't begin with one";
        Defect::new(Place::Field(self.text.line(), self.row.len() + 1), problem, self.about_quotes())
    }

    fn about_quotes(&self) -> String {
        let fix = "put the field in quotes and double the quotes inside it";
        let blanks = "drop blanks around fields with `csv = { trim = true }`";
        match self.dialect.escape {
            Some(_) => format!("{fix}; if quotes are text in this file, state `csv = {{ quote = \"\" }}`; {blanks}"),
            None => format!(
                "{fix}; if a backslash escapes them, state `csv = {{ escape = \"\\\\\" }}`; if quotes are text in this \
                 file, state `csv = {{ quote = \"\" }}`; {blanks}"
            ),
        }
    }
}

const fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use gantry_config::Encoding;
    use proptest::prelude::*;

    /// The rows of a text, the first included, or what is wrong with it.
    fn rows(text: &str, dialect: &Dialect) -> Result<Vec<Vec<String>>, String> {
        let limit = RecordLimit::none();
        let text = Text::open(text.as_bytes(), Encoding::default(), limit.clone()).unwrap();
        let mut rows = Rows::new(text, dialect, limit);
        let mut all = Vec::new();
        loop {
            match rows.next() {
                Ok(Some(row)) => all.push(row.iter().map(str::to_owned).collect()),
                Ok(None) => return Ok(all),
                Err(Unreadable::Bad(defect)) => return Err(defect.to_string()),
                Err(Unreadable::Io(error)) => panic!("{error}"),
            }
        }
    }

    fn plain(text: &str) -> Result<Vec<Vec<String>>, String> {
        rows(text, &Dialect::default())
    }

    #[test]
    fn quotes_delimiters_and_line_ends_are_data_inside_quotes() {
        let all = plain("a,b\r\n\"x,\"\"y\"\"\r\nz\",\r2,\"\"\n").unwrap();
        assert_eq!(all, [vec!["a", "b"], vec!["x,\"y\"\r\nz", ""], vec!["2", ""]]);
    }

    #[test]
    fn a_row_of_thousands_of_fields_is_refused_before_the_rest_is_read() {
        let most = plain(&format!("{}\n", "x,".repeat(MOST_FIELDS - 1) + "x")).unwrap();
        assert_eq!(most[0].len(), MOST_FIELDS);
        for header in [",".repeat(1_000_000), (0..20_000).map(|n| format!("c{n},")).collect()] {
            let refused = plain(&header).unwrap_err();
            assert!(refused.starts_with("line 1, field 4097: the row has more than 4096 fields"), "{refused}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_refused_where_it_opens() {
        for text in ["a,b\n1,\"open\n2,x\n", "a,b\n1,\"open", "a,b\n1,\"", "a,b\n1,\"open\"\""] {
            let refused = plain(text).unwrap_err();
            assert!(
                refused.starts_with("line 2, field 2: the quote that begins this field is never closed"),
                "{refused}"
            );
        }
    }

    #[test]
    fn text_behind_a_closing_quote_is_refused_with_line_and_field() {
        let refused = plain("a,b\n1,\"24\" box\"\n").unwrap_err();
        assert!(refused.starts_with("line 2, field 2: there is text behind the closing quote"), "{refused}");
        let refused = plain("a,b\n1,\"open\n2,\"x\"\n").unwrap_err();
        assert!(
            refused.starts_with("line 3, field 2:") && refused.ends_with("opening quote is in line 2"),
            "{refused}"
        );
        assert!(plain("a,b\n\"1\" ,2\n").unwrap_err().starts_with("line 2, field 1:"));
    }

    #[test]
    fn a_quote_inside_a_field_without_quotes_is_refused_with_line_and_field() {
        for text in ["a,b\n24\" box,1\n", "a,b\n \"1\",2\n", "a,b\nx\"y\"z,1\n"] {
            let refused = plain(text).unwrap_err();
            assert!(refused.starts_with("line 2, field 1: there is a quote inside a field"), "{refused}");
        }
    }

    #[test]
    fn rows_without_a_value_are_skipped_and_quoted_empty_texts_are_values() {
        assert_eq!(plain("\n\na,b\n,\n ,\t\n\n,,,\n\"\",\n").unwrap(), [vec!["a", "b"], vec!["", ""]]);
    }

    #[test]
    fn escapes_stand_before_quotes_delimiters_and_themselves() {
        let dialect = Dialect { escape: Some(b'\\'), ..Dialect::default() };
        let all = rows("\"a \\\"b\\\"\",c\\,d\n\"C:\\new\\\\\",\"x\"\"y\"\n", &dialect).unwrap();
        assert_eq!(all, [vec!["a \"b\"", "c,d"], vec!["C:\\new\\", "x\"y"]]);
    }

    #[test]
    fn blanks_around_fields_are_dropped_where_the_dialect_says_so() {
        let dialect = Dialect { trim: true, ..Dialect::default() };
        let all = rows("id, name\n1, \"Lovelace, Ada \"\t, x \n  \n", &dialect).unwrap();
        assert_eq!(all, [vec!["id", "name"], vec!["1", "Lovelace, Ada ", "x"]]);
        let tabs = Dialect { delimiter: b'\t', ..dialect };
        assert_eq!(rows("a\t\t c\n", &tabs).unwrap(), [vec!["a", "", "c"]]);
    }

    #[test]
    fn quotes_can_be_another_sign_or_text_and_comments_are_skipped() {
        let single = Dialect { quote: Some(b'\''), comment: Some(b'#'), ..Dialect::default() };
        assert_eq!(rows("# note, 'x\n'a,b',\"\n#\n", &single).unwrap(), [vec!["a,b", "\""]]);
        let none = Dialect { quote: None, delimiter: b'\t', ..Dialect::default() };
        assert_eq!(rows("24\" box\t\"x\n", &none).unwrap(), [vec!["24\" box", "\"x"]]);
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_read_as_a_lenient_reader_reads_it(text in "[a,\"\n\r ]{0,24}") {
            let mut lenient = ::csv::ReaderBuilder::new();
            lenient.has_headers(false).flexible(true);
            let records = lenient.from_reader(text.as_bytes()).into_records();
            let records: Vec<Vec<String>> = records.map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            let has_value = |row: &&Vec<String>| row.iter().any(|field| !field.trim().is_empty());
            if let Ok(strict) = plain(&text) {
                let strict: Vec<_> = strict.iter().filter(has_value).collect();
                prop_assert_eq!(strict, records.iter().filter(has_value).collect::<Vec<_>>());
            }
        }

        #[test]
        fn what_a_library_writes_is_read_back(table in prop::collection::vec(prop::collection::vec("[^\0\u{1a}\u{feff}]{0,6}", 3), 1..5)) {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            for row in &table {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let has_value = |row: &&Vec<String>| row.iter().any(|field| !field.trim_matches([' ', '\t']).is_empty());
            let read = plain(&text).unwrap();
            let read: Vec<_> = read.iter().filter(has_value).collect();
            prop_assert_eq!(read, table.iter().filter(has_value).collect::<Vec<_>>());
        }
    }
}
