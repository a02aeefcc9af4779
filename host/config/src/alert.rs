//! What the host tells of itself, and whom it calls when something is wrong, ready to use.

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

/// An endpoint gets few calls, and is not to be flooded with what has piled up.
const CONCURRENCY: usize = 4;

/// What the host tells of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Events {
    /// The host's name in events and alerts.
    pub instance: String,
    /// A flow is delayed when its oldest message that has not ended is older than this, unless the flow says otherwise.
    pub queue_age: Duration,
}

/// An endpoint that is called when something is wrong, and again when it is put right.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Unique among the alerts.
    pub name: String,
    /// The flow its messages are queued in.
    pub flow: FlowName,
    /// The endpoint's name as a target of that flow.
    pub to: TargetName,
    /// What it is called for.
    pub on: BTreeSet<AlertKind>,
    /// Only for these flows; empty: for all.
    pub flows: BTreeSet<FlowName>,
    /// So many letters of one fingerprint must be open.
    pub dead_letters: u64,
    /// How patient it is.
    pub terms: AlertTerms,
    /// Where its messages go.
    pub endpoint: AlertTarget,
    /// How a failed call is tried again.
    pub retry: RetryPolicies,
    /// When the endpoint is spared.
    pub health: TargetHealthPolicy,
}

/// An HTTP endpoint that takes alerts in a form of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertTarget {
    /// Where to.
    pub url: AlertUrl,
    /// Sent with each request; no secrets here.
    pub headers: Vec<(String, String)>,
    /// How the host proves itself.
    pub auth: Auth,
    /// From sending to the last byte of the answer.
    pub timeout: Duration,
    /// What is sent.
    pub format: AlertFormat,
    /// How long an alert that isn't said again counts as going on: for forms that need an end.
    pub repeat: Duration,
}

/// Where an endpoint is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertUrl {
    /// As the file states it.
    Open(String),
    /// A secret itself, as those of Slack.
    Secret(SecretRef),
}

/// The form of what is sent to an endpoint.
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
    /// Whether it is called for this kind of trouble of this flow; none: of the host.
    #[must_use]
    pub fn concerns(&self, kind: AlertKind, flow: Option<&FlowName>) -> bool {
        let watched = |flow: &FlowName| self.flows.is_empty() || self.flows.contains(flow);
        self.on.contains(&kind) && flow.is_none_or(watched)
    }

    /// The endpoint as the target of a flow.
    #[must_use]
    pub fn target(&self) -> Target {
        let Self { endpoint, retry, health, .. } = self.clone();
        Target { settings: Arc::new(endpoint), schema: None, concurrency: CONCURRENCY, retry, health }
    }

    /// As a host file would state it, but for headers, credentials and retries.
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
        if !self.flows.is_empty() {
            stated["flows"] = json!(self.flows);
        }
        stated
    }
}

/// The URL, or where it is found.
impl fmt::Display for AlertUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(url) => f.write_str(url),
            Self::Secret(reference) => fmt::Display::fmt(reference, f),
        }
    }
}

/// The form as a file names it.
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
