//! Failures of one kind as one thing to work on: all dead letters of a fingerprint, with counts, and where the kind as a
//! whole stands with the operators.
//!
//! A group's record is written in the same atomic write as the letters it counts, so that it is never counted anew, and
//! reading groups opens no letter. A new failure opens a resolved group again, and says so: that is a regression. An
//! ignored group stays ignored, and its letters are not counted among those that should alarm somebody.

pub(crate) mod group;
mod ledger;

use std::cmp::Reverse;

use gantry_core::{FlowName, Stage, TargetName};

use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::{GroupError, StoreError};
use crate::keys;
use crate::pending::Durability;
use crate::store::Store;

pub use group::{DeadLetterGroup, GroupChange, GroupState};
pub(crate) use ledger::{Place, enter, leave, load_all, rebuild, shift};

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
