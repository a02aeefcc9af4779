//! How dead letters come and go: filed when a message ends, filed again when a replay fails, resolved when one
//! succeeds, removed by the sweep. Each of these counts the letter's group in the same atomic write.

use gantry_core::{
    Attempt, DeadLetter, DeadLetterId, DeadLetterState, Event, MessageId, ReplayOutcome, Resolution, TimelineEntry,
    Timestamp,
};

use super::Counters;
use crate::disk::Read;
use crate::draft::Draft;
use crate::error::StoreError;
use crate::groups::{self, Place};
use crate::record::Record;
use crate::summary::DeadLetterSummary;
use crate::{blocks, jobs, keys};

/// The letter with this id, if there is one that can be read.
pub(crate) fn find(draft: &Draft<'_>, id: DeadLetterId) -> Result<Option<DeadLetter>, StoreError> {
    Ok(draft.load(&keys::letter(id))?.map(|(letter, _)| letter))
}

/// Files a letter, in place of an earlier one of the same id, whose record it continues.
pub(crate) fn file(draft: &mut Draft<'_>, counters: &Counters, letter: DeadLetter) -> Result<(), StoreError> {
    let earlier = match find(draft, letter.id) {
        Err(StoreError::Damaged(_)) => {
            draft.quarantine(&keys::letter(letter.id))?;
            None
        }
        found => found?,
    };
    let Some(earlier) = earlier else {
        let summary = write(draft, &letter)?;
        return groups::enter(draft, counters, &summary, true);
    };
    let place = Place::from(&earlier);
    // Filing the same failure twice, after a crash, is no second failure.
    let failed = earlier.last_failure != letter.last_failure || earlier.state == DeadLetterState::Replaying;
    let letter = continued(draft, earlier, letter)?;
    let summary = write(draft, &letter)?;
    if failed {
        groups::leave(draft, counters, &place, false)?;
        groups::enter(draft, counters, &summary, true)
    } else {
        groups::shift(draft, counters, &place, &summary)
    }
}

/// Removes a letter with its summary.
pub(crate) fn remove(draft: &mut Draft<'_>, counters: &Counters, letter: &DeadLetterSummary) -> Result<(), StoreError> {
    draft.remove_record(&keys::letter(letter.id))?;
    draft.remove_record(&keys::summary(letter.id))?;
    blocks::lift(draft, letter.id)?;
    groups::leave(draft, counters, &Place::from(letter), true)
}

/// Writes a letter that was changed; `before` is where it was counted.
pub(crate) fn put(
    draft: &mut Draft<'_>,
    counters: &Counters,
    letter: &DeadLetter,
    before: &Place,
) -> Result<(), StoreError> {
    let summary = write(draft, letter)?;
    groups::shift(draft, counters, before, &summary)
}

/// Writes a letter and its summary, without counting it. One that is closed bars no key any more.
pub(crate) fn write(draft: &mut Draft<'_>, letter: &DeadLetter) -> Result<DeadLetterSummary, StoreError> {
    let summary = DeadLetterSummary::from(letter);
    draft.put_record(&keys::letter(letter.id), Record::of(letter)?)?;
    draft.put_record(&keys::summary(letter.id), Record::of(&summary)?)?;
    if letter.state.is_closed() {
        blocks::lift(draft, letter.id)?;
    }
    Ok(summary)
}

/// The letter of a run that failed again: it knows of this run only.
fn continued(draft: &mut Draft<'_>, earlier: DeadLetter, mut letter: DeadLetter) -> Result<DeadLetter, StoreError> {
    letter.first_failure = earlier.first_failure.min(letter.first_failure);
    if !letter.attempts.starts_with(&earlier.attempts) {
        letter.attempts.splice(0..0, earlier.attempts);
    }
    letter.replays = earlier.replays;
    letter.revisions = earlier.revisions;
    letter.acknowledged = earlier.acknowledged;
    letter.state = DeadLetterState::Open;
    letter.resolution = None;
    let at = letter.last_failure;
    end_replay(draft, &mut letter, ReplayOutcome::FailedAgain, at)?;
    Ok(letter)
}

/// Notes what came of the replay under way, in the letter and in the job that asked for it.
fn end_replay(
    draft: &mut Draft<'_>,
    letter: &mut DeadLetter,
    outcome: ReplayOutcome,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Some(replay) = letter.replays.last_mut().filter(|replay| replay.outcome.is_none()) else { return Ok(()) };
    replay.outcome = Some(outcome);
    replay.ended_at = Some(at);
    replay.job.map_or(Ok(()), |job| jobs::observe(draft, job, outcome))
}

/// Marks a replayed letter as resolved; the attempts that did it are in the trail.
pub(crate) fn resolve(
    draft: &mut Draft<'_>,
    counters: &Counters,
    id: DeadLetterId,
    trail: &[TimelineEntry],
    at: Timestamp,
) -> Result<(), StoreError> {
    let Some(mut letter) = find(draft, id)? else { return Ok(()) };
    let before = Place::from(&letter);
    let run = run_of(trail);
    letter.state = DeadLetterState::Resolved;
    let by = replayed_by(run).to_owned();
    letter.resolution = Some(Resolution { at, by, reason: "a replay succeeded".to_owned() });
    letter.attempts.extend(run.iter().filter_map(|entry| attempt(entry, id)));
    end_replay(draft, &mut letter, ReplayOutcome::Resolved, at)?;
    put(draft, counters, &letter, &before)
}

/// What happened since the last replay began, that included.
fn run_of(trail: &[TimelineEntry]) -> &[TimelineEntry] {
    let began = trail.iter().rposition(|entry| matches!(entry.event, Event::Replayed { .. }));
    &trail[began.unwrap_or(0)..]
}

/// Who asked for the run.
fn replayed_by(run: &[TimelineEntry]) -> &str {
    match run.first().map(|entry| &entry.event) {
        Some(Event::Replayed { by, .. }) => by,
        _ => "unknown",
    }
}

/// An attempt at the letter's delivery, as the trail tells it: a success has no excerpt.
fn attempt(entry: &TimelineEntry, letter: DeadLetterId) -> Option<Attempt> {
    match &entry.event {
        Event::Attempted { position, status, error, latency_ms, .. } if Some(*position) == letter.position => {
            let (status, error, latency_ms) = (*status, *error, *latency_ms);
            Some(Attempt { at: entry.at, latency_ms, status, error, excerpt: String::new() })
        }
        _ => None,
    }
}

/// Opens the letters of a message again whose replay has ended without a word on them.
pub(crate) fn reopen_replaying(
    draft: &mut Draft<'_>,
    counters: &Counters,
    message: MessageId,
    at: Timestamp,
) -> Result<(), StoreError> {
    for id in ids_of(draft, message)? {
        let Some(mut letter) = find(draft, id)? else { continue };
        if letter.state == DeadLetterState::Replaying {
            let before = Place::from(&letter);
            letter.state = DeadLetterState::Open;
            end_replay(draft, &mut letter, ReplayOutcome::FailedAgain, at)?;
            put(draft, counters, &letter, &before)?;
        }
    }
    Ok(())
}

/// Whether a message has letters that nobody has dealt with.
pub(crate) fn any_unsettled(draft: &Draft<'_>, message: MessageId) -> Result<bool, StoreError> {
    for id in ids_of(draft, message)? {
        let summary = draft.load::<DeadLetterSummary>(&keys::summary(id))?;
        if summary.is_some_and(|(summary, _)| !summary.state.is_closed()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a message has letters, in whatever state.
pub(crate) fn has_any(draft: &Draft<'_>, message: MessageId) -> Result<bool, StoreError> {
    Ok(!ids_of(draft, message)?.is_empty())
}

fn ids_of(draft: &Draft<'_>, message: MessageId) -> Result<Vec<DeadLetterId>, StoreError> {
    let summaries = draft.keys_with_drafted(&keys::summaries_of(message))?;
    Ok(summaries.iter().filter_map(|key| keys::read_summary(key)).collect())
}
