//! A flow file as typed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::ends::{SourceChoice, TargetChoice};
use super::rules::{OnViolationChoice, RuleTable};
use super::text::{DurationText, NameText, PathText, SizeText};
use crate::at::At;

/// One flow of a Gantry host: source → steps → targets, with the purpose they serve.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Gantry flow")]
pub(crate) struct FlowFile {
    /// The flow itself.
    #[schemars(required)]
    pub(crate) flow: Option<FlowTable>,
    /// Why the flow exists. `gantry check` warns about what is missing here.
    pub(crate) purpose: Option<At<PurposeTable>>,
    /// Where messages come in: exactly one kind of source.
    #[schemars(required)]
    #[expect(dead_code, reason = "for the schema: the table is read by its kind")]
    pub(crate) source: Option<At<SourceChoice>>,
    /// What a message passes, in order: plugins, and rules it is held to. Without any, messages go to the default
    /// target unchanged.
    pub(crate) step: Option<Vec<At<StepTable>>>,
    /// Reference tables by name, which plugins may be granted and rules may look into.
    pub(crate) table: Option<BTreeMap<At<String>, TableTable>>,
    /// Where messages go, by name: at least one target.
    #[schemars(required)]
    #[expect(dead_code, reason = "for the schema: each table is read by its kind")]
    pub(crate) target: Option<At<BTreeMap<At<String>, At<TargetChoice>>>>,
}

/// The flow itself.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FlowTable {
    /// Unique in the host; used in paths, metrics and dead letters.
    #[schemars(required)]
    pub(crate) name: Option<At<NameText>>,
    /// Names that the flow had before. It takes over what was left under them: queue, dead letters, values of `dedupe`,
    /// paused targets, deployed plugins.
    pub(crate) formerly: Option<Vec<At<NameText>>>,
    /// Whether messages that share a key wait for one another.
    #[schemars(extend("default" = "key"))]
    pub(crate) ordering: Option<OrderingChoice>,
    /// What becomes of a key's later messages when one of them is a dead letter; only with `ordering = "key"`.
    #[schemars(extend("default" = "skip"))]
    pub(crate) on_failure: Option<At<OnFailureChoice>>,
    /// Most messages handed to a plugin in one call.
    #[schemars(range(min = 1, max = 10_000), extend("default" = 100))]
    pub(crate) batch_messages: Option<u32>,
    /// Most bytes of messages handed to a plugin in one call; one message alone may be longer.
    #[schemars(extend("default" = "4MiB"))]
    pub(crate) batch_bytes: Option<At<SizeText>>,
    /// How long a batch with room left waits for further messages. Unless given, not at all.
    pub(crate) batch_wait: Option<At<DurationText>>,
    /// Most messages of this flow between lease and settlement at any time.
    #[schemars(range(min = 1, max = 1_000_000), extend("default" = 1000))]
    pub(crate) in_flight: Option<u32>,
    /// Most bytes of those messages; it bounds what the flow takes in memory. One message alone may be longer.
    #[schemars(extend("default" = "64MiB"))]
    pub(crate) in_flight_bytes: Option<At<SizeText>>,
    /// What the flow may have in its queue. Beyond, its source is asked to come again later: a webhook answers 429.
    pub(crate) queue: Option<At<QueueTable>>,
    /// The flow is delayed when its oldest message that has not ended is older than this: the event `queue_delayed` is
    /// published, and alerts fire. Unless given, as `events.queue_age` of the host file says.
    pub(crate) queue_age: Option<At<DurationText>>,
    /// After what time without a message from its source the alert `flow_silent` begins: longer than the longest pause that
    /// is normal, nights and weekends included. Unless given, never.
    #[schemars(extend("examples" = ["2h"]))]
    pub(crate) silent_after: Option<At<DurationText>>,
    /// What rules and schemas make of an object that has a member twice. Without rules and schemas, it passes as it is.
    #[schemars(extend("default" = "refuse"))]
    pub(crate) duplicate_members: Option<DuplicateMembersChoice>,
    /// What becomes of messages that could be neither delivered nor skipped.
    pub(crate) dead_letters: Option<DeadLettersTable>,
    /// How a message is tried again when a plugin asks for it.
    pub(crate) retry: Option<RetryTable>,
}

/// What a flow may have in its queue, from acceptance to the end of a message.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueueTable {
    /// Most messages. Unless given, as many as the disk bears.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub(crate) messages: Option<u64>,
    /// Most bytes of their records on disk. Unless given, as many as the disk bears.
    pub(crate) bytes: Option<At<SizeText>>,
}

/// Whether messages that share a key wait for one another.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderingChoice {
    /// Messages with the same key are delivered in order.
    Key,
    /// Every message on its own.
    None,
}

/// What becomes of a key's later messages when one of them is a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OnFailureChoice {
    /// They go on without it.
    Skip,
    /// They wait until it is replayed and delivered, or discarded.
    Block,
}

/// What rules and schemas make of an object that has a member twice.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DuplicateMembersChoice {
    /// The message is a dead letter: nobody knows which of the two is meant, and readers differ.
    Refuse,
    /// The last one counts. Who receives the message may take another one.
    Last,
}

/// What becomes of dead letters.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeadLettersTable {
    /// How long a dead letter is kept. Unless given, until an operator deals with it.
    pub(crate) keep: Option<At<DurationText>>,
    /// Most bytes of those that are open or acknowledged; beyond, the flow takes nothing more in and its queue waits.
    #[schemars(extend("default" = "1GiB"))]
    pub(crate) max_bytes: Option<At<SizeText>>,
}

/// How often and how patiently to try again: exponential backoff with full jitter.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetryTable {
    /// Attempts in all, the first included.
    #[schemars(range(min = 1, max = 1000), extend("default" = 3))]
    pub(crate) attempts: Option<u32>,
    /// Longest wait after the first attempt; doubles with each further one.
    #[schemars(extend("default" = "2s"))]
    pub(crate) base: Option<At<DurationText>>,
    /// No computed wait is longer.
    #[schemars(extend("default" = "5m"))]
    pub(crate) cap: Option<At<DurationText>>,
    /// No `Retry-After` is honoured beyond this.
    #[schemars(extend("default" = "1h"))]
    pub(crate) retry_after_cap: Option<At<DurationText>>,
    /// True: draw each wait between zero and its bound. False: wait the whole bound.
    #[schemars(extend("default" = true))]
    pub(crate) jitter: Option<bool>,
}

/// Why the flow exists, for the people who run it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PurposeTable {
    /// What the business gets, in a sentence.
    pub(crate) goal: Option<String>,
    /// Who answers for it, with a way to reach them.
    pub(crate) owner: Option<String>,
    /// The systems it joins.
    pub(crate) systems: Option<Vec<String>>,
    /// How it was done before, in a sentence.
    pub(crate) as_is: Option<String>,
    /// How it is meant to be, in a sentence.
    pub(crate) to_be: Option<String>,
    /// What success means, measurably.
    pub(crate) success: Option<SuccessTable>,
}

/// Bounds the flow is measured against.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuccessTable {
    /// Highest share of received messages that may end as dead letters, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    pub(crate) error_rate: Option<f64>,
    /// Longest acceptable 95th percentile from receipt to delivery.
    pub(crate) p95_latency: Option<At<DurationText>>,
}

/// One plugin applied in the flow, or rules that messages are held to: a step has either `plugin` or `rule`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepTable {
    /// For people and metrics. Unless given, the plugin file's name without its extension, or `rules`.
    pub(crate) name: Option<At<NameText>>,
    /// The component file.
    pub(crate) plugin: Option<At<PathText>>,
    /// Rules for the fields of a message, in place of a plugin. Messages that break none go on as they are.
    #[schemars(length(min = 1))]
    pub(crate) rule: Option<At<Vec<At<RuleTable>>>>,
    /// What becomes of a message that breaks rules.
    #[schemars(extend("default" = "dead_letter"))]
    pub(crate) on_violation: Option<At<OnViolationChoice>>,
    /// Handed to the plugin as a JSON object; the plugin's manifest says what it may hold. No secrets.
    pub(crate) settings: Option<At<serde_json::Map<String, serde_json::Value>>>,
    /// What the plugin may use; nothing unless granted.
    pub(crate) grants: Option<At<GrantsTable>>,
    /// What the plugin may consume in one call.
    pub(crate) limits: Option<At<LimitsTable>>,
    /// Keeps instances for later batches of this step; without it, every batch starts from a fresh one. For plugins
    /// that carry a language runtime.
    pub(crate) warm: Option<At<WarmTable>>,
}

/// What the operator lets a plugin use.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantsTable {
    /// Names of the flow's tables it may read.
    pub(crate) lookup: Option<Vec<At<String>>>,
    /// Whether it may read the clock.
    #[schemars(extend("default" = false))]
    pub(crate) clock: Option<bool>,
    /// Folders of reference data it may read: models, dictionaries. For plugins that use WASI's files.
    pub(crate) files: Option<Vec<At<FolderTable>>>,
    /// Variables of its environment: the values themselves, never secrets.
    pub(crate) env: Option<BTreeMap<At<String>, At<String>>>,
}

/// A folder that a plugin may read.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FolderTable {
    /// The folder: all that is in it is granted.
    #[schemars(required)]
    pub(crate) path: Option<At<PathText>>,
    /// Where the plugin finds it, an absolute path such as `/data`.
    #[schemars(required)]
    pub(crate) at: Option<At<String>>,
    /// Always false: a plugin never writes.
    #[schemars(extend("default" = false))]
    pub(crate) write: Option<At<bool>>,
}

/// What a plugin may consume in one call.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitsTable {
    /// Linear memory of one instance, at most 4GiB.
    #[schemars(extend("default" = "64MiB"))]
    pub(crate) memory: Option<At<SizeText>>,
    /// Wall clock of one call with a whole batch.
    #[schemars(extend("default" = "1s"))]
    pub(crate) deadline: Option<At<DurationText>>,
    /// Most outputs for one message.
    #[schemars(range(min = 1, max = 1_000_000), extend("default" = 1000))]
    pub(crate) outputs: Option<u32>,
    /// Most payload and header bytes of all outputs of one message.
    #[schemars(extend("default" = "8MiB"))]
    pub(crate) output_bytes: Option<At<SizeText>>,
}

/// When a warm instance is replaced by a fresh one.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WarmTable {
    /// After this many messages.
    #[schemars(range(min = 1, max = 100_000_000), extend("default" = 10_000))]
    pub(crate) messages: Option<u32>,
    /// Once it holds more linear memory than this; three quarters of `limits.memory` unless given.
    pub(crate) memory: Option<At<SizeText>>,
}

/// A reference table: rows found by a key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableTable {
    /// CSV with a header row, or JSON with an array of objects.
    #[schemars(required)]
    pub(crate) file: Option<At<PathText>>,
    /// The column whose value finds a row.
    #[schemars(required)]
    pub(crate) key: Option<At<String>>,
    /// The encoding of the file, by its name on the Web: `utf-16le`, `windows-1252`, `iso-8859-15`, `shift_jis` and so
    /// on.
    #[schemars(extend("default" = "utf-8"))]
    pub(crate) encoding: Option<At<String>>,
    /// How a CSV file is written; not for JSON.
    pub(crate) csv: Option<At<TableCsvTable>>,
    /// Whether the table may have no rows. Otherwise an empty file is refused, which is mostly an export that failed.
    #[schemars(extend("default" = false))]
    pub(crate) may_be_empty: Option<bool>,
    /// The largest share of the rows that may be gone at a reload, 0 to 1. A table that loses more is refused, and the
    /// old one stays. `1` allows any loss.
    #[schemars(range(min = 0, max = 1), extend("default" = 0.5))]
    pub(crate) max_shrink: Option<f64>,
}

/// How the CSV file of a table is written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableCsvTable {
    /// Between fields: one ASCII character.
    #[schemars(extend("default" = ","))]
    pub(crate) delimiter: Option<At<String>>,
    /// Around fields that hold a delimiter, a line end or a quote: one ASCII character. Empty: quotes are text.
    #[schemars(extend("default" = "\""))]
    pub(crate) quote: Option<At<String>>,
    /// Before a quote, a delimiter or itself: takes it literally. One ASCII character. Unless given, only a doubled quote
    /// stands for a quote.
    pub(crate) escape: Option<At<String>>,
    /// Lines that begin with this ASCII character are skipped. Unless given, none are.
    pub(crate) comment: Option<At<String>>,
    /// Lines before the header row, which are skipped.
    #[schemars(range(min = 0, max = 1000), extend("default" = 0))]
    pub(crate) skip_lines: Option<u32>,
    /// Whether blanks around fields are dropped.
    #[schemars(extend("default" = false))]
    pub(crate) trim: Option<bool>,
}
