//! `[source.host_events]` as typed.

use gantry_config::table::{At, NameText};
use schemars::JsonSchema;
use serde::Deserialize;

/// What happens to the host, as messages.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HostEventsTable {
    /// Which events; all unless given.
    #[schemars(length(min = 1))]
    pub(super) events: Option<Vec<At<EventChoice>>>,
    /// Events of these flows, beside those of the host as a whole; of all unless given. Flows that take host events
    /// themselves are never among them.
    #[schemars(length(min = 1))]
    pub(super) flows: Option<Vec<At<NameText>>>,
}

/// A kind of event.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum EventChoice {
    /// A message, or one of its deliveries, was given up.
    DeadLettered,
    /// Too many attempts at a target fail: none is made for a while.
    BreakerOpened,
    /// Attempts are made again.
    BreakerClosed,
    /// Nothing is sent to a target for now.
    TargetPaused,
    /// A target gets messages again.
    TargetResumed,
    /// Nothing is sent to a target until somebody enables it.
    TargetDisabled,
    /// Another plugin version serves a step, or was refused, or was rolled back.
    DeploymentEnded,
    /// The oldest message of a flow is older than `queue_age`.
    QueueDelayed,
    /// No message of a flow is older than half of `queue_age` any more.
    QueueRecovered,
    /// Less disk is free than the reserve.
    DiskLow,
    /// More disk is free than the reserve again.
    DiskRecovered,
    /// The host begins its work.
    HostStarted,
    /// Events were published faster than they could be written to the queue.
    EventsMissed,
}

impl EventChoice {
    /// The event's name: one of [`gantry_core::HostEventKind::NAMES`].
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::DeadLettered => "dead_lettered",
            Self::BreakerOpened => "breaker_opened",
            Self::BreakerClosed => "breaker_closed",
            Self::TargetPaused => "target_paused",
            Self::TargetResumed => "target_resumed",
            Self::TargetDisabled => "target_disabled",
            Self::DeploymentEnded => "deployment_ended",
            Self::QueueDelayed => "queue_delayed",
            Self::QueueRecovered => "queue_recovered",
            Self::DiskLow => "disk_low",
            Self::DiskRecovered => "disk_recovered",
            Self::HostStarted => "host_started",
            Self::EventsMissed => "events_missed",
        }
    }
}
