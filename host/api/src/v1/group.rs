//! Kinds of failure: `/v1/dead-letter-groups`.

use gantry_core::{DeadLetterId, FlowName, TargetName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{DeadLetterCounts, Stage, form};

/// Groups of dead letters: open ones first, in each state those with the most open letters first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupList {
    /// The groups.
    pub groups: Vec<DeadLetterGroup>,
}

/// All dead letters of one fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterGroup {
    /// What they have in common.
    pub fingerprint: String,
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// Which stage gave up.
    pub stage: Stage,
    /// Where they were going, when deliveries failed.
    #[schema(value_type = Option<form::TargetName>)]
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
    #[schema(value_type = form::Timestamp)]
    pub first_seen: Timestamp,
    /// When it last happened.
    #[schema(value_type = form::Timestamp)]
    pub last_seen: Timestamp,
    /// The letter of the latest failure; none once it was removed.
    #[schema(value_type = Option<form::DeadLetterId>)]
    pub sample: Option<DeadLetterId>,
    /// Who last said where it stands; none while nobody did.
    pub changed: Option<GroupChange>,
    /// How often it came back after it was resolved.
    pub regressions: u32,
    /// When it last came back; none once somebody has said again where it stands.
    #[schema(value_type = Option<form::Timestamp>)]
    pub regressed_at: Option<Timestamp>,
}

coded_enum! {
    /// Where a kind of failure stands with the operators.
    #[derive(Hash, PartialOrd, Ord, ToSchema)]
    pub enum GroupState {
        /// Nobody has dealt with it.
        Open => "open",
        /// Somebody looks into it.
        Acknowledged => "acknowledged",
        /// Its cause is gone; the next failure opens it again.
        Resolved => "resolved",
        /// Known and harmless: its letters alarm nobody.
        Ignored => "ignored",
    }
}

/// Who last said where a group stands, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupChange {
    /// When.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who, as far as known.
    pub by: String,
    /// Why, in the operator's words; may be empty.
    pub note: String,
}

/// Which groups are meant. Every field narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct GroupFilter {
    /// Of this flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::FlowName>)]
    #[param(value_type = Option<form::FlowName>)]
    pub flow: Option<FlowName>,
    /// In this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<GroupState>,
    /// Given up at this stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// On the way to this target.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::TargetName>)]
    #[param(value_type = Option<form::TargetName>)]
    pub target: Option<TargetName>,
    /// With this reason code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Only those that came back after they were resolved, and nobody has said where they stand since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regressed: Option<bool>,
    /// At most so many; 100 unless given, 1000 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

coded_enum! {
    /// What is done to a group.
    #[derive(ToSchema)]
    pub enum GroupAction {
        /// Somebody looks into it.
        Acknowledge => "acknowledge",
        /// Its cause is gone; the next failure opens it again.
        Resolve => "resolve",
        /// Known and harmless: its letters alarm nobody.
        Ignore => "ignore",
        /// Nobody has dealt with it after all.
        Reopen => "reopen",
    }
}

impl GroupAction {
    /// Where the group stands afterwards.
    #[must_use]
    pub const fn state(self) -> GroupState {
        match self {
            Self::Acknowledge => GroupState::Acknowledged,
            Self::Resolve => GroupState::Resolved,
            Self::Ignore => GroupState::Ignored,
            Self::Reopen => GroupState::Open,
        }
    }
}

/// Says where a kind of failure stands, or stops a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NoteRequest {
    /// Who.
    pub by: String,
    /// Why, in the operator's words; may be empty.
    pub note: String,
}
