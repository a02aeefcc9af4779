//! Host events and alerts as typed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::http::AuthChoice;
use super::retry::TargetRetryTable;
use super::text::{DurationText, NameText, SecretText};
use crate::at::At;

/// The events that the host publishes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventsTable {
    /// The host's name in events and alerts. Hosts that alert to one place need different ones.
    pub(crate) instance: Option<At<NameText>>,
    /// A flow is delayed when its oldest message that has not ended is older than this, unless the flow says otherwise.
    pub(crate) queue_age: Option<At<DurationText>>,
    /// Where the book's runbooks are published: an alert then links `RUNBOOKS/target-down.html`. Unless given, it names the
    /// page in the sources.
    #[schemars(extend("examples" = ["https://gantry.example.com/runbooks"]))]
    pub(crate) runbooks: Option<At<String>>,
    /// Over what time refused requests and plugin faults are counted for the alerts below.
    pub(crate) count_within: Option<At<DurationText>>,
    /// So many requests to a flow must have been refused because its queue, the quota or the disk is full for the alert
    /// `intake_refusing`.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub(crate) refused_requests: Option<u32>,
    /// So many requests to a flow must have been refused because of their credentials for the alert `intake_refusing`.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub(crate) unauthorized_requests: Option<u32>,
    /// So many faults of one step's plugin are needed for the alert `plugin_faulting`.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub(crate) plugin_faults: Option<u32>,
}

/// An endpoint that is notified when something is wrong, and again when it is resolved.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlertTable {
    /// Unique among the alerts; its messages are those of the flow `alert-NAME`.
    #[schemars(required)]
    pub(crate) name: Option<At<NameText>>,
    /// Where to. A URL that is a secret itself, as those of Slack, is a reference: `env:NAME` or `file:PATH`.
    #[schemars(required, extend("examples" = ["https://events.pagerduty.com/v2/enqueue", "env:SLACK_URL"]))]
    pub(crate) url: Option<At<String>>,
    /// The form of what is sent.
    #[schemars(extend("default" = "gantry"))]
    pub(crate) format: Option<FormatChoice>,
    /// What it is notified of. Unless given, everything, and heartbeats only if `heartbeat` is given.
    #[schemars(length(min = 1))]
    pub(crate) on: Option<At<Vec<KindChoice>>>,
    /// Only for these flows, and for the host as a whole; for all unless given.
    #[schemars(length(min = 1))]
    pub(crate) flows: Option<Vec<At<NameText>>>,
    /// Only for flows whose `owner` in `[purpose]` is one of these, and for the host as a whole; for all unless given.
    #[schemars(length(min = 1))]
    pub(crate) owners: Option<Vec<String>>,
    /// So many dead letters of one fingerprint must be open for an alert.
    #[schemars(range(min = 1, max = 1_000_000_000), extend("default" = 1))]
    pub(crate) dead_letters: Option<u32>,
    /// How long after a notification the next one is sent, while the condition lasts.
    #[schemars(extend("default" = "4h"))]
    pub(crate) repeat: Option<At<DurationText>>,
    /// How often the endpoint is told that the host works. Their absence, which the receiver has to notice, means that the
    /// host is down. Unless given, never, or every five minutes if `on` names `heartbeat`.
    #[schemars(extend("examples" = ["5m"]))]
    pub(crate) heartbeat: Option<At<DurationText>>,
    /// How long the condition must be gone before it counts as resolved.
    #[schemars(extend("default" = "1m"))]
    pub(crate) resolve_after: Option<At<DurationText>>,
    /// Sent with each request; no secrets here.
    pub(crate) headers: Option<BTreeMap<At<String>, At<String>>>,
    /// How the host proves itself. Without it, not at all.
    pub(crate) auth: Option<At<AuthChoice>>,
    /// From sending to the last byte of the answer.
    #[schemars(extend("default" = "10s"))]
    pub(crate) timeout: Option<At<DurationText>>,
    /// How a failed notification is retried. Unless given: for about a day.
    pub(crate) retry: Option<TargetRetryTable>,
}

/// The form of what is sent to an endpoint.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AlertFormatChoice")]
pub(crate) enum FormatChoice {
    /// Gantry's own JSON.
    Gantry,
    /// An array of one alert, for Prometheus Alertmanager's `POST /api/v2/alerts`.
    Alertmanager,
    /// `{"text": …}`, for Slack's incoming webhooks and whatever takes the same.
    Slack,
    /// PagerDuty's Events API v2.
    Pagerduty(PagerdutyTable),
}

/// PagerDuty's Events API v2.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PagerdutyTable {
    /// Reference to the integration key of the service.
    #[schemars(required)]
    pub(crate) routing_key: Option<At<SecretText>>,
}

/// What an endpoint is notified of.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AlertKindChoice")]
pub(crate) enum KindChoice {
    /// Dead letters of one fingerprint are open.
    DeadLetters,
    /// A target's breaker is open.
    BreakerOpen,
    /// A target refuses every delivery, or somebody paused it.
    TargetPaused,
    /// A target is disabled.
    TargetDisabled,
    /// A flow's oldest message is older than `queue_age`.
    QueueDelayed,
    /// Less disk is free than the reserve.
    DiskLow,
    /// The host rolled a plugin version back.
    DeploymentRolledBack,
    /// A flow can't run, while others do.
    FlowBroken,
    /// The last reload was refused.
    ReloadRefused,
    /// A source refused a file.
    FileRefused,
    /// A flow misses its success criteria.
    CriteriaMissed,
    /// A flow refuses what is sent to it.
    IntakeRefusing,
    /// A flow got no message for longer than its `silent_after`.
    FlowSilent,
    /// A step's plugin fails instead of answering.
    PluginFaulting,
    /// The host works: sent every `heartbeat`.
    Heartbeat,
}
