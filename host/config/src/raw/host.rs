//! The host file as typed. `config.default.toml` states every default; the schema states none twice.

use schemars::JsonSchema;
use serde::Deserialize;

use super::alert::{AlertTable, EventsTable};
use super::plugins::PluginsTable;
use super::text::{DurationText, PathText, SecretText, SizeText};
use crate::at::At;

/// The host's own settings, usually `gantry.toml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Gantry host")]
pub(crate) struct HostFile {
    /// Where the host keeps its data.
    pub(crate) data: Option<DataTable>,
    /// Where webhooks come in.
    pub(crate) intake: Option<IntakeTable>,
    /// Where the admin API, metrics and health answer.
    pub(crate) admin: Option<AdminTable>,
    /// How the host stops.
    pub(crate) shutdown: Option<ShutdownTable>,
    /// The durable store.
    pub(crate) store: Option<StoreTable>,
    /// How long things are remembered.
    pub(crate) history: Option<HistoryTable>,
    /// How plugins are run, and who may publish them to the catalogue.
    pub(crate) plugins: Option<PluginsTable>,
    /// How the host starts with flows that can't run.
    pub(crate) start: Option<StartTable>,
    /// How edited flows, plugins and tables come in force while the host runs.
    pub(crate) reload: Option<ReloadTable>,
    /// What `gantry plugin deploy` asks of a new version, unless the command says otherwise.
    pub(crate) deploy: Option<DeployTable>,
    /// The events that the host publishes.
    pub(crate) events: Option<EventsTable>,
    /// The endpoints that are notified when something is wrong.
    pub(crate) alert: Option<Vec<At<AlertTable>>>,
}

/// Where the host keeps its data.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DataTable {
    /// Directory of the store, the compile cache and the admin token.
    pub(crate) dir: Option<At<PathText>>,
}

/// Where webhooks come in.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IntakeTable {
    /// Address and port; port 0 takes any free one.
    pub(crate) listen: Option<At<String>>,
    /// Most connections at once.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(crate) connections: Option<u32>,
    /// Most connections of one address at once; half of `connections` unless given. A proxy in front of the host is one
    /// address.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(crate) connections_per_address: Option<u32>,
    /// Most memory for bodies that are read or verified; beyond, senders get 503. One address may have the same share of it
    /// as of the connections, and no body may be longer than that.
    pub(crate) body_memory: Option<At<SizeText>>,
}

/// Where the admin API, metrics and health answer.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdminTable {
    /// Address and port; keep it on loopback or behind something that encrypts.
    pub(crate) listen: Option<At<String>>,
    /// Reference to the API's token. Unless given, one is drawn at first start and kept in `admin.token` in the data
    /// directory.
    pub(crate) token: Option<At<SecretText>>,
    /// The names by which it is reached, beside addresses and `localhost`; requests for other names are refused with 421.
    #[schemars(extend("examples" = [["gantry.internal"]]))]
    pub(crate) hosts: Option<Vec<At<String>>>,
}

/// How the host stops.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShutdownTable {
    /// How long shutdown waits for messages in flight; what is left continues after the next start.
    pub(crate) deadline: Option<At<DurationText>>,
}

/// The durable store.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoreTable {
    /// Memory for the store's cache.
    pub(crate) cache: Option<At<SizeText>>,
    /// Most bytes of the write-ahead log before its changes are moved into the store's files: a start reads up to twice as much,
    /// and on the disk it takes up to three times as much.
    pub(crate) wal: Option<At<SizeText>>,
    /// Intake answers 503 while the data directory's disk has less free than this.
    pub(crate) disk_reserve: Option<At<SizeText>>,
    /// Most bytes of messages that may be in the queue, all flows together; beyond, intake answers 503. Unless given, as
    /// many as the disk bears.
    pub(crate) quota: Option<At<SizeText>>,
    /// Most bytes of dead letters that are open or acknowledged, all flows together; beyond, intake answers 503 and queues
    /// wait.
    pub(crate) dead_letters: Option<At<SizeText>>,
}

/// What is remembered of finished messages.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryTable {
    /// How long the history of a finished message is kept.
    pub(crate) keep: Option<At<DurationText>>,
    /// How long it is kept how often which rule was broken.
    pub(crate) quality: Option<At<DurationText>>,
    /// How long it is kept who changed what.
    pub(crate) audit: Option<At<DurationText>>,
}

/// How the host starts with flows that can't run: because of a mistake in the file, a table or a missing secret.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartTable {
    /// What becomes of them. Unless given, each runs with the configuration that was last in force.
    pub(crate) broken_flows: Option<BrokenFlowsText>,
    /// `true` says the same as `broken_flows = "refuse"`.
    pub(crate) strict: Option<At<bool>>,
}

/// What becomes of flows that can't run when the host starts.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BrokenFlowsText {
    /// Each runs with the configuration that was last in force, if that can run; else the others run without it.
    LastGood,
    /// The others run without them.
    Without,
    /// The host doesn't start.
    Refuse,
}

/// How edited flows, plugins and tables come in force while the host runs.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReloadTable {
    /// Whether files take force as soon as they are saved; else `gantry reload` or SIGHUP says when.
    pub(crate) watch: Option<bool>,
}

/// What `gantry plugin deploy` asks of a new version, unless the command says otherwise.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeployTable {
    /// How many of the flow's last messages are run through old and new side by side; 0: none.
    #[schemars(range(min = 0, max = 1000))]
    pub(crate) shadow: Option<u32>,
    /// When the new version answers some of them differently.
    pub(crate) changed: Option<JudgementText>,
    /// When it fails on messages the old one handles. Unless this is `accept`, the old version answers for the new one
    /// where that fails, as long as the new one is on trial.
    pub(crate) newly_failing: Option<JudgementText>,
    /// The share of keys that goes to the new version first, and for how long.
    pub(crate) canary: Option<CanaryTable>,
    /// How long the version is watched once it serves every message.
    pub(crate) watch: Option<WatchTable>,
    /// The share of messages it may fail on that the old version handles; beyond it the old one is put back.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub(crate) max_failure_rate: Option<f64>,
}

/// The share of keys that goes to a new version first; ends with the first of the two bounds.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CanaryTable {
    /// From 0 (no canary) to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub(crate) share: Option<f64>,
    /// So many messages; 0: no canary.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub(crate) messages: Option<u32>,
    /// So long, once a message was seen.
    pub(crate) time: Option<At<DurationText>>,
}

/// How long a new version is watched; ends with the first of the two bounds.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WatchTable {
    /// So many messages; 0: it isn't watched.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub(crate) messages: Option<u32>,
    /// So long, once a message was seen.
    pub(crate) time: Option<At<DurationText>>,
}

/// What a difference between two versions means: go on, wait for the operator, or refuse the version.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JudgementText {
    /// Go on.
    Accept,
    /// Wait for the operator.
    Ask,
    /// The version is refused.
    Refuse,
}
