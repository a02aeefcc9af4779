//! Host events and alerts, ready to use: which endpoints are notified, and when.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use gantry_core::alert::{AlertKind, AlertTerms};
use gantry_core::{FlowName, RetryPolicies, TargetHealthPolicy, TargetName};
use serde_json::{Value, json};

use crate::flow::{Auth, SecretRef, Target};
use crate::kind::TargetSettings;
use crate::units::show_duration;

/// An endpoint gets few notifications, and must not be flooded after an outage.
const CONCURRENCY: usize = 4;

/// The settings of host events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Events {
    /// The host's name in events and alerts.
    pub instance: String,
    /// A flow is delayed when its oldest message that has not ended is older than this, unless the flow says otherwise.
    pub queue_age: Duration,
    /// Where the runbooks are published, for links in alerts.
    pub runbooks: Option<String>,
    /// Over what time refused requests and plugin faults are counted for alerts.
    pub count_within: Duration,
    /// So many requests must have been refused for want of room.
    pub refused_requests: u64,
    /// So many requests must have been refused because of their credentials.
    pub unauthorized_requests: u64,
    /// So many faults of one step's plugin are needed.
    pub plugin_faults: u64,
}

/// An endpoint that is notified when something is wrong, and again when it is resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Unique among the alerts.
    pub name: String,
    /// The flow its messages are queued in.
    pub flow: FlowName,
    /// The endpoint's name as a target of that flow.
    pub to: TargetName,
    /// The kinds of alerts it is notified of.
    pub on: BTreeSet<AlertKind>,
    /// Only for these flows; empty: for all.
    pub flows: BTreeSet<FlowName>,
    /// Only for flows of these owners; empty: for all.
    pub owners: BTreeSet<String>,
    /// How many dead letters with one fingerprint must be open.
    pub dead_letters: u64,
    /// When it is notified again, and when an alert counts as resolved.
    pub terms: AlertTerms,
    /// Where its messages go.
    pub endpoint: AlertTarget,
    /// How a failed notification is retried.
    pub retry: RetryPolicies,
    /// When the endpoint gets no notifications: its breaker and its retry budget.
    pub health: TargetHealthPolicy,
}

/// An HTTP endpoint that takes alerts in a format of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertTarget {
    /// Where to.
    pub url: AlertUrl,
    /// Sent with each request; no secrets here.
    pub headers: Vec<(String, String)>,
    /// How the host authenticates itself.
    pub auth: Auth,
    /// From sending to the last byte of the answer.
    pub timeout: Duration,
    /// What is sent.
    pub format: AlertFormat,
    /// How long an alert that isn't repeated counts as going on, for formats that need an end time.
    pub repeat: Duration,
    /// How often it is told that the host works; none: never.
    pub heartbeat: Option<Duration>,
}

/// Where an endpoint is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertUrl {
    /// As the file states it.
    Open(String),
    /// A reference, because the URL is a secret itself, as Slack's are.
    Secret(SecretRef),
}

/// The format of what is sent to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertFormat {
    /// Gantry's own JSON.
    Gantry,
    /// Prometheus Alertmanager, `POST /api/v2/alerts`.
    Alertmanager,
    /// Slack's incoming webhooks: a text.
    Slack,
    /// `PagerDuty`'s Events API v2.
    Pagerduty {
        /// The integration key of the service.
        routing_key: SecretRef,
    },
}

impl TargetSettings for AlertTarget {
    fn label(&self) -> String {
        format!("POST {}", self.url)
    }

    fn secrets(&self) -> Vec<&SecretRef> {
        let key = match &self.format {
            AlertFormat::Pagerduty { routing_key } => Some(routing_key),
            AlertFormat::Gantry | AlertFormat::Alertmanager | AlertFormat::Slack => None,
        };
        let url = match &self.url {
            AlertUrl::Open(_) => None,
            AlertUrl::Secret(reference) => Some(reference),
        };
        key.into_iter().chain(url).chain(self.auth.secret()).collect()
    }
}

impl Alert {
    /// Whether it is notified of this kind of alert of this flow, which has this owner. No flow: of the host.
    #[must_use]
    pub fn concerns(&self, kind: AlertKind, flow: Option<&FlowName>, owner: Option<&str>) -> bool {
        let Some(flow) = flow else { return self.on.contains(&kind) };
        let is_of_flow = self.flows.is_empty() || self.flows.contains(flow);
        let is_of_owner = self.owners.is_empty() || owner.is_some_and(|owner| self.owners.contains(owner));
        self.on.contains(&kind) && is_of_flow && is_of_owner
    }

    /// The endpoint as the target of a flow.
    #[must_use]
    pub fn target(&self) -> Target {
        let Self { endpoint, retry, health, .. } = self.clone();
        Target { settings: Arc::new(endpoint), schema: None, concurrency: CONCURRENCY, retry, health, after: None }
    }

    /// As a host file would state it, without headers, credentials and retries.
    #[must_use]
    pub(crate) fn to_json(&self) -> Value {
        let mut stated = json!({
            "name": self.name,
            "url": self.endpoint.url.to_string(),
            "format": match &self.endpoint.format {
                AlertFormat::Pagerduty { routing_key } => {
                    json!({ "pagerduty": { "routing_key": routing_key.to_string() } })
                }
                format => format.to_string().into(),
            },
            "on": self.on,
            "dead_letters": self.dead_letters,
            "repeat": show_duration(self.terms.repeat),
            "resolve_after": show_duration(self.terms.resolve_after),
            "timeout": show_duration(self.endpoint.timeout),
        });
        if let Some(heartbeat) = self.endpoint.heartbeat {
            stated["heartbeat"] = show_duration(heartbeat).into();
        }
        if !self.flows.is_empty() {
            stated["flows"] = json!(self.flows);
        }
        if !self.owners.is_empty() {
            stated["owners"] = json!(self.owners);
        }
        stated
    }
}

/// The URL, or the reference to it.
impl fmt::Display for AlertUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(url) => f.write_str(url),
            Self::Secret(reference) => fmt::Display::fmt(reference, f),
        }
    }
}

/// The format as a file names it.
impl fmt::Display for AlertFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gantry => "gantry",
            Self::Alertmanager => "alertmanager",
            Self::Slack => "slack",
            Self::Pagerduty { .. } => "pagerduty",
        })
    }
}
