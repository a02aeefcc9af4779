//! Failures of one kind as one thing to work on: all dead letters of a fingerprint, with counts, and where the kind as a
//! whole stands with the operators.
//!
//! A group's record is written in the same atomic write as the letters it counts, so that it is never counted anew, and
//! reading groups opens no letter. A new failure opens a resolved group again, and says so: that is a regression. An
//! ignored group stays ignored, and its letters are not counted among those that should alarm somebody.

mod ledger;

use std::cmp::Reverse;

use gantry_core::{DeadLetterId, FlowName, Stage, TargetName, Timestamp};
use serde::{Deserialize, Serialize};

use crate::committer::Durability;
use crate::dead_letters::DeadLetterCounts;
use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::{GroupError, StoreError};
use crate::keys;
use crate::store::Store;

pub(crate) use ledger::{Place, enter, leave, load_all, rebuild, shift};

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

/// Which groups are meant. Every field narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupFilter {
    /// Of this flow.
    pub flow: Option<FlowName>,
    /// In this state.
    pub state: Option<GroupState>,
    /// Given up at this stage.
    pub stage: Option<Stage>,
    /// On the way to this target.
    pub target: Option<TargetName>,
    /// With this reason code.
    pub code: Option<String>,
    /// Only those that came back after they were resolved, and nobody has said where they stand since.
    pub regressed: Option<bool>,
    /// At most so many; 100 unless given, 1000 at most.
    pub limit: Option<usize>,
}

/// Groups in an answer, unless another number is asked for.
const GROUPS: usize = 100;

/// Most groups in an answer.
const MOST_GROUPS: usize = 1000;

impl GroupFilter {
    fn admits(&self, group: &DeadLetterGroup) -> bool {
        self.flow.as_ref().is_none_or(|flow| *flow == group.flow)
            && self.state.is_none_or(|state| state == group.state)
            && self.stage.is_none_or(|stage| stage == group.stage)
            && self.target.as_ref().is_none_or(|target| Some(target) == group.target.as_ref())
            && self.code.as_ref().is_none_or(|code| *code == group.code)
            && self.regressed.is_none_or(|regressed| regressed == group.regressed_at.is_some())
    }
}

impl Store {
    /// The groups that pass the filter: open ones first, in each state those with the most open letters first.
    pub async fn dead_letter_groups(&self, filter: GroupFilter) -> Result<Vec<DeadLetterGroup>, StoreError> {
        let mut groups = self.read(move |disk| select(disk, &filter)).await?;
        let limit = groups.0;
        groups.1.sort_by_key(|group| (group.state, Reverse(group.counts.open), Reverse(group.last_seen)));
        groups.1.truncate(limit);
        Ok(groups.1)
    }

    /// The group with this fingerprint.
    pub async fn dead_letter_group(&self, fingerprint: &str) -> Result<Option<DeadLetterGroup>, StoreError> {
        let key = keys::group(fingerprint);
        self.read(move |disk| Ok(disk.load(&key)?.map(|(group, _)| group))).await
    }

    /// Says where a kind of failure stands; returns the group as it is then, once that is on stable storage.
    pub async fn set_group_state(
        &self,
        fingerprint: &str,
        state: GroupState,
        by: String,
        note: String,
    ) -> Result<DeadLetterGroup, GroupError> {
        let (counters, at, fingerprint) = (self.inner.letters.clone(), self.inner.clock.now(), fingerprint.to_owned());
        let step = move |draft: &mut Draft<'_>| {
            let found = draft.load::<DeadLetterGroup>(&keys::group(&fingerprint))?;
            let (before, _) = found.ok_or_else(|| GroupError::NotFound(fingerprint.clone()))?;
            let changed = Some(GroupChange { at, by, note });
            let after = DeadLetterGroup { state, changed, regressed_at: None, ..before.clone() };
            ledger::write(draft, &counters, Some(before), after.clone())?;
            Ok(after)
        };
        self.commit(Durability::Flushed, step).await
    }

    /// How often a group has changed since the start: as long as it stays the same, so do the groups. Never blocks on the
    /// disk.
    #[must_use]
    pub fn dead_letter_changes(&self) -> u64 {
        self.inner.letters.changes()
    }

    /// How many open dead letters a flow has that should alarm somebody: those of ignored groups don't count. Never
    /// blocks on the disk.
    #[must_use]
    pub fn alarming_dead_letters(&self, flow: &FlowName) -> u64 {
        self.inner.letters.alarming(flow)
    }
}

/// How many are wanted, and all that pass.
fn select(disk: &Disk, filter: &GroupFilter) -> Result<(usize, Vec<DeadLetterGroup>), StoreError> {
    let mut groups = load_all(disk)?.0;
    groups.retain(|group| filter.admits(group));
    Ok((filter.limit.unwrap_or(GROUPS).clamp(1, MOST_GROUPS), groups))
}
