//! A group of dead letters, as it is kept.

use gantry_core::{DeadLetterId, FlowName, Stage, TargetName, Timestamp};
use serde::{Deserialize, Serialize};

use crate::dead_letters::counts::DeadLetterCounts;

/// Where a kind of failure stands with the operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupState {
    /// Nobody has dealt with it.
    Open,
    /// Somebody looks into it.
    Acknowledged,
    /// Its cause is gone; the next failure opens it again.
    Resolved,
    /// Known and harmless: its letters alarm nobody.
    Ignored,
}

impl GroupState {
    /// The state as commands and reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
            Self::Ignored => "ignored",
        }
    }
}

/// Who last said where a group stands, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupChange {
    /// When.
    pub at: Timestamp,
    /// Who, as far as known.
    pub by: String,
    /// Why, in the operator's words; may be empty.
    pub note: String,
}

/// All dead letters of one fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterGroup {
    /// What they have in common.
    pub fingerprint: String,
    /// The flow.
    pub flow: FlowName,
    /// Which stage gave up.
    pub stage: Stage,
    /// Where they were going, when deliveries failed.
    pub target: Option<TargetName>,
    /// The reason's code.
    pub code: String,
    /// The reason of the latest failure, for people.
    pub text: String,
    /// Where the kind stands.
    pub state: GroupState,
    /// How many of its letters are in which state.
    pub counts: DeadLetterCounts,
    /// How often a message was given up for this, letters that are gone included.
    pub failures: u64,
    /// When it first happened.
    pub first_seen: Timestamp,
    /// When it last happened.
    pub last_seen: Timestamp,
    /// The letter of the latest failure; none once it was removed.
    pub sample: Option<DeadLetterId>,
    /// Who last said where it stands; none while nobody did.
    pub changed: Option<GroupChange>,
    /// How often it came back after it was resolved.
    pub regressions: u32,
    /// When it last came back; none once somebody has said again where it stands.
    pub regressed_at: Option<Timestamp>,
}
