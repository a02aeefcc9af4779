//! Dead letter groups: `/v1/dead-letter-groups`.

use std::collections::BTreeSet;

use gantry_core::{DeadLetterId, FlowName, TargetName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{DeadLetterCounts, ReasonKind, Stage, form};

/// Groups of dead letters: open ones first, in each state those with the most open dead letters first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupList {
    /// The groups.
    pub groups: Vec<DeadLetterGroup>,
}

/// All dead letters of one fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterGroup {
    /// The fingerprint.
    pub fingerprint: String,
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// The stage that failed.
    pub stage: Stage,
    /// The target, if deliveries failed.
    #[schema(value_type = Option<form::TargetName>)]
    pub target: Option<TargetName>,
    /// The reason's code.
    pub code: String,
    /// Which of the failures with this code it is about, if a text says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ReasonKind>,
    /// The reason of the latest failure, as text.
    pub text: String,
    /// The state of the group.
    pub state: GroupState,
    /// How many of its dead letters are in each state.
    pub counts: DeadLetterCounts,
    /// How many times a message failed for this reason, including dead letters that were removed.
    pub failures: u64,
    /// The time of the first failure.
    #[schema(value_type = form::Timestamp)]
    pub first_seen: Timestamp,
    /// The time of the latest failure.
    #[schema(value_type = form::Timestamp)]
    pub last_seen: Timestamp,
    /// Since when there have been open dead letters in it, or ones that are replayed, without a break; none if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::Timestamp>)]
    pub open_since: Option<Timestamp>,
    /// An open dead letter of it, that of the latest failure if it is open; none if there is none.
    #[schema(value_type = Option<form::DeadLetterId>)]
    pub sample: Option<DeadLetterId>,
    /// Who last set the state; none if nobody did.
    pub changed: Option<GroupChange>,
    /// When its acknowledgement ends, if a time was stated: then it is open again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::Timestamp>)]
    pub acknowledged_until: Option<Timestamp>,
    /// How many times it failed again after it was resolved.
    pub regressions: u32,
    /// When it last failed again after it was resolved; none once somebody has set the state again.
    #[schema(value_type = Option<form::Timestamp>)]
    pub regressed_at: Option<Timestamp>,
    /// The fingerprints that it had under former names of its flow: it is found by them as well.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub former_fingerprints: BTreeSet<String>,
}

coded_enum! {
    /// The state of a group, set by operators.
    #[derive(Hash, PartialOrd, Ord, ToSchema)]
    pub enum GroupState {
        /// Not handled yet.
        Open => "open",
        /// Somebody is investigating.
        Acknowledged => "acknowledged",
        /// Its cause is fixed; the next failure reopens it.
        Resolved => "resolved",
        /// Known and harmless: its dead letters raise no alarm.
        Ignored => "ignored",
    }
}

/// Who last set the state of a group, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupChange {
    /// When.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who, if known.
    pub by: String,
    /// Why, in the operator's words; may be empty.
    pub note: String,
}

/// Which groups to select. All given fields must match.
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
    /// Failed at this stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// For this target.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::TargetName>)]
    #[param(value_type = Option<form::TargetName>)]
    pub target: Option<TargetName>,
    /// With this reason code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Only those that failed again after they were resolved, and whose state nobody has set since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regressed: Option<bool>,
    /// Most entries to return: 100 by default, at most 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Only those with dead letters that are not closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsettled: Option<bool>,
}

coded_enum! {
    /// A change of a group's state.
    #[derive(ToSchema)]
    pub enum GroupAction {
        /// Somebody is investigating.
        Acknowledge => "acknowledge",
        /// Its cause is fixed; the next failure reopens it.
        Resolve => "resolve",
        /// Known and harmless: its dead letters raise no alarm.
        Ignore => "ignore",
        /// The group is open again.
        Reopen => "reopen",
    }
}

impl GroupAction {
    /// The state of the group afterwards.
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

/// Sets the state of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GroupRequest {
    /// Who does it.
    pub by: String,
    /// Why, in the operator's words; may be empty.
    pub note: String,
    /// When an acknowledgement ends; none: when none of its dead letters is open any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::Timestamp>)]
    pub until: Option<Timestamp>,
}

/// Who asks for something, and why: cancels, holds or resumes a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NoteRequest {
    /// Who does it.
    pub by: String,
    /// Why, in the operator's words; may be empty.
    pub note: String,
}
