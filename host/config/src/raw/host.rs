//! The host file as typed. `config.default.toml` states every default; the schema states none twice.

use schemars::JsonSchema;
use serde::Deserialize;

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
    /// What is remembered of finished messages.
    pub(crate) history: Option<HistoryTable>,
    /// How plugins are run.
    pub(crate) plugins: Option<PluginsTable>,
    /// How edited flows, plugins and tables come in force while the host runs.
    pub(crate) reload: Option<ReloadTable>,
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
    /// Intake answers 507 while the data directory's disk has less free than this.
    pub(crate) disk_reserve: Option<At<SizeText>>,
}

/// What is remembered of finished messages.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryTable {
    /// How long the history of a finished message is kept.
    pub(crate) keep: Option<At<DurationText>>,
}

/// How plugins are run.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PluginsTable {
    /// Threads that run plugins; 0 means one per core.
    #[schemars(range(min = 0, max = 1024))]
    pub(crate) threads: Option<u32>,
}

/// How edited flows, plugins and tables come in force while the host runs.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReloadTable {
    /// Whether files take force as soon as they are saved; else `gantry reload` or SIGHUP says when.
    pub(crate) watch: Option<bool>,
}
