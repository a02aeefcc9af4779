//! Host events: the few things that happen to a host and that somebody may want to know of.
//!
//! The runtime publishes them in these types to whoever subscribes. A flow receives them as messages:
//! [`HostEvent::document`] is what such a message holds, and `docs/reference/host-events.md` lists every field of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::dead_letter::Stage;
use crate::id::{DeadLetterId, EventId, FlowName, TargetName};
use crate::rollout::RolloutOutcome;

/// Fields that are timestamps: numbers in the host, RFC 3339 where the event leaves it.
const TIMESTAMPS: [&str; 3] = ["at", "until", "oldest"];

/// Something that happened to a flow or to the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostEvent {
    /// The same wherever the event is published.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// In which flow; none: it is about the host.
    pub flow: Option<FlowName>,
    /// What.
    #[serde(flatten)]
    pub what: HostEventKind,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum HostEventKind {
    /// A message, or one of its deliveries, was given up.
    DeadLettered {
        /// The dead letter.
        dead_letter: DeadLetterId,
        /// Where it was given up.
        stage: Stage,
        /// On the way to this target.
        target: Option<TargetName>,
        /// The reason's code.
        code: String,
        /// The reason's text, as the log may show it.
        reason: String,
        /// Failures of one kind share it.
        fingerprint: String,
        /// Attempts made.
        attempts: u32,
    },
    /// Too many attempts fail: none is made for a while.
    BreakerOpened {
        /// The target.
        target: TargetName,
        /// When it is probed.
        until: Timestamp,
    },
    /// Attempts are made again.
    BreakerClosed {
        /// The target.
        target: TargetName,
        /// Who closed it; none: the probes did.
        by: Option<String>,
    },
    /// Nothing is sent to the target for now.
    TargetPaused {
        /// The target.
        target: TargetName,
        /// Who paused it; none: the target refuses every delivery.
        by: Option<String>,
        /// Why.
        reason: String,
    },
    /// The target gets messages again.
    TargetResumed {
        /// The target.
        target: TargetName,
        /// Who resumed or enabled it, or `gantry` when a pause ended at its time; none: the target accepts deliveries again.
        by: Option<String>,
        /// Why.
        reason: String,
    },
    /// Another plugin version serves a step, was refused, or was rolled back.
    DeploymentEnded {
        /// The deployment.
        deployment: u64,
        /// The step.
        step: String,
        /// The version, as `NAME@VERSION`.
        plugin: String,
        /// How it ended.
        phase: RolloutOutcome,
        /// Who ended it: an operator, or `gantry` for what followed by the terms.
        by: String,
        /// Why.
        reason: String,
    },
    /// Nothing is sent to the target until somebody enables it.
    TargetDisabled {
        /// The target.
        target: TargetName,
        /// Who disabled it; none: it answered 410.
        by: Option<String>,
        /// Why.
        reason: String,
    },
    /// The oldest message that has not ended is older than the flow's limit.
    QueueDelayed {
        /// When it was queued.
        oldest: Timestamp,
        /// Its age in seconds.
        age_seconds: u64,
        /// The flow's limit in seconds.
        limit_seconds: u64,
        /// Messages that have not ended.
        depth: u64,
    },
    /// No message is older than half of the flow's limit.
    QueueRecovered {
        /// Messages that have not ended.
        depth: u64,
    },
    /// Less disk is free than the reserve: sources are refused.
    DiskLow {
        /// Bytes that are free.
        free_bytes: u64,
    },
    /// More disk is free than the reserve again.
    DiskRecovered {
        /// Bytes that are free.
        free_bytes: u64,
    },
    /// The host has started: breakers are closed, and a delay or a full disk that still exists is published again.
    HostStarted {
        /// The host's version.
        version: String,
    },
    /// Events came faster than they could be stored; these are in the log and in the metrics only.
    EventsMissed {
        /// How many.
        count: u64,
    },
}

impl HostEventKind {
    /// Every name there is.
    pub const NAMES: [&str; 13] = [
        "dead_lettered",
        "breaker_opened",
        "breaker_closed",
        "target_paused",
        "target_resumed",
        "target_disabled",
        "deployment_ended",
        "queue_delayed",
        "queue_recovered",
        "disk_low",
        "disk_recovered",
        "host_started",
        "events_missed",
    ];

    /// Those that happen to a flow.
    pub const OF_FLOWS: [&str; 9] = {
        let (of_flows, _) = Self::NAMES.split_at(9);
        match of_flows.first_chunk() {
            Some(of_flows) => *of_flows,
            None => [""; 9],
        }
    };

    /// The kind, as metrics and alert rules spell it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::DeadLettered { .. } => Self::NAMES[0],
            Self::BreakerOpened { .. } => Self::NAMES[1],
            Self::BreakerClosed { .. } => Self::NAMES[2],
            Self::TargetPaused { .. } => Self::NAMES[3],
            Self::TargetResumed { .. } => Self::NAMES[4],
            Self::TargetDisabled { .. } => Self::NAMES[5],
            Self::DeploymentEnded { .. } => Self::NAMES[6],
            Self::QueueDelayed { .. } => Self::NAMES[7],
            Self::QueueRecovered { .. } => Self::NAMES[8],
            Self::DiskLow { .. } => Self::NAMES[9],
            Self::DiskRecovered { .. } => Self::NAMES[10],
            Self::HostStarted { .. } => Self::NAMES[11],
            Self::EventsMissed { .. } => Self::NAMES[12],
        }
    }

    /// Whether it happens to the host rather than to a flow.
    #[must_use]
    pub const fn is_host_wide(&self) -> bool {
        matches!(
            self,
            Self::DiskLow { .. } | Self::DiskRecovered { .. } | Self::HostStarted { .. } | Self::EventsMissed { .. }
        )
    }

    /// The target it is about, where it is about one.
    #[must_use]
    pub const fn target(&self) -> Option<&TargetName> {
        match self {
            Self::DeadLettered { target, .. } => target.as_ref(),
            Self::BreakerOpened { target, .. }
            | Self::BreakerClosed { target, .. }
            | Self::TargetPaused { target, .. }
            | Self::TargetResumed { target, .. }
            | Self::TargetDisabled { target, .. } => Some(target),
            _ => None,
        }
    }
}

impl HostEvent {
    /// A new event with an id of its own.
    #[must_use]
    pub fn new(at: Timestamp, flow: Option<&FlowName>, what: HostEventKind) -> Self {
        Self { id: EventId::generate(), at, flow: flow.cloned(), what }
    }

    /// Events with the same key are published in order: those of one flow, or of one target of it.
    #[must_use]
    pub fn key(&self) -> String {
        match (&self.flow, self.what.target()) {
            (Some(flow), Some(target)) => format!("{flow}/{target}"),
            (Some(flow), None) => flow.to_string(),
            (None, _) => "host".to_owned(),
        }
    }

    /// The event as the JSON document that a message about it holds.
    #[must_use]
    pub fn document(&self, instance: &str) -> Value {
        #[expect(clippy::expect_used, reason = "plain data with text keys always becomes JSON")]
        let fields = serde_json::to_value(self).expect("an event becomes JSON");
        let mut document = Map::from_iter([("version".to_owned(), 1.into()), ("instance".to_owned(), instance.into())]);
        for (name, value) in fields.as_object().into_iter().flatten() {
            let timestamp = value.as_u64().filter(|_| TIMESTAMPS.contains(&name.as_str()));
            let value = timestamp.map_or_else(|| value.clone(), |millis| Timestamp(millis).to_string().into());
            document.insert(name.clone(), value);
        }
        document.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_leaves_the_host_with_its_moments_in_rfc_3339_and_its_fields_by_name() {
        let flow = "orders".parse().unwrap();
        let target = "erp".parse().unwrap();
        let what = HostEventKind::BreakerOpened { target, until: Timestamp(1_614_265_330_000) };
        let event = HostEvent::new(Timestamp(1_614_265_270_000), Some(&flow), what);
        let document = event.document("shop-1");
        assert_eq!((document["version"].as_u64(), document["instance"].as_str()), (Some(1), Some("shop-1")));
        assert_eq!(document["id"], event.id.to_string());
        assert_eq!(document["at"], "2021-02-25T15:01:10.000Z");
        assert_eq!((&document["event"], &document["flow"]), (&"breaker_opened".into(), &"orders".into()));
        assert_eq!((&document["target"], &document["until"]), (&"erp".into(), &"2021-02-25T15:02:10.000Z".into()));
        assert_eq!(event.key(), "orders/erp");
    }

    #[test]
    fn how_a_deployment_ended_is_spelled_as_its_phase() {
        for (outcome, phase) in [
            (RolloutOutcome::Deployed, "deployed"),
            (RolloutOutcome::Refused, "refused"),
            (RolloutOutcome::RolledBack, "rolled_back"),
        ] {
            let what = HostEventKind::DeploymentEnded {
                deployment: 7,
                step: "map".into(),
                plugin: "order-to-erp@2.0.0".into(),
                phase: outcome,
                by: "ops".into(),
                reason: "wrong totals".into(),
            };
            assert_eq!(HostEvent::new(Timestamp(0), None, what).document("gantry")["phase"], phase);
        }
    }

    #[test]
    fn every_name_is_the_one_an_event_is_written_with() {
        let started = HostEventKind::HostStarted { version: "1".into() };
        let missed = HostEventKind::EventsMissed { count: 1 };
        for what in
            [started, missed, HostEventKind::DiskLow { free_bytes: 1 }, HostEventKind::QueueRecovered { depth: 0 }]
        {
            let name = what.name();
            assert_eq!(HostEvent::new(Timestamp(0), None, what).document("gantry")["event"], name);
        }
    }
}
