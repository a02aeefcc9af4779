//! What the host tells of itself, and whom it calls when something is wrong, ready to use.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use gantry_core::alert::{AlertKind, AlertTerms};
use gantry_core::{FlowName, RetryPolicies, TargetName, ValvePolicy};
use serde_json::{Value, json};

use crate::flow::{HttpTarget, SecretRef, Target, TargetKind};
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
    pub valve: ValvePolicy,
}

/// An HTTP endpoint that takes alerts in a form of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertTarget {
    /// The request; its URL is empty where `url` refers to it.
    pub http: HttpTarget,
    /// The URL, where it is a secret.
    pub url: Option<SecretRef>,
    /// What is sent.
    pub format: AlertFormat,
    /// How long an alert that isn't said again counts as going on: for forms that need an end.
    pub repeat: Duration,
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

impl AlertTarget {
    /// Everything it keeps elsewhere.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretRef> {
        let key = match &self.format {
            AlertFormat::Pagerduty { routing_key } => Some(routing_key),
            AlertFormat::Gantry | AlertFormat::Alertmanager | AlertFormat::Slack => None,
        };
        key.into_iter().chain(&self.url).chain(self.http.auth.secret())
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
        let Self { endpoint, retry, valve, .. } = self.clone();
        Target { kind: TargetKind::Alert(endpoint), schema: None, concurrency: CONCURRENCY, retry, valve }
    }

    /// As a host file would state it, but for headers, credentials and retries.
    #[must_use]
    pub(crate) fn to_json(&self) -> Value {
        let mut stated = json!({
            "name": self.name,
            "url": self.endpoint.shown_url(),
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
            "timeout": show_duration(self.endpoint.http.timeout),
        });
        if !self.flows.is_empty() {
            stated["flows"] = json!(self.flows);
        }
        stated
    }
}

impl AlertTarget {
    /// The URL, or where it is found.
    #[must_use]
    pub fn shown_url(&self) -> String {
        self.url.as_ref().map_or_else(|| self.http.url.clone(), ToString::to_string)
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
