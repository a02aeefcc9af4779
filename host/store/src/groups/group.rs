//! A group of dead letters, as it is stored.

use std::collections::BTreeSet;

use gantry_core::dead_letter::ReasonKind;
use gantry_core::{DeadLetter, DeadLetterId, FlowName, Stage, TargetName, Timestamp};
use serde::{Deserialize, Serialize};

use crate::dead_letters::counts::DeadLetterCounts;

/// The name of the host where it changes a group by itself.
pub(crate) const HOST: &str = "gantry";

/// The code of a group whose dead letters have various codes.
pub(crate) const MANY_CODE: &str = "many-kinds";

/// The state of a group, set by operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupState {
    /// Not handled yet.
    Open,
    /// Somebody is investigating.
    Acknowledged,
    /// Its cause is fixed; the next failure reopens it.
    Resolved,
    /// Known and harmless: its dead letters raise no alarm.
    Ignored,
}

impl GroupState {
    /// The state as written in commands and reports.
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

/// Who last set the state of a group, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupChange {
    /// When.
    pub at: Timestamp,
    /// Who, if known.
    pub by: String,
    /// Why, in the operator's words; may be empty.
    pub note: String,
}

/// All dead letters of one fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterGroup {
    /// The fingerprint.
    pub fingerprint: String,
    /// The flow.
    pub flow: FlowName,
    /// The stage that failed.
    pub stage: Stage,
    /// The target, if deliveries failed.
    pub target: Option<TargetName>,
    /// The reason's code.
    pub code: String,
    /// Which of the failures with this code it is about, if a text says so.
    #[serde(default)]
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
    pub first_seen: Timestamp,
    /// The time of the latest failure.
    pub last_seen: Timestamp,
    /// Since when there have been open dead letters in it, or ones that are replayed, without a break; none if there is none.
    #[serde(default)]
    pub open_since: Option<Timestamp>,
    /// The dead letter of the latest failure; none if it was removed.
    pub sample: Option<DeadLetterId>,
    /// Who last set the state; none if nobody did.
    pub changed: Option<GroupChange>,
    /// When its acknowledgement ends, if a time was stated: then it is open again.
    #[serde(default)]
    pub acknowledged_until: Option<Timestamp>,
    /// How many times it failed again after it was resolved.
    pub regressions: u32,
    /// When it last failed again after it was resolved; none once somebody has set the state again.
    pub regressed_at: Option<Timestamp>,
    /// The fingerprints that it had under former names of its flow: it is found by them as well.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub former_fingerprints: BTreeSet<String>,
}

impl DeadLetterGroup {
    /// The group as it is at this time: open if its acknowledgement has ended.
    pub(crate) fn at(self, now: Timestamp) -> Self {
        match self.acknowledged_until {
            Some(until) if until <= now => self.reopened(until, "the time of its acknowledgement is over"),
            _ => self,
        }
    }

    /// The same group, opened by the host. Who had acknowledged it is kept in the note.
    pub(crate) fn reopened(self, at: Timestamp, why: &str) -> Self {
        let acknowledged = self.changed.map(|GroupChange { by, note, .. }| match note.as_str() {
            "" => format!("; acknowledged by {by}"),
            note => format!("; acknowledged by {by}: {note}"),
        });
        let note = format!("{why}{}", acknowledged.unwrap_or_default());
        let changed = Some(GroupChange { at, by: HOST.to_owned(), note });
        Self { state: GroupState::Open, acknowledged_until: None, changed, ..self }
    }

    /// True when it is worth a record: an open group without dead letters says nothing.
    pub(crate) fn is_kept(&self) -> bool {
        self.counts.total() > 0 || self.state != GroupState::Open
    }
}

/// The failures with one code, of one flow, stage and target.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Family {
    flow: FlowName,
    stage: Stage,
    target: Option<TargetName>,
    code: String,
}

impl Family {
    /// The family of a group that is one kind of several: by its text, or by the rules that were broken. None for other groups.
    pub(crate) fn divided(group: &DeadLetterGroup) -> Option<Self> {
        let DeadLetterGroup { flow, stage, target, code, kind, .. } = group;
        let is_kind = matches!(kind, Some(ReasonKind::Text(_))) || kind.is_none() && *stage == Stage::Validate;
        is_kind.then(|| Self { flow: flow.clone(), stage: *stage, target: target.clone(), code: code.clone() })
    }

    /// The family of a dead letter.
    pub(crate) fn of(dead_letter: &DeadLetter) -> Self {
        let DeadLetter { flow, stage, target, reason, .. } = dead_letter;
        Self { flow: flow.clone(), stage: *stage, target: target.clone(), code: reason.code.clone() }
    }
}
