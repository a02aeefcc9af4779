//! Keeps a group's counts true: whoever writes or removes a letter says so here, in the same atomic write.

use std::collections::BTreeMap;

use gantry_core::{DeadLetter, DeadLetterId, DeadLetterState, FlowName};

use super::group::{DeadLetterGroup, GroupState};
use crate::dead_letters::counters::Counters;
use crate::dead_letters::counts::DeadLetterCounts;
use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::keys;
use crate::record::Record;
use crate::summary::DeadLetterSummary;

/// Where a letter is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    id: DeadLetterId,
    fingerprint: String,
    state: DeadLetterState,
}

impl From<&DeadLetter> for Place {
    fn from(letter: &DeadLetter) -> Self {
        Self { id: letter.id, fingerprint: letter.fingerprint.clone(), state: letter.state }
    }
}

impl From<&DeadLetterSummary> for Place {
    fn from(letter: &DeadLetterSummary) -> Self {
        Self { id: letter.id, fingerprint: letter.fingerprint.clone(), state: letter.state }
    }
}

/// A letter has changed without a new failure.
pub(crate) fn shift(
    draft: &mut Draft<'_>,
    counters: &Counters,
    before: &Place,
    letter: &DeadLetterSummary,
) -> Result<(), StoreError> {
    if before.fingerprint == letter.fingerprint {
        let found = find(draft, &letter.fingerprint)?;
        let mut after = found.clone().unwrap_or_else(|| opened(letter));
        uncount(&mut after, before.state);
        *after.counts.at(letter.state) += 1;
        return write(draft, counters, found, after);
    }
    leave(draft, counters, before, false)?;
    enter(draft, counters, letter, false)
}

/// A letter is counted from now on; `failed` when that is because its message was given up just now.
pub(crate) fn enter(
    draft: &mut Draft<'_>,
    counters: &Counters,
    letter: &DeadLetterSummary,
    failed: bool,
) -> Result<(), StoreError> {
    let before = find(draft, &letter.fingerprint)?;
    let mut after = before.clone().unwrap_or_else(|| opened(letter));
    *after.counts.at(letter.state) += 1;
    after.first_seen = after.first_seen.min(letter.first_failure);
    after.failures += 1;
    if letter.last_failure >= after.last_seen || after.sample.is_none() {
        after.last_seen = after.last_seen.max(letter.last_failure);
        after.sample = Some(letter.id);
        after.text.clone_from(&letter.text);
    }
    if failed && after.state == GroupState::Resolved {
        after.state = GroupState::Open;
        after.regressions += 1;
        after.regressed_at = Some(letter.last_failure);
        let (flow, fingerprint) = (after.flow.clone(), after.fingerprint.clone());
        draft.after_commit(move || {
            tracing::warn!(%flow, fingerprint, "a kind of failure that was resolved has come back: its group is open again");
        });
    }
    write(draft, counters, before, after)
}

/// A letter is not counted any more; `gone` when it was removed.
pub(crate) fn leave(draft: &mut Draft<'_>, counters: &Counters, place: &Place, gone: bool) -> Result<(), StoreError> {
    let Some(before) = find(draft, &place.fingerprint)? else { return Ok(()) };
    let mut after = before.clone();
    uncount(&mut after, place.state);
    after.sample = after.sample.filter(|sample| !gone || *sample != place.id);
    write(draft, counters, Some(before), after)
}

/// Writes a group; one without letters on which nobody has decided is nothing to keep.
pub(super) fn write(
    draft: &mut Draft<'_>,
    counters: &Counters,
    before: Option<DeadLetterGroup>,
    after: DeadLetterGroup,
) -> Result<(), StoreError> {
    let key = keys::group(&after.fingerprint);
    if after.counts.total() == 0 && after.state == GroupState::Open {
        draft.remove_record(&key)?;
    } else {
        draft.put_record(&key, Record::of(&after)?)?;
    }
    let counters = counters.clone();
    draft.after_commit(move || counters.replace(before.as_ref(), Some(&after)));
    Ok(())
}

/// All groups, and whether one can't be read.
pub(crate) fn load_all(disk: &Disk) -> Result<(Vec<DeadLetterGroup>, bool), StoreError> {
    let (mut groups, mut damaged) = (Vec::new(), false);
    for pair in disk.scan(&[keys::GROUP], None) {
        match disk.load(&pair?.0) {
            Ok(found) => groups.extend(found.map(|(group, _)| group)),
            Err(StoreError::Damaged(error)) => {
                tracing::error!(%error, "a group of dead letters can't be read; it is counted anew at the next start");
                damaged = true;
            }
            Err(error) => return Err(error),
        }
    }
    Ok((groups, damaged))
}

/// All groups counted anew from the letters' summaries; what operators said of them is taken from `known`.
pub(crate) fn rebuild(
    summaries: impl Iterator<Item = DeadLetterSummary>,
    known: Vec<DeadLetterGroup>,
) -> Vec<DeadLetterGroup> {
    let emptied = |group| DeadLetterGroup { counts: DeadLetterCounts::default(), ..group };
    let mut groups: BTreeMap<_, _> =
        known.into_iter().map(|group| (group.fingerprint.clone(), (true, emptied(group)))).collect();
    for letter in summaries {
        let (known, group) = groups.entry(letter.fingerprint.clone()).or_insert_with(|| (false, opened(&letter)));
        *group.counts.at(letter.state) += 1;
        group.first_seen = group.first_seen.min(letter.first_failure);
        if !*known {
            group.failures += 1;
        }
        if letter.last_failure >= group.last_seen {
            group.last_seen = letter.last_failure;
            group.sample = Some(letter.id);
            group.text = letter.text;
        }
    }
    groups.into_values().map(|(_, group)| group).collect()
}

fn find(draft: &mut Draft<'_>, fingerprint: &str) -> Result<Option<DeadLetterGroup>, StoreError> {
    let key = keys::group(fingerprint);
    match draft.load(&key) {
        Err(StoreError::Damaged(error)) => {
            tracing::error!(fingerprint, %error, "a group of dead letters was damaged on disk and was put in quarantine");
            draft.quarantine(&key)?;
            Ok(None)
        }
        found => Ok(found?.map(|(group, _)| group)),
    }
}

fn uncount(group: &mut DeadLetterGroup, state: DeadLetterState) {
    let count = group.counts.at(state);
    *count = count.saturating_sub(1);
}

/// A group without letters yet, of this letter's kind.
fn opened(letter: &DeadLetterSummary) -> DeadLetterGroup {
    let flow: FlowName = letter.flow.clone();
    DeadLetterGroup {
        fingerprint: letter.fingerprint.clone(),
        flow,
        stage: letter.stage,
        target: letter.target.clone(),
        code: letter.code.clone(),
        text: letter.text.clone(),
        state: GroupState::Open,
        counts: DeadLetterCounts::default(),
        failures: 0,
        first_seen: letter.first_failure,
        last_seen: letter.last_failure,
        sample: Some(letter.id),
        changed: None,
        regressions: 0,
        regressed_at: None,
    }
}
