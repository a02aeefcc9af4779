//! The settings of a watched directory, and how its table is interpreted.

use std::ops::RangeInclusive;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use gantry_config::kind::SourceSettings;
use gantry_config::table::{At, DialectKeys, PathText, Span};
use gantry_config::{Code, Dedupe, Dialect, Encoding, Label, Lower, SourceKind, ValueFrom};

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
    /// What the bytes of a file mean.
    pub encoding: Encoding,
    /// Where a finished file goes; `done/` in the directory unless given.
    pub done: PathBuf,
    /// Where a file that can't be read goes, with a `.error.txt` beside it; `failed/` unless given.
    pub failed: PathBuf,
    /// How often the directory is scanned, beside the system's notifications.
    pub poll: Duration,
    /// How long a file must not have changed before it is taken in.
    pub quiet: Duration,
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
    /// The delimiter, quotes and so on.
    pub dialect: Dialect,
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
        let stated = table.pattern.as_ref().map(|pattern| pattern.value.to_lowercase());
        let pattern = stated.or_else(|| Some(usual_pattern(table.format.as_ref()?.value)))?;
        let directory_path = whole_path(&lower.directory().join(&*directory.value));
        let value = directory_path.join(pattern).display().to_string();
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
        let quiet = lower.duration_or(raw.quiet.as_ref(), poll.unwrap_or(POLL));
        let encoding = lower.encoding(raw.encoding.as_ref());
        let max_bytes = lower.memory_or(raw.max_bytes.as_ref(), MAX_BYTES, MAX_BYTES_BOUNDS);
        let key_at = raw.key.as_ref().map(|key| key.span.clone());
        let dedupe_at = raw.dedupe.as_ref().map(|dedupe| dedupe.span.clone());
        let key = lower.value_from(raw.key).filter(|key| finds_keys(key.as_ref(), key_at.as_ref(), lower));
        let dedupe = lower.dedupe(raw.dedupe);
        let dedupe = dedupe.filter(|dedupe| finds_keys(dedupe.as_ref().map(|d| &d.by), dedupe_at.as_ref(), lower));
        let pattern = match raw.pattern {
            Some(pattern) => file_pattern(pattern, lower),
            None => raw.format.as_ref().map(|format| usual_pattern(format.value)),
        };
        let format = file_format(raw.format.map(|format| format.value), raw.csv, lower);
        Some(Files {
            directory: directory?,
            pattern: pattern?,
            format: format?,
            encoding: encoding?,
            done: done?,
            failed: failed?,
            poll: poll?,
            quiet: quiet?,
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

    fn intake(&self) -> Option<String> {
        Some(self.directory.join(&self.pattern).display().to_string())
    }

    fn refusals(&self) -> &'static [&'static str] {
        &["bad_file", "changed_file"]
    }

    fn refused_files(&self) -> Option<&Path> {
        Some(&self.failed)
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
    let CsvTable { delimiter, quote, escape, comment, skip_lines, trim, group_by } = raw;
    let dialect = lower.dialect(DialectKeys { delimiter, quote, escape, comment, skip_lines, trim })?;
    Some(CsvOptions { dialect, group_by: group_by.map(|column| column.value) })
}

/// The same for every spelling of a directory: two flows must not take in the same files.
fn whole_path(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    // Parts that are not there yet can't be links.
    let mut there = absolute.as_path();
    while !there.exists()
        && let Some(parent) = there.parent()
    {
        there = parent;
    }
    let rest = absolute.strip_prefix(there).unwrap_or(Path::new(""));
    let mut whole = there.canonicalize().unwrap_or_else(|_| there.to_owned());
    for part in rest.components() {
        match part {
            Component::ParentDir => drop(whole.pop()),
            part => whole.push(part),
        }
    }
    whole
}

fn usual_pattern(format: FormatChoice) -> String {
    match format {
        FormatChoice::Csv => "*.csv".to_owned(),
        FormatChoice::Json => "*.json".to_owned(),
        FormatChoice::Ndjson => "*.ndjson".to_owned(),
    }
}
