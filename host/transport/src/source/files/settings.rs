//! The settings of a watched directory, and how its table is interpreted.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use gantry_config::kind::SourceSettings;
use gantry_config::table::{At, PathText, Span};
use gantry_config::{Code, Dedupe, Label, Lower, SourceKind, ValueFrom};

use super::table::{CsvTable, FilesTable, FormatChoice};

const MAX_BYTES: usize = 1 << 20;
const MAX_BYTES_BOUNDS: RangeInclusive<u64> = 1..=(1 << 30);
const POLL: Duration = Duration::from_secs(2);

/// A directory watched for files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The directory.
    pub directory: PathBuf,
    /// The names of files to take in, with `*` and `?`.
    pub pattern: String,
    /// How a file splits into messages.
    pub format: FileFormat,
    /// Where a finished file goes; `done/` in the directory unless given.
    pub done: PathBuf,
    /// Where a file that can't be read goes, with a `.error.txt` beside it; `failed/` unless given.
    pub failed: PathBuf,
    /// How often the directory is scanned, beside the system's notifications.
    pub poll: Duration,
    /// Longest single record.
    pub max_bytes: usize,
    /// Where the ordering key is found.
    pub key: Option<ValueFrom>,
    /// How duplicates are recognised.
    pub dedupe: Option<Dedupe>,
}

/// How a file splits into messages. Each message is JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// One object per row, values as strings, named by the header row.
    Csv(CsvOptions),
    /// One message per element of the top-level array; a single message for anything else.
    Json,
    /// One message per line.
    Ndjson,
}

/// How a CSV file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvOptions {
    /// Between fields; a comma unless given.
    pub delimiter: u8,
    /// Consecutive rows with the same value in this column become one message
    /// `{"<column>": …, "rows": [ … ]}`: orders with their lines. None: each row is a message.
    pub group_by: Option<String>,
}

/// The kind `files`.
pub(crate) struct Kind;

impl SourceKind for Kind {
    type Table = FilesTable;
    type Settings = Files;

    const NAME: &'static str = "files";
    const ABOUT: &'static str = "Files dropped into a directory.";

    fn intake(table: &FilesTable, lower: &Lower<'_>) -> Option<At<String>> {
        let directory = table.directory.as_ref()?;
        let pattern = table.pattern.as_ref().map_or("*", |pattern| pattern.value.as_str());
        let value = lower.directory().join(&*directory.value).join(pattern).display().to_string();
        Some(At { span: directory.span.clone(), value })
    }

    fn schema(table: &FilesTable) -> Option<&At<PathText>> {
        table.schema.as_ref()
    }

    fn lower(raw: FilesTable, lower: &mut Lower<'_>) -> Option<Files> {
        let directory = raw.directory.and_then(|directory| lower.path(&directory));
        let beside = |name: &str| directory.as_ref().map(|directory| directory.join(name));
        let done = raw.done.map_or_else(|| beside("done"), |path| lower.path(&path));
        let failed = raw.failed.map_or_else(|| beside("failed"), |path| lower.path(&path));
        let poll = lower.duration_or(raw.poll.as_ref(), POLL);
        let max_bytes = lower.memory_or(raw.max_bytes.as_ref(), MAX_BYTES, MAX_BYTES_BOUNDS);
        let key_at = raw.key.as_ref().map(|key| key.span.clone());
        let dedupe_at = raw.dedupe.as_ref().map(|dedupe| dedupe.span.clone());
        let key = lower.value_from(raw.key).filter(|key| finds_keys(key.as_ref(), key_at.as_ref(), lower));
        let dedupe = lower.dedupe(raw.dedupe);
        let dedupe = dedupe.filter(|dedupe| finds_keys(dedupe.as_ref().map(|d| &d.by), dedupe_at.as_ref(), lower));
        let pattern = match raw.pattern {
            Some(pattern) => file_pattern(pattern, lower),
            None => raw.format.as_ref().map(|format| format!("*.{}", extension(format.value))),
        };
        let format = file_format(raw.format.map(|format| format.value), raw.csv, lower);
        Some(Files {
            directory: directory?,
            pattern: pattern?,
            format: format?,
            done: done?,
            failed: failed?,
            poll: poll?,
            max_bytes: max_bytes?,
            key: key?,
            dedupe: dedupe?,
        })
    }
}

impl SourceSettings for Files {
    fn label(&self) -> Label {
        let kind = match self.format {
            FileFormat::Csv(_) => "CSV files",
            FileFormat::Json => "JSON files",
            FileFormat::Ndjson => "NDJSON files",
        };
        let directory = self.directory.file_name().unwrap_or(self.directory.as_os_str()).to_string_lossy();
        Label { kind: kind.to_owned(), place: format!("{directory}/{}", self.pattern) }
    }
}

/// Whether messages of files, which are JSON, can have a key there.
fn finds_keys(from: Option<&ValueFrom>, at: Option<&Span>, lower: &mut Lower<'_>) -> bool {
    let (Some(ValueFrom::XmlPath(_)), Some(span)) = (from, at) else { return true };
    lower.report(Code::Conflict, span, "messages of files are JSON, and have no path into XML", "say `pointer`");
    false
}

fn file_pattern(pattern: At<String>, lower: &mut Lower<'_>) -> Option<String> {
    if !pattern.value.is_empty() && !pattern.value.contains(['/', '\\']) {
        return Some(pattern.value);
    }
    let help = "it names files in the directory itself: \"*.csv\", \"orders-??.json\"";
    lower.invalid(&pattern.span, format!("`{}` is not a pattern for file names", pattern.value), help);
    None
}

fn file_format(format: Option<FormatChoice>, csv: Option<At<CsvTable>>, lower: &mut Lower<'_>) -> Option<FileFormat> {
    let options_at = csv.as_ref().map(|csv| csv.span.clone());
    let options = csv_options(csv.map(|csv| csv.value).unwrap_or_default(), lower);
    if let (Some(FormatChoice::Json | FormatChoice::Ndjson), Some(span)) = (format, &options_at) {
        csv_elsewhere(span, lower);
        return None;
    }
    match format? {
        FormatChoice::Csv => Some(FileFormat::Csv(options?)),
        FormatChoice::Json => Some(FileFormat::Json),
        FormatChoice::Ndjson => Some(FileFormat::Ndjson),
    }
}

fn csv_elsewhere(span: &Span, lower: &mut Lower<'_>) {
    lower.report(Code::Conflict, span, "`csv` describes CSV files, but the format is another", "");
}

fn csv_options(raw: CsvTable, lower: &mut Lower<'_>) -> Option<CsvOptions> {
    let delimiter = match raw.delimiter {
        None => Some(b','),
        Some(At { span, value }) => match value.as_bytes() {
            [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\r\n".contains(byte) => Some(*byte),
            _ => {
                lower.invalid(&span, "a delimiter is one ASCII character", "usually \",\", \";\" or \"\\t\"");
                None
            }
        },
    };
    Some(CsvOptions { delimiter: delimiter?, group_by: raw.group_by.map(|column| column.value) })
}

fn extension(format: FormatChoice) -> &'static str {
    match format {
        FormatChoice::Csv => "csv",
        FormatChoice::Json => "json",
        FormatChoice::Ndjson => "ndjson",
    }
}
