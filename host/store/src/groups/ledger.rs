//! Keeps the groups' counts correct: code that writes or removes a dead letter calls this in the same atomic write.

use std::collections::{BTreeMap, BTreeSet};

use gantry_core::dead_letter::ReasonKind;
use gantry_core::{DeadLetter, DeadLetterId, DeadLetterState, FlowName};

use super::group::{DeadLetterGroup, GroupState, HOST, MANY_CODE};
use crate::audit::entry::{AuditOutcome, AuditRecord};
use crate::audit::write as audit;
use crate::dead_letters::counters::Counters;
use crate::dead_letters::counts::DeadLetterCounts;
use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::keys;
use crate::record::Record;
use crate::summary::DeadLetterSummary;

/// Why the host ends an acknowledgement before its time.
const LAST_CLOSED: &str = "its last dead letter was closed";

/// The group and state in which a dead letter is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    id: DeadLetterId,
    fingerprint: String,
    state: DeadLetterState,
}

impl From<&DeadLetter> for Place {
    fn from(dead_letter: &DeadLetter) -> Self {
        Self { id: dead_letter.id, fingerprint: dead_letter.fingerprint.clone(), state: dead_letter.state }
    }
}

impl From<&DeadLetterSummary> for Place {
    fn from(dead_letter: &DeadLetterSummary) -> Self {
        Self { id: dead_letter.id, fingerprint: dead_letter.fingerprint.clone(), state: dead_letter.state }
    }
}

/// Recounts a dead letter that has changed without a new failure.
pub(crate) fn shift(
    draft: &mut Draft<'_>,
    counters: &Counters,
    before: &Place,
    dead_letter: &DeadLetterSummary,
) -> Result<(), StoreError> {
    if before.fingerprint == dead_letter.fingerprint {
        let found = find(draft, &dead_letter.fingerprint)?;
        let mut after = found.clone().unwrap_or_else(|| opened(dead_letter));
        uncount(&mut after, before.state);
        *after.counts.at(dead_letter.state) += 1;
        return recount(draft, counters, found, after);
    }
    leave(draft, counters, before, false)?;
    enter(draft, counters, dead_letter, false)
}

/// Counts a new dead letter; `failed` means that its message failed just now (as opposed to an import or a move).
pub(crate) fn enter(
    draft: &mut Draft<'_>,
    counters: &Counters,
    dead_letter: &DeadLetterSummary,
    failed: bool,
) -> Result<(), StoreError> {
    let before = find(draft, &dead_letter.fingerprint)?;
    let mut after = before.clone().unwrap_or_else(|| opened(dead_letter));
    *after.counts.at(dead_letter.state) += 1;
    after.first_seen = after.first_seen.min(dead_letter.first_failure);
    after.failures += 1;
    if dead_letter.last_failure >= after.last_seen || after.sample.is_none() {
        after.last_seen = after.last_seen.max(dead_letter.last_failure);
        after.sample = Some(dead_letter.id);
        after.text.clone_from(&dead_letter.text);
    }
    if failed && after.state == GroupState::Resolved {
        after.state = GroupState::Open;
        after.regressions += 1;
        after.regressed_at = Some(dead_letter.last_failure);
        let flow = after.flow.clone();
        let fingerprint = after.fingerprint.clone();
        draft.after_commit(move || {
            tracing::warn!(%flow, fingerprint, "a resolved dead letter group has failed again and is reopened");
        });
    }
    write(draft, counters, before, after)
}

/// Opens the group that a dead letter belongs to from now on, with the state that operators gave the group before, unless there
/// is one. In either case it is found by the former fingerprint as well.
pub(crate) fn succeed(
    draft: &mut Draft<'_>,
    counters: &Counters,
    before: &Place,
    dead_letter: &DeadLetter,
) -> Result<(), StoreError> {
    let Some(old) = find(draft, &before.fingerprint)? else { return Ok(()) };
    let present = find(draft, &dead_letter.fingerprint)?;
    let mut former = old.former_fingerprints.clone();
    former.insert(before.fingerprint.clone());
    let mut new = present.clone().unwrap_or_else(|| DeadLetterGroup {
        fingerprint: dead_letter.fingerprint.clone(),
        flow: dead_letter.flow.clone(),
        // Failures are counted as the dead letters come over; those of removed ones are not lost.
        failures: old.failures.saturating_sub(old.counts.total()),
        counts: DeadLetterCounts::default(),
        ..old
    });
    new.former_fingerprints.append(&mut former);
    if present.as_ref() == Some(&new) {
        return Ok(());
    }
    draft.put_record(&keys::group(&new.fingerprint), Record::of(&new)?)?;
    let counters = counters.clone();
    draft.after_commit(move || counters.replace(present.as_ref(), Some(&new)));
    Ok(())
}

/// Removes the groups of a flow that count no dead letter any more.
pub(crate) fn remove_empty(draft: &mut Draft<'_>, flow: &FlowName) -> Result<(), StoreError> {
    let pairs = draft.scan_committed(&[keys::GROUP], None).collect::<Result<Vec<_>, _>>()?;
    for (key, _) in pairs {
        let found = match draft.load::<DeadLetterGroup>(&key) {
            Ok(found) => found,
            Err(StoreError::Damaged(_)) => None,
            Err(error) => return Err(error),
        };
        if found.is_some_and(|(group, _)| group.flow == *flow && group.counts.total() == 0) {
            draft.remove_record(&key)?;
        }
    }
    Ok(())
}

/// Stops counting a dead letter; `gone` means that it was removed.
pub(crate) fn leave(draft: &mut Draft<'_>, counters: &Counters, place: &Place, gone: bool) -> Result<(), StoreError> {
    let Some(before) = find(draft, &place.fingerprint)? else { return Ok(()) };
    let mut after = before.clone();
    uncount(&mut after, place.state);
    after.sample = after.sample.filter(|sample| !gone || *sample != place.id);
    recount(draft, counters, Some(before), after)
}

/// Writes a group whose counts have changed. With its last unsettled dead letter, an acknowledgement ends: the next failure is
/// news.
fn recount(
    draft: &mut Draft<'_>,
    counters: &Counters,
    before: Option<DeadLetterGroup>,
    mut after: DeadLetterGroup,
) -> Result<(), StoreError> {
    if after.state == GroupState::Acknowledged && after.counts.unsettled() == 0 {
        after = after.reopened(draft.now(), LAST_CLOSED);
        audit::add(draft, reopening(&after))?;
    }
    write(draft, counters, before, after)
}

/// The audit entry of an acknowledgement that the host ended with the last dead letter.
fn reopening(group: &DeadLetterGroup) -> AuditRecord {
    AuditRecord {
        actor: HOST.to_owned(),
        on_behalf_of: None,
        via: "schedule".to_owned(),
        operation: "dead_letter_groups.change".to_owned(),
        subject: group.fingerprint.clone(),
        outcome: AuditOutcome::Done,
        detail: format!("open: {LAST_CLOSED}"),
        intent: None,
    }
}

/// Writes a group. An open group without dead letters is removed instead.
pub(super) fn write(
    draft: &mut Draft<'_>,
    counters: &Counters,
    before: Option<DeadLetterGroup>,
    mut after: DeadLetterGroup,
) -> Result<(), StoreError> {
    let has_open = after.counts.open + after.counts.replaying > 0;
    after.open_since = has_open.then(|| after.open_since.unwrap_or(after.last_seen));
    let key = keys::group(&after.fingerprint);
    if after.is_kept() {
        draft.put_record(&key, Record::of(&after)?)?;
    } else {
        draft.remove_record(&key)?;
    }
    let counters = counters.clone();
    draft.after_commit(move || counters.replace(before.as_ref(), Some(&after)));
    Ok(())
}

/// All groups that can be read, and whether one is damaged.
pub(crate) fn load_all(disk: &Disk) -> Result<(Vec<DeadLetterGroup>, bool), StoreError> {
    let mut groups = Vec::new();
    let mut damaged = false;
    for pair in disk.scan(&[keys::GROUP], None) {
        match disk.load(&pair?.0) {
            Ok(found) => groups.extend(found.map(|(group, _)| group)),
            Err(StoreError::Damaged(error)) => {
                tracing::error!(%error, "a dead letter group is damaged and can't be read; it is recounted at the next start");
                damaged = true;
            }
            Err(error) => return Err(error),
        }
    }
    Ok((groups, damaged))
}

/// Recounts all groups from the summaries of the dead letters; states set by operators are taken from `known`.
pub(crate) fn rebuild(
    summaries: impl Iterator<Item = DeadLetterSummary>,
    known: Vec<DeadLetterGroup>,
) -> Vec<DeadLetterGroup> {
    let mut groups: BTreeMap<_, _> = known
        .into_iter()
        .map(|group| DeadLetterGroup { counts: DeadLetterCounts::default(), ..group })
        .map(|group| (group.fingerprint.clone(), (true, group)))
        .collect();
    for dead_letter in summaries {
        let (known, group) =
            groups.entry(dead_letter.fingerprint.clone()).or_insert_with(|| (false, opened(&dead_letter)));
        *group.counts.at(dead_letter.state) += 1;
        group.first_seen = group.first_seen.min(dead_letter.first_failure);
        if !*known {
            group.failures += 1;
        }
        if dead_letter.last_failure >= group.last_seen {
            group.last_seen = dead_letter.last_failure;
            group.sample = Some(dead_letter.id);
            group.text = dead_letter.text;
        }
    }
    groups.into_values().map(|(_, group)| group).collect()
}

fn find(draft: &mut Draft<'_>, fingerprint: &str) -> Result<Option<DeadLetterGroup>, StoreError> {
    let key = keys::group(fingerprint);
    match draft.load(&key) {
        Err(StoreError::Damaged(error)) => {
            tracing::error!(fingerprint, %error, "a dead letter group was damaged on disk and was put in quarantine");
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

/// A new group for this dead letter, without counting it yet.
fn opened(dead_letter: &DeadLetterSummary) -> DeadLetterGroup {
    let is_of_many = dead_letter.kind == Some(ReasonKind::Many);
    DeadLetterGroup {
        fingerprint: dead_letter.fingerprint.clone(),
        flow: dead_letter.flow.clone(),
        stage: dead_letter.stage,
        target: dead_letter.target.clone().filter(|_| !is_of_many),
        code: if is_of_many { MANY_CODE.to_owned() } else { dead_letter.code.clone() },
        kind: dead_letter.kind.clone(),
        text: dead_letter.text.clone(),
        state: GroupState::Open,
        counts: DeadLetterCounts::default(),
        failures: 0,
        first_seen: dead_letter.first_failure,
        last_seen: dead_letter.last_failure,
        open_since: None,
        sample: Some(dead_letter.id),
        changed: None,
        acknowledged_until: None,
        regressions: 0,
        regressed_at: None,
        former_fingerprints: BTreeSet::new(),
    }
}
