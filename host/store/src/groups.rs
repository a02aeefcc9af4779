//! Groups of dead letters: all dead letters with the same fingerprint, with their counts and the state that operators
//! gave the group.
//!
//! A group's record is written in the same atomic write as the dead letters it counts, so reading groups reads no dead letters. A
//! new failure reopens a resolved group and counts as a regression. An ignored group stays ignored, and its dead letters
//! raise no alarm. An acknowledgement may have an end, when the group is open again: [`Store::end_acknowledgement`] writes that, and
//! reads don't wait for it.

pub(crate) mod group;
mod kinds;
mod ledger;

use std::cmp::Reverse;

use gantry_core::{FlowName, Stage, TargetName, Timestamp};

use crate::disk::Read;
use crate::error::{GroupError, StoreError};
use crate::keys;
use crate::pending::Durability;
use crate::store::Store;

pub use group::{DeadLetterGroup, GroupChange, GroupState};
pub(crate) use kinds::bound;
pub(crate) use ledger::{Place, enter, leave, load_all, rebuild, remove_empty, shift, succeed};

/// Which groups to select. All given fields must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupFilter {
    /// Of this flow.
    pub flow: Option<FlowName>,
    /// In this state.
    pub state: Option<GroupState>,
    /// Failed at this stage.
    pub stage: Option<Stage>,
    /// For this target.
    pub target: Option<TargetName>,
    /// With this reason code.
    pub code: Option<String>,
    /// Only those that failed again after they were resolved, and whose state nobody has set since.
    pub regressed: Option<bool>,
    /// Most groups to return: 100 by default, at most 1000.
    pub limit: Option<usize>,
    /// Only those with dead letters that are not closed.
    pub unsettled: Option<bool>,
}

/// Groups in an answer by default.
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
            && self.unsettled.is_none_or(|unsettled| unsettled == (group.counts.unsettled() > 0))
            && self.regressed.is_none_or(|regressed| regressed == group.regressed_at.is_some())
    }
}

impl Store {
    /// The groups that pass the filter: open ones first, in each state those with the most open dead letters first.
    pub async fn dead_letter_groups(&self, filter: GroupFilter) -> Result<Vec<DeadLetterGroup>, StoreError> {
        let limit = filter.limit.unwrap_or(GROUPS).clamp(1, MOST_GROUPS);
        let now = self.inner.clock.now();
        let groups = self.read(|disk| Ok(load_all(disk)?.0)).await?;
        let mut groups: Vec<_> = groups.into_iter().map(|group| group.at(now)).collect();
        groups.retain(|group| filter.admits(group));
        groups.sort_by_key(|group| (group.state, Reverse(group.counts.open), Reverse(group.last_seen)));
        groups.truncate(limit);
        Ok(groups)
    }

    /// The group with this fingerprint, or that had it under a former name of its flow.
    pub async fn dead_letter_group(&self, fingerprint: &str) -> Result<Option<DeadLetterGroup>, StoreError> {
        let fingerprint = fingerprint.to_owned();
        let now = self.inner.clock.now();
        let found = self.read(move |disk| match disk.load::<DeadLetterGroup>(&keys::group(&fingerprint))? {
            Some((group, _)) => Ok(Some(group)),
            None => Ok(load_all(disk)?.0.into_iter().find(|group| group.former_fingerprints.contains(&fingerprint))),
        });
        Ok(found.await?.map(|group| group.at(now)))
    }

    /// Sets the state of a group; returns the changed group once it is on stable storage.
    pub async fn set_group_state(
        &self,
        fingerprint: &str,
        state: GroupState,
        by: String,
        note: String,
    ) -> Result<DeadLetterGroup, GroupError> {
        self.change_group(fingerprint, (state, None), by, note).await
    }

    /// Acknowledges a group until a time, when it is open again.
    pub async fn acknowledge_group_until(
        &self,
        fingerprint: &str,
        until: Timestamp,
        by: String,
        note: String,
    ) -> Result<DeadLetterGroup, GroupError> {
        if until <= self.inner.clock.now() {
            return Err(GroupError::Past(until));
        }
        self.change_group(fingerprint, (GroupState::Acknowledged, Some(until)), by, note).await
    }

    /// The fingerprints of the groups whose acknowledgement has ended. Never blocks on the disk.
    #[must_use]
    pub fn ended_acknowledgements(&self) -> Vec<String> {
        self.inner.dead_letters.acknowledgements_ended(self.inner.clock.now())
    }

    /// Opens a group whose acknowledgement has ended; none if that is not so.
    pub async fn end_acknowledgement(&self, fingerprint: &str) -> Result<Option<DeadLetterGroup>, StoreError> {
        let now = self.inner.clock.now();
        let counters = self.inner.dead_letters.clone();
        let key = keys::group(fingerprint);
        self.commit(Durability::Flushed, move |draft| {
            let Some((before, _)) = draft.load::<DeadLetterGroup>(&key)? else { return Ok(None) };
            let after = before.clone().at(now);
            if after == before {
                return Ok(None);
            }
            ledger::write(draft, &counters, Some(before), after.clone())?;
            Ok(Some(after))
        })
        .await
    }

    async fn change_group(
        &self,
        fingerprint: &str,
        (state, acknowledged_until): (GroupState, Option<Timestamp>),
        by: String,
        note: String,
    ) -> Result<DeadLetterGroup, GroupError> {
        let counters = self.inner.dead_letters.clone();
        let at = self.inner.clock.now();
        let Some(DeadLetterGroup { fingerprint, .. }) = self.dead_letter_group(fingerprint).await? else {
            return Err(GroupError::NotFound(fingerprint.to_owned()));
        };
        self.commit(Durability::Flushed, move |draft| {
            let found = draft.load::<DeadLetterGroup>(&keys::group(&fingerprint))?;
            let (before, _) = found.ok_or(GroupError::NotFound(fingerprint))?;
            let changed = Some(GroupChange { at, by, note });
            let after = DeadLetterGroup { state, acknowledged_until, changed, regressed_at: None, ..before.clone() };
            ledger::write(draft, &counters, Some(before), after.clone())?;
            Ok(after)
        })
        .await
    }

    /// How many times groups have changed since the start: while this number stays the same, so do the groups. Never
    /// blocks on the disk.
    #[must_use]
    pub fn dead_letter_changes(&self) -> u64 {
        self.inner.dead_letters.changes()
    }

    /// How many open dead letters a flow has in open groups, so that somebody has to decide: alerts are about the same
    /// dead letters. Never blocks on the disk.
    #[must_use]
    pub fn alarming_dead_letters(&self, flow: &FlowName) -> u64 {
        self.inner.dead_letters.alarming(flow)
    }
}
