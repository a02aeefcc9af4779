//! A flow, ready to run: every name resolved, every duration parsed, every path absolute.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use gantry_core::{FlowName, Grants, Limits, Place, RetryPolicies, RetryPolicy, Reuse, TargetHealthPolicy, TargetName};
use gantry_rules::Rules;
use gantry_schema::Schema;

use crate::dialect::{Dialect, Encoding};
use crate::kind::{SourceSettings, TargetSettings};
use crate::xml_path::XmlPath;

/// Source → steps → targets, with the purpose they serve.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Unique in the host.
    pub name: FlowName,
    /// The names that it had before: it takes over what was left under them.
    pub formerly: Vec<FlowName>,
    /// First sixteen hex digits of the SHA-256 of the file: dead letters name it.
    pub version: String,
    /// The file it was read from.
    pub file: PathBuf,
    /// Why it exists.
    pub purpose: Purpose,
    /// Whether messages with the same key wait for each other.
    pub ordering: Ordering,
    /// What happens to a key's later messages when one of them is a dead letter.
    pub on_failure: OnFailure,
    /// Where messages come in.
    pub source: Arc<dyn SourceSettings>,
    /// The schema that messages are checked against when they come in.
    pub input_schema: Option<Schema>,
    /// Plugins and rules, in order; none passes messages through unchanged to the default target.
    pub steps: Vec<Step>,
    /// Reference tables for the steps, by name.
    pub tables: BTreeMap<String, Table>,
    /// Where messages go, by name; never empty.
    pub targets: BTreeMap<TargetName, Target>,
    /// The target of an output without a route: the only one, or the one marked `default = true`.
    pub default_target: TargetName,
    /// How a message is retried when a plugin asks for it.
    pub retry: RetryPolicy,
    /// Most messages handed to a plugin in one call.
    pub batch_messages: usize,
    /// Most bytes of them; one message alone may be longer.
    pub batch_bytes: usize,
    /// How long a batch that isn't full waits for further messages.
    pub batch_wait: Duration,
    /// Most messages of this flow between lease and settlement at any time.
    pub in_flight: usize,
    /// Most bytes of those; one message alone may be longer.
    pub in_flight_bytes: usize,
    /// The bounds of its queue.
    pub queue: QueueBounds,
    /// How long a dead letter is kept; none keeps it until an operator deals with it.
    pub keep_dead_letters: Option<Duration>,
    /// Most bytes of dead letters that are open or acknowledged; beyond, it takes nothing more in and its queue waits.
    pub dead_letter_bytes: u64,
    /// The flow is delayed when its oldest message that has not ended is older than this; none: as the host says.
    pub queue_age: Option<Duration>,
    /// After what time without a message somebody should look; none: never.
    pub silent_after: Option<Duration>,
}

/// Most bytes of a flow's dead letters that are not closed, unless its file says otherwise.
pub const DEAD_LETTER_BYTES: u64 = 1 << 30;

/// The bounds of a flow's queue, from acceptance to the end of a message; none: as much as fits on the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueBounds {
    /// Most messages.
    pub messages: Option<u64>,
    /// Most bytes of their records on disk.
    pub bytes: Option<u64>,
}

/// The business goal, and how success is measured.
#[derive(Clone, Debug, Default)]
pub struct Purpose {
    /// What the business gets, in a sentence.
    pub goal: String,
    /// Who is responsible for it.
    pub owner: String,
    /// The systems it joins.
    pub systems: Vec<String>,
    /// How it was done before.
    pub as_is: String,
    /// How it is meant to be.
    pub to_be: String,
    /// What success means, measurably.
    pub success: SuccessCriteria,
}

/// Bounds the flow is measured against.
#[derive(Clone, Copy, Debug, Default)]
pub struct SuccessCriteria {
    /// Highest share of received messages that may end as dead letters, 0 to 1.
    pub error_rate: Option<f64>,
    /// Longest acceptable 95th percentile from receipt to delivery.
    pub p95_latency: Option<Duration>,
}

/// Whether messages with the same key wait for each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ordering {
    /// Messages with the same key are delivered in order.
    #[default]
    Key,
    /// Messages don't wait for each other.
    None,
}

/// What happens to a key's later messages when one of them is a dead letter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// They go on without it.
    #[default]
    Skip,
    /// They wait until it is replayed and delivered, or discarded.
    Block,
}

/// How a sender is verified. Several secrets allow for a rotation: any one of them is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verify {
    /// Anyone may send; only useful behind a proxy that authenticates.
    None,
    /// `webhook-id`, `webhook-timestamp`, `webhook-signature` as standardwebhooks.com specifies.
    StandardWebhooks {
        /// `whsec_…` secrets, or bare base64.
        secrets: Vec<SecretRef>,
        /// How far the timestamp may be from now.
        tolerance: Duration,
    },
    /// `X-Hub-Signature-256: sha256=<hex>`.
    Github {
        /// Shared secrets.
        secrets: Vec<SecretRef>,
    },
    /// `X-Shopify-Hmac-SHA256: <base64>`.
    Shopify {
        /// Shared secrets.
        secrets: Vec<SecretRef>,
    },
    /// `Authorization: Bearer <token>`.
    Bearer {
        /// Accepted tokens.
        tokens: Vec<SecretRef>,
    },
}

impl Verify {
    /// Whether a sender signs its requests and this header is no part of what it signs.
    #[must_use]
    pub fn leaves_unsigned(&self, header: &str) -> bool {
        match self {
            Self::None | Self::Bearer { .. } => false,
            Self::Github { .. } | Self::Shopify { .. } => true,
            Self::StandardWebhooks { .. } => {
                !["webhook-id", "webhook-timestamp", "svix-id", "svix-timestamp"].contains(&header)
            }
        }
    }

    /// The secrets it refers to.
    #[must_use]
    pub fn secrets(&self) -> Vec<&SecretRef> {
        match self {
            Self::None => Vec::new(),
            Self::StandardWebhooks { secrets, .. } | Self::Github { secrets } | Self::Shopify { secrets } => {
                secrets.iter().collect()
            }
            Self::Bearer { tokens } => tokens.iter().collect(),
        }
    }
}

/// A reference to a secret: configuration never contains the secret itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretRef {
    /// `env:NAME`
    Env(String),
    /// `file:PATH`; trailing line ends are cut.
    File(PathBuf),
}

/// The reference as a file states it.
impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

/// Where in a message a value is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueFrom {
    /// JSON Pointer into the payload.
    Pointer(String),
    /// Path into an XML payload.
    XmlPath(XmlPath),
    /// A header, in lower case.
    Header(String),
}

/// How duplicates are recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dedupe {
    /// What makes two messages the same.
    pub by: ValueFrom,
    /// How long a value is remembered.
    pub window: Duration,
}

/// One step that messages pass.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name for people and metrics; unless given, the plugin file's stem or `rules`.
    pub name: String,
    /// What is done with a message.
    pub work: Work,
    /// Its place in the file, for messages about it.
    pub place: Place,
}

/// What a step does with a message.
#[derive(Clone, Debug)]
pub enum Work {
    /// A plugin decides what happens to it.
    Plugin(Box<PluginStep>),
    /// It is checked against rules, and goes on unchanged if it breaks none.
    Rules(RulesStep),
}

/// One plugin applied in the flow.
#[derive(Clone, Debug)]
pub struct PluginStep {
    /// The component file.
    pub plugin: PathBuf,
    /// A JSON object for the plugin's `configure`.
    pub settings: serde_json::Value,
    /// What the plugin may use.
    pub grants: Grants,
    /// What it may consume.
    pub limits: Limits,
    /// How long its instances are used.
    pub reuse: Reuse,
}

/// Rules that messages are checked against.
#[derive(Clone, Debug)]
pub struct RulesStep {
    /// The rules.
    pub rules: Rules,
    /// What happens to a message that breaks them.
    pub on_violation: OnViolation,
}

/// What happens to a message that breaks rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnViolation {
    /// It becomes a dead letter.
    #[default]
    DeadLetter,
    /// It is deliberately not passed on.
    Skip,
}

impl Step {
    /// Its plugin; none if it checks messages against rules.
    #[must_use]
    pub const fn plugin(&self) -> Option<&PluginStep> {
        match &self.work {
            Work::Plugin(plugin) => Some(plugin),
            Work::Rules(_) => None,
        }
    }
}

/// A reference table: rows found by a key.
#[derive(Clone, Debug)]
pub struct Table {
    /// CSV with a header row, or JSON: an array of objects.
    pub file: PathBuf,
    /// The column by which a row is found.
    pub key: String,
    /// What the bytes of the file mean.
    pub encoding: Encoding,
    /// How a CSV file is written.
    pub dialect: Dialect,
    /// Whether the table may have no rows.
    pub may_be_empty: bool,
    /// The largest share of the rows that may be gone at a reload, 0 to 1.
    pub max_shrink: f64,
}

impl Table {
    /// The largest share of the rows that may be gone at a reload, unless a flow states another. An export that broke
    /// off loses more; what a business removes from its reference data between two reloads is less.
    pub const MAX_SHRINK: f64 = 0.5;

    /// A table whose flow states only the file and the key.
    #[must_use]
    pub fn new(file: PathBuf, key: String) -> Self {
        Self {
            file,
            key,
            encoding: Encoding::default(),
            dialect: Dialect::default(),
            may_be_empty: false,
            max_shrink: Self::MAX_SHRINK,
        }
    }
}

/// A target of a flow, and how its deliveries are retried.
#[derive(Clone, Debug)]
pub struct Target {
    /// The settings of its kind.
    pub settings: Arc<dyn TargetSettings>,
    /// The schema that deliveries are checked against.
    pub schema: Option<Schema>,
    /// Deliveries under way at once.
    pub concurrency: usize,
    /// How a failed delivery is retried.
    pub retry: RetryPolicies,
    /// When deliveries are held back: its breaker and its retry budget.
    pub health: TargetHealthPolicy,
    /// The target that must have a message's deliveries before this one gets any.
    pub after: Option<TargetName>,
}

/// How the host authenticates itself to a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Not at all.
    None,
    /// `Authorization: Bearer <token>`.
    Bearer(SecretRef),
    /// `Authorization: Basic …`.
    Basic {
        /// User name.
        user: String,
        /// Its password.
        password: SecretRef,
    },
    /// A key in a header of its own.
    Header {
        /// The header.
        name: String,
        /// The key.
        value: SecretRef,
    },
    /// A signature of each request as standardwebhooks.com specifies, with this secret or private key.
    StandardWebhooks(SecretRef),
}

impl Auth {
    /// The secret it refers to.
    #[must_use]
    pub const fn secret(&self) -> Option<&SecretRef> {
        match self {
            Self::None => None,
            Self::Bearer(secret)
            | Self::Basic { password: secret, .. }
            | Self::Header { value: secret, .. }
            | Self::StandardWebhooks(secret) => Some(secret),
        }
    }
}
