//! CSV: the header row names the columns. Each row is an object of strings, or consecutive rows with the same value in one
//! column form one message.
//!
//! Values stay strings: `007` and `1.50` are passed on as written. Every row must have as many fields as the
//! header.

mod columns;

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};

use super::ROWS;
use super::input::{BUFFER, Input, RecordLimit};
use super::record::{Defect, Place, Record, Sink, SplitError};
pub(super) use columns::Columns;

const RAGGED_FIX: &str = "complete the row, or put fields that hold the delimiter or a line end in double quotes";

pub(super) fn split(
    input: Input<'_>,
    record_limit: &RecordLimit,
    columns: &Columns,
    max_bytes: usize,
    sink: &mut Sink<'_>,
) -> Result<(), SplitError> {
    let mut rows = Rows::new(input, columns.delimiter(), record_limit);
    if rows.next()?.is_none() {
        return Ok(());
    }
    match columns.group_by() {
        None => split_rows(&mut rows, columns, sink),
        Some(column) => split_groups(&mut rows, columns, column, max_bytes, sink),
    }
}

fn split_rows(rows: &mut Rows<'_>, columns: &Columns, sink: &mut Sink<'_>) -> Result<(), SplitError> {
    let mut number = 0;
    while let Some((line, row)) = rows.next()? {
        number += 1;
        sink(Record { number, place: Place::Line(line), payload: columns.object(row) })?;
    }
    Ok(())
}

/// The rows so far with the same value in the grouping column.
struct Group {
    value: Vec<u8>,
    line: u64,
    rows: String,
}

fn split_groups(
    rows: &mut Rows<'_>,
    columns: &Columns,
    column: usize,
    max_bytes: usize,
    sink: &mut Sink<'_>,
) -> Result<(), SplitError> {
    let name = columns.name(column);
    let mut number = 0;
    let mut open: Option<Group> = None;
    let mut finish = |group: Group| {
        number += 1;
        let payload = format!("{{{name}:{},{}:[{}]}}", quoted(&group.value), quoted(ROWS.as_bytes()), group.rows);
        sink(Record { number, place: Place::Line(group.line), payload })
    };
    while let Some((line, row)) = rows.next()? {
        let value = row.get(column).unwrap_or_default();
        let object = columns.object(row);
        match &mut open {
            Some(group) if group.value == value => {
                if group.rows.len() + object.len() > max_bytes {
                    return Err(Defect::too_long(Place::Line(group.line), max_bytes).into());
                }
                group.rows.push(',');
                group.rows.push_str(&object);
            }
            _ => {
                let next = Group { value: value.to_vec(), line, rows: object };
                open.replace(next).map(&mut finish).transpose()?;
            }
        }
    }
    open.map(finish).transpose().map(drop)
}

/// The rows of a file, the header first, each with its errors placed.
struct Rows<'f> {
    reader: Reader<Input<'f>>,
    record_limit: RecordLimit,
    row: ByteRecord,
}

impl<'f> Rows<'f> {
    fn new(input: Input<'f>, delimiter: u8, record_limit: &RecordLimit) -> Self {
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).delimiter(delimiter).buffer_capacity(BUFFER);
        Self { reader: builder.from_reader(input), record_limit: record_limit.clone(), row: ByteRecord::new() }
    }

    /// The next row and the line it begins in.
    fn next(&mut self) -> Result<Option<(u64, &ByteRecord)>, SplitError> {
        self.record_limit.renew();
        let before = self.reader.position().line();
        match self.reader.read_byte_record(&mut self.row) {
            Ok(true) => Ok(Some((self.line(), &self.row))),
            Ok(false) => Ok(None),
            Err(error) if matches!(error.kind(), ErrorKind::UnequalLengths { .. }) => Err(placed(error, self.line())),
            Err(error) => Err(placed(error, before)),
        }
    }

    /// The line in which the row just read begins.
    ///
    /// The reader itself reports its position before the row, which is too early behind blank lines, and behind CRLF,
    /// whose line feed it may leave for the next read. So this counts back from the present position: the line ends
    /// inside the row, and the one that ended it if that has been read.
    fn line(&self) -> u64 {
        let in_fields = self.row.iter().flatten().filter(|byte| **byte == b'\n').count() as u64;
        let position = self.reader.position();
        let at_its_end = u64::from(self.reader.get_ref().byte_before(position.byte()) == Some(b'\n'));
        position.line().saturating_sub(in_fields + at_its_end)
    }
}

fn placed(error: csv::Error, line: u64) -> SplitError {
    let place = Place::Line(line);
    match error.into_kind() {
        ErrorKind::Io(error) => SplitError::of_io(error, place),
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let problem = format!("the row has {len} fields where the header has {expected_len}");
            Defect::new(place, problem, RAGGED_FIX).into()
        }
        other => Defect::new(place, format!("the row can't be read: {other:?}"), RAGGED_FIX).into(),
    }
}

/// A JSON string. The input was checked to be UTF-8, so no character is replaced here.
fn quoted(text: &[u8]) -> String {
    serde_json::Value::from(String::from_utf8_lossy(text)).to_string()
}
