//! A flow, ready to run: every name resolved, every duration parsed, every path absolute.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use gantry_core::{FlowName, Grants, Limits, Place, RetryPolicies, RetryPolicy, Reuse, TargetHealthPolicy, TargetName};
use gantry_rules::Rules;
use gantry_schema::Schema;

use crate::kind::{SourceSettings, TargetSettings};

/// Source → steps → targets, with the purpose they serve.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Unique in the host.
    pub name: FlowName,
    /// First sixteen hex digits of the SHA-256 of the file: dead letters name it.
    pub version: String,
    /// The file it was read from.
    pub file: PathBuf,
    /// Why it exists.
    pub purpose: Purpose,
    /// Whether messages that share a key wait for one another.
    pub ordering: Ordering,
    /// What becomes of a key's later messages when one of them is a dead letter.
    pub on_failure: OnFailure,
    /// Where messages come in.
    pub source: Arc<dyn SourceSettings>,
    /// What they are held to when they come in.
    pub input_schema: Option<Schema>,
    /// Plugins and rules, in order; none passes messages through unchanged to the default target.
    pub steps: Vec<Step>,
    /// Reference tables for the steps, by name.
    pub tables: BTreeMap<String, Table>,
    /// Where messages go, by name; never empty.
    pub targets: BTreeMap<TargetName, Target>,
    /// The target of an output without a route: the only one, or the one marked `default = true`.
    pub default_target: TargetName,
    /// How a message is tried again when a plugin asks for it.
    pub retry: RetryPolicy,
    /// Most messages handed to a plugin in one call.
    pub batch_messages: usize,
    /// Most bytes of them; one message alone may be longer.
    pub batch_bytes: usize,
    /// How long a batch with room left waits for further messages.
    pub batch_wait: Duration,
    /// Most messages of this flow between lease and settlement at any time.
    pub in_flight: usize,
    /// Most bytes of those; one message alone may be longer.
    pub in_flight_bytes: usize,
    /// What may be in its queue.
    pub queue: QueueBounds,
    /// How long a dead letter is kept; none keeps it until an operator deals with it.
    pub keep_dead_letters: Option<Duration>,
    /// It is delayed when its oldest message that has not ended is older than this; none: than the host says.
    pub queue_age: Option<Duration>,
}

/// What a flow may have in its queue, from acceptance to the end of a message; none: as much as the disk bears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueBounds {
    /// Most messages.
    pub messages: Option<u64>,
    /// Most bytes of their records on disk.
    pub bytes: Option<u64>,
}

/// Business goal and what would count as reaching it.
#[derive(Clone, Debug, Default)]
pub struct Purpose {
    /// What the business gets, in a sentence.
    pub goal: String,
    /// Who answers for it.
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

/// Whether messages that share a key wait for one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ordering {
    /// Messages with the same key are delivered in order.
    #[default]
    Key,
    /// Every message on its own.
    None,
}

/// What becomes of a key's later messages when one of them is a dead letter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// They go on without it.
    #[default]
    Skip,
    /// They wait until it is replayed and delivered, or discarded.
    Block,
}

/// How a sender proves itself. Several secrets allow rotation: any one of them is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verify {
    /// Anyone may send; only sensible behind something that authenticates.
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

/// Where a secret is found: configuration never holds the secret itself.
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

/// What a message passes on its way.
#[derive(Clone, Debug)]
pub struct Step {
    /// For people and metrics; the plugin file's stem, or `rules`, unless given.
    pub name: String,
    /// What is done with a message.
    pub work: Work,
    /// Where it is written, for messages about it.
    pub place: Place,
}

/// What a step does with a message.
#[derive(Clone, Debug)]
pub enum Work {
    /// A plugin says what becomes of it.
    Plugin(Box<PluginStep>),
    /// It is held to rules, and goes on as it is where it breaks none.
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
    /// For how long its instances are used.
    pub reuse: Reuse,
}

/// Rules that messages are held to.
#[derive(Clone, Debug)]
pub struct RulesStep {
    /// The rules.
    pub rules: Rules,
    /// What becomes of a message that breaks them.
    pub on_violation: OnViolation,
}

/// What becomes of a message that breaks rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnViolation {
    /// It is a dead letter.
    #[default]
    DeadLetter,
    /// It is deliberately not passed on.
    Skip,
}

impl Step {
    /// Its plugin; none where it holds messages to rules.
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
    /// The column whose value finds a row.
    pub key: String,
}

/// Where messages go, and how patiently.
#[derive(Clone, Debug)]
pub struct Target {
    /// What kind of place, and where.
    pub settings: Arc<dyn TargetSettings>,
    /// What is sent here is held to it.
    pub schema: Option<Schema>,
    /// Deliveries under way at once.
    pub concurrency: usize,
    /// How a failed delivery is tried again.
    pub retry: RetryPolicies,
    /// When the target is spared: its breaker and its retry budget.
    pub health: TargetHealthPolicy,
}

/// How the host proves itself to a target.
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
    /// A signature of each request, as standardwebhooks.com specifies; with this secret or private key.
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
