//! What happens to a host that somebody may want to be told of: the few things alerts are made from.
//!
//! Whoever wants to be told listens to the runtime; these types are what it hears.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::dead_letter::Stage;
use crate::id::{DeadLetterId, FlowName, TargetName};

/// Something worth telling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostEvent {
    /// When.
    pub at: Timestamp,
    /// In which flow.
    pub flow: FlowName,
    /// What.
    #[serde(flatten)]
    pub what: Happening,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Happening {
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
        /// `deployed`, `refused` or `rolled_back`.
        phase: String,
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
}

impl Happening {
    /// Every name there is.
    pub const NAMES: [&str; 7] = [
        "dead_lettered",
        "breaker_opened",
        "breaker_closed",
        "target_paused",
        "target_resumed",
        "target_disabled",
        "deployment_ended",
    ];

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
        }
    }
}
