//! Writes and removes dead letters: filed when a message ends, filed again when a replay fails, resolved when one
//! succeeds, removed by the sweep. Each change updates the counts of the dead letter's group in the same atomic write.

use gantry_core::dead_letter::Successor;
use gantry_core::{
    Attempt, DeadLetter, DeadLetterId, DeadLetterState, Event, MessageId, ReplayOutcome, Resolution, TimelineEntry,
    Timestamp,
};

use super::{Counters, unsettled_bytes};
use crate::disk::Read;
use crate::draft::Draft;
use crate::error::StoreError;
use crate::groups::{self, Place};
use crate::record::Record;
use crate::summary::DeadLetterSummary;
use crate::{blocks, jobs, keys, supersede};

/// The dead letter with this id, if there is one that can be read.
pub(crate) fn find(draft: &Draft<'_>, id: DeadLetterId) -> Result<Option<DeadLetter>, StoreError> {
    Ok(draft.load(&keys::dead_letter(id))?.map(|(dead_letter, _)| dead_letter))
}

/// The summary of this dead letter, if there is one.
pub(crate) fn summary(draft: &Draft<'_>, id: DeadLetterId) -> Result<Option<DeadLetterSummary>, StoreError> {
    Ok(draft.load(&keys::summary(id))?.map(|(summary, _)| summary))
}

/// How a replay ended that did not resolve its dead letter, and when.
type Unresolved = (ReplayOutcome, Timestamp);

/// Files a dead letter. If there is one with the same id, its attempts, replays and revisions are kept, and its replay has
/// ended in this way.
pub(crate) fn file(
    draft: &mut Draft<'_>,
    counters: &Counters,
    mut dead_letter: DeadLetter,
    unresolved: ReplayOutcome,
) -> Result<(), StoreError> {
    groups::bound(draft, counters, &mut dead_letter)?;
    let earlier = match find(draft, dead_letter.id) {
        Err(StoreError::Damaged(_)) => {
            draft.quarantine(&keys::dead_letter(dead_letter.id))?;
            None
        }
        found => found?,
    };
    let Some(earlier) = earlier else {
        let summary = write(draft, counters, &dead_letter)?;
        return groups::enter(draft, counters, &summary, true);
    };
    let place = Place::from(&earlier);
    // Filing the same failure again after a crash does not count as a second failure.
    let failed = earlier.last_failure != dead_letter.last_failure || earlier.state == DeadLetterState::Replaying;
    let dead_letter = continued(draft, earlier, dead_letter, unresolved)?;
    let summary = write(draft, counters, &dead_letter)?;
    if failed {
        // In this order, so that a group is never without its dead letter, which would end its acknowledgement.
        groups::enter(draft, counters, &summary, true)?;
        groups::leave(draft, counters, &place, false)
    } else {
        groups::shift(draft, counters, &place, &summary)
    }
}

/// Removes a dead letter with its summary.
pub(crate) fn remove(
    draft: &mut Draft<'_>,
    counters: &Counters,
    dead_letter: &DeadLetterSummary,
) -> Result<(), StoreError> {
    unsettled_bytes::recount(draft, counters.unsettled_bytes(), Some(dead_letter), None)?;
    draft.remove_record(&keys::dead_letter(dead_letter.id))?;
    draft.remove_record(&keys::summary(dead_letter.id))?;
    blocks::unblock(draft, dead_letter.id)?;
    groups::leave(draft, counters, &Place::from(dead_letter), true)
}

/// Writes a dead letter that was changed; `before` is where it was counted before.
pub(crate) fn put(
    draft: &mut Draft<'_>,
    counters: &Counters,
    dead_letter: &DeadLetter,
    before: &Place,
) -> Result<(), StoreError> {
    let summary = write(draft, counters, dead_letter)?;
    groups::shift(draft, counters, before, &summary)
}

/// Writes a dead letter and its summary, and counts its bytes, but not in a group. A closed dead letter no longer blocks its
/// key.
pub(crate) fn write(
    draft: &mut Draft<'_>,
    counters: &Counters,
    dead_letter: &DeadLetter,
) -> Result<DeadLetterSummary, StoreError> {
    let before = match summary(draft, dead_letter.id) {
        Err(StoreError::Damaged(_)) => None,
        found => found?,
    };
    let record = Record::of(dead_letter)?;
    let as_before = before.as_ref().filter(|before| before.expires_at == dead_letter.expires_at);
    let summary = DeadLetterSummary {
        bytes: u64::from(record.len()),
        announced_at: as_before.and_then(|before| before.announced_at),
        ..DeadLetterSummary::from(dead_letter)
    };
    unsettled_bytes::recount(draft, counters.unsettled_bytes(), before.as_ref(), Some(&summary))?;
    draft.put_record(&keys::dead_letter(dead_letter.id), record)?;
    draft.put_record(&keys::summary(dead_letter.id), Record::of(&summary)?)?;
    if dead_letter.state.is_closed() {
        blocks::unblock(draft, dead_letter.id)?;
    }
    Ok(summary)
}

/// Merges the dead letter of a replay that failed again, which describes this run only, into the earlier dead letter.
fn continued(
    draft: &mut Draft<'_>,
    earlier: DeadLetter,
    mut dead_letter: DeadLetter,
    unresolved: ReplayOutcome,
) -> Result<DeadLetter, StoreError> {
    dead_letter.first_failure = earlier.first_failure.min(dead_letter.first_failure);
    if !dead_letter.attempts.starts_with(&earlier.attempts) {
        dead_letter.attempts.splice(0..0, earlier.attempts);
    }
    dead_letter.replays = earlier.replays;
    dead_letter.revisions = earlier.revisions;
    dead_letter.acknowledged = earlier.acknowledged;
    dead_letter.state = DeadLetterState::Open;
    dead_letter.resolution = None;
    let at = dead_letter.last_failure;
    end_replay(draft, &mut dead_letter, unresolved, at)?;
    Ok(dead_letter)
}

/// Records the outcome of the current replay, in the dead letter and in the job that started it.
fn end_replay(
    draft: &mut Draft<'_>,
    dead_letter: &mut DeadLetter,
    outcome: ReplayOutcome,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Some(replay) = dead_letter.replays.last_mut().filter(|replay| replay.outcome.is_none()) else { return Ok(()) };
    replay.outcome = Some(outcome);
    replay.ended_at = Some(at);
    replay.job.map_or(Ok(()), |job| jobs::observe(draft, job, outcome))
}

/// Marks a replayed dead letter as resolved; the timeline holds the attempts of that run.
pub(crate) fn resolve(
    draft: &mut Draft<'_>,
    counters: &Counters,
    id: DeadLetterId,
    timeline: &[TimelineEntry],
    at: Timestamp,
) -> Result<(), StoreError> {
    let Some(mut dead_letter) = find(draft, id)? else { return Ok(()) };
    let before = Place::from(&dead_letter);
    let run = run_of(timeline);
    dead_letter.state = DeadLetterState::Resolved;
    let by = replayed_by(run).to_owned();
    dead_letter.resolution = Some(Resolution { at, by, reason: "a replay succeeded".to_owned() });
    dead_letter.attempts.extend(run.iter().filter_map(|entry| attempt(entry, id)));
    end_replay(draft, &mut dead_letter, ReplayOutcome::Resolved, at)?;
    put(draft, counters, &dead_letter, &before)
}

/// Closes a replayed dead letter whose message got past the stage that failed, and failed later: `next` takes its place. Its
/// replays count for `next` as well.
pub(crate) fn fail_later(
    draft: &mut Draft<'_>,
    counters: &Counters,
    id: DeadLetterId,
    next: DeadLetterId,
    (outcome, at): Unresolved,
) -> Result<(), StoreError> {
    let Some(mut dead_letter) = find(draft, id)? else { return Ok(()) };
    end_replay(draft, &mut dead_letter, outcome, at)?;
    if let Some(mut next) = find(draft, next)?.filter(|next| next.replays.is_empty()) {
        let before = Place::from(&next);
        next.replays.clone_from(&dead_letter.replays);
        put(draft, counters, &next, &before)?;
    }
    let by = dead_letter.replays.last().map(|replay| replay.by.clone()).unwrap_or_default();
    let how = if outcome == ReplayOutcome::Withdrawn { "was withdrawn" } else { "failed" };
    let reason = format!("a replay got past this stage and {how} later, as {next}");
    supersede::close(draft, counters, dead_letter, Successor::DeadLetter { id: next }, Resolution { at, by, reason })
}

/// The entries since the last replay began, including its first entry.
fn run_of(timeline: &[TimelineEntry]) -> &[TimelineEntry] {
    let began = timeline.iter().rposition(|entry| matches!(entry.event, Event::Replayed { .. }));
    &timeline[began.unwrap_or(0)..]
}

/// Who started the run.
fn replayed_by(run: &[TimelineEntry]) -> &str {
    match run.first().map(|entry| &entry.event) {
        Some(Event::Replayed { by, .. }) => by,
        _ => "unknown",
    }
}

/// An attempt at the dead letter's delivery, from a timeline entry, which has the answer of a success only.
fn attempt(entry: &TimelineEntry, dead_letter: DeadLetterId) -> Option<Attempt> {
    match &entry.event {
        Event::Attempted { position, status, error, latency_ms, answer, .. }
            if Some(*position) == dead_letter.position =>
        {
            Some(Attempt {
                at: entry.at,
                latency_ms: *latency_ms,
                status: *status,
                error: *error,
                excerpt: answer.clone(),
                kind: None,
            })
        }
        _ => None,
    }
}

/// Reopens the letters of a message that are still `Replaying` after their replay has ended.
pub(crate) fn reopen_replaying(
    draft: &mut Draft<'_>,
    counters: &Counters,
    message: MessageId,
    (outcome, at): Unresolved,
) -> Result<(), StoreError> {
    for id in ids_of(draft, message)? {
        let Some(mut dead_letter) = find(draft, id)? else { continue };
        if dead_letter.state == DeadLetterState::Replaying {
            let before = Place::from(&dead_letter);
            let was_acknowledged = dead_letter.replays.last().is_some_and(|replay| replay.was_acknowledged);
            dead_letter.state = match outcome {
                ReplayOutcome::Withdrawn if was_acknowledged => DeadLetterState::Acknowledged,
                _ => DeadLetterState::Open,
            };
            end_replay(draft, &mut dead_letter, outcome, at)?;
            put(draft, counters, &dead_letter, &before)?;
        }
    }
    Ok(())
}

/// Whether a message has dead letters that are not closed.
pub(crate) fn any_unsettled(draft: &Draft<'_>, message: MessageId) -> Result<bool, StoreError> {
    for id in ids_of(draft, message)? {
        if summary(draft, id)?.is_some_and(|summary| !summary.state.is_closed()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a message has dead letters in any state.
pub(crate) fn has_any(draft: &Draft<'_>, message: MessageId) -> Result<bool, StoreError> {
    Ok(!ids_of(draft, message)?.is_empty())
}

/// The dead letters of a message, in any state.
pub(crate) fn ids_of(draft: &Draft<'_>, message: MessageId) -> Result<Vec<DeadLetterId>, StoreError> {
    let summaries = draft.keys_with_drafted(&keys::summaries_of(message))?;
    Ok(summaries.iter().filter_map(|key| keys::read_summary(key)).collect())
}
