//! `[source.files]` as typed.

use gantry_config::table::{At, DedupeTable, DurationText, PathText, SizeText, ValueFromChoice};
use schemars::JsonSchema;
use serde::Deserialize;

/// A directory watched for files.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilesTable {
    /// The directory; made at start if absent.
    #[schemars(required)]
    pub(super) directory: Option<At<PathText>>,
    /// How a file splits into messages.
    #[schemars(required)]
    pub(super) format: Option<At<FormatChoice>>,
    /// Which file names count, with `*` and `?`, in upper or lower case. Unless given, `*.csv`, `*.json` or `*.ndjson` after the format.
    pub(super) pattern: Option<At<String>>,
    /// The encoding of the files, by its name on the Web: `utf-16le`, `windows-1252`, `iso-8859-15`, `shift_jis` and so
    /// on.
    #[schemars(extend("default" = "utf-8"))]
    pub(super) encoding: Option<At<String>>,
    /// How a CSV file is written; only with `format = "csv"`.
    pub(super) csv: Option<At<CsvTable>>,
    /// Where a finished file goes. Unless given, `done` in the directory.
    pub(super) done: Option<At<PathText>>,
    /// Where a file goes that can't be read, with a `.error.txt` beside it. Unless given, `failed` in the directory.
    pub(super) failed: Option<At<PathText>>,
    /// How often the directory is looked at, beside the system's notifications.
    #[schemars(extend("default" = "2s"))]
    pub(super) poll: Option<At<DurationText>>,
    /// How long a file must not have changed before it is taken in. Unless given, as long as `poll`. A file that another
    /// program has open for writing is left alone however long that takes, as far as the system can tell.
    pub(super) quiet: Option<At<DurationText>>,
    /// Longest single record.
    #[schemars(extend("default" = "1MiB"))]
    pub(super) max_bytes: Option<At<SizeText>>,
    /// Where the ordering key is found. Without it, messages have no order.
    pub(super) key: Option<At<ValueFromChoice>>,
    /// How duplicates are recognised. Without it, only whole files are.
    pub(super) dedupe: Option<At<DedupeTable>>,
    /// A JSON Schema that messages are held to. One that breaks it is a dead letter at once.
    pub(super) schema: Option<At<PathText>>,
}

/// How a file splits into messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum FormatChoice {
    /// One JSON object per row, values as strings, named by the header row.
    Csv,
    /// One message per element of the top-level array; a single message for anything else.
    Json,
    /// One message per line.
    Ndjson,
}

/// How a CSV file is written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CsvTable {
    /// Between fields: one ASCII character.
    #[schemars(extend("default" = ","))]
    pub(super) delimiter: Option<At<String>>,
    /// Around fields that hold a delimiter, a line end or a quote: one ASCII character. Empty: quotes are text.
    #[schemars(extend("default" = "\""))]
    pub(super) quote: Option<At<String>>,
    /// Before a quote, a delimiter or itself: takes it literally. One ASCII character. Unless given, only a doubled quote
    /// stands for a quote.
    pub(super) escape: Option<At<String>>,
    /// Lines that begin with this ASCII character are skipped. Unless given, none are.
    pub(super) comment: Option<At<String>>,
    /// Lines before the header row, which are skipped.
    #[schemars(range(min = 0, max = 1000), extend("default" = 0))]
    pub(super) skip_lines: Option<u32>,
    /// Whether blanks around fields are dropped.
    #[schemars(extend("default" = false))]
    pub(super) trim: Option<bool>,
    /// Rows that follow one another and agree in this column become one message
    /// `{"<column>": …, "rows": [ … ]}`: orders with their lines. A value that comes again behind others is refused. Unless
    /// given, each row is a message.
    pub(super) group_by: Option<At<String>>,
}
