//! What happens to a host that somebody may want to be told of: the few things alerts are made from.
//!
//! Whoever wants to be told listens to the runtime; these types are what it hears. A flow hears them as messages:
//! [`HostEvent::document`] is what such a message holds, and `docs/reference/host-events.md` lists every field of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::dead_letter::Stage;
use crate::id::{DeadLetterId, EventId, FlowName, TargetName};
use crate::rollout::RolloutOutcome;

/// Fields that are moments: numbers in the host, RFC 3339 where the event leaves it.
const MOMENTS: [&str; 3] = ["at", "until", "oldest"];

/// Something worth telling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostEvent {
    /// The same wherever the event is told.
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
        /// The letter.
        letter: DeadLetterId,
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
        /// Who paused it; none: the target refuses the host's credentials.
        by: Option<String>,
        /// Why.
        reason: String,
    },
    /// The target gets messages again.
    TargetResumed {
        /// The target.
        target: TargetName,
        /// Who resumed or enabled it; none: it accepts the host's credentials again.
        by: Option<String>,
    },
    /// Another plugin version serves a step, or was refused, or was taken back.
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
    /// The oldest message that has not ended is older than the flow bears.
    QueueDelayed {
        /// When it was queued.
        oldest: Timestamp,
        /// Its age in seconds.
        age_seconds: u64,
        /// How many seconds the flow bears.
        limit_seconds: u64,
        /// Messages that have not ended.
        depth: u64,
    },
    /// No message is older than half of what the flow bears.
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
    /// The host begins its work: breakers are closed, and what was delayed or low before is told again if it still is.
    HostStarted {
        /// The host's version.
        version: String,
    },
    /// Events were told faster than they could be written down; these are in the log and in the metrics only.
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
    /// What happened, now.
    #[must_use]
    pub fn new(at: Timestamp, flow: Option<&FlowName>, what: HostEventKind) -> Self {
        Self { id: EventId::generate(), at, flow: flow.cloned(), what }
    }

    /// Events that share it are told in order: those of one flow, or of one target of it.
    #[must_use]
    pub fn key(&self) -> String {
        match (&self.flow, self.what.target()) {
            (Some(flow), Some(target)) => format!("{flow}/{target}"),
            (Some(flow), None) => flow.to_string(),
            (None, _) => "host".to_owned(),
        }
    }

    /// What a message holds that tells of it.
    #[must_use]
    pub fn document(&self, instance: &str) -> Value {
        // Plain data always becomes JSON.
        let told = serde_json::to_value(self).unwrap_or_default();
        let mut document = Map::from_iter([("version".to_owned(), 1.into()), ("instance".to_owned(), instance.into())]);
        for (name, value) in told.as_object().into_iter().flatten() {
            let moment = value.as_u64().filter(|_| MOMENTS.contains(&name.as_str()));
            let value = moment.map_or_else(|| value.clone(), |moment| Timestamp(moment).to_string().into());
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
        let (flow, target) = ("orders".parse().unwrap(), "erp".parse().unwrap());
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
