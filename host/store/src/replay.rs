//! What operators do with dead letters: put them back to work, take note of them, give them up. Each is one atomic
//! write, and returns when it is on stable storage.

use std::sync::Arc;

use bytes::Bytes;
use gantry_core::{
    Acknowledgement, DeadLetter, DeadLetterId, DeadLetterState, Envelope, Event, JobId, MessageId, Replay, ReplayRun,
    Resolution, Revision, TimelineEntry, Timestamp,
};

use crate::dead_letters::{self, Counters};
use crate::disk::Read;
use crate::draft::Draft;
use crate::error::{ReplayError, StoreError};
use crate::flows::{Flows, hash_of_key};
use crate::groups::Place;
use crate::history::MessageLocation;
use crate::keys;
use crate::pending::Durability;
use crate::queue::{self, IndexEntry};
use crate::record::Record;
use crate::store::Store;

/// Who asks for a replay, and what it takes to do one.
pub(crate) struct Rerun {
    pub(crate) counters: Counters,
    pub(crate) flows: Arc<Flows>,
    pub(crate) now: Timestamp,
    pub(crate) by: String,
    pub(crate) job: Option<JobId>,
}

impl Store {
    /// Puts a dead letter back to work: its message goes to the end of the queue, with the same id, as a fresh run of
    /// what was received, or of `edit` in place of the payload. The letter is `Replaying` until that run is settled, and
    /// keeps both the payload it had and the edit.
    ///
    /// A letter of one delivery re-runs the plugins as well; `envelope.replay` says which delivery is meant.
    pub async fn replay(&self, id: DeadLetterId, by: String, edit: Option<Bytes>) -> Result<MessageId, ReplayError> {
        let rerun = self.rerun(by, None);
        let step = move |draft: &mut Draft<'_>| {
            let letter = pending_letter(draft, id)?;
            let trail = trail_so_far(draft, &letter)?;
            requeue(draft, &rerun, letter, trail, edit)?;
            Ok(id.message)
        };
        self.commit(Durability::Flushed, step).await
    }

    /// Takes note of a dead letter: somebody looks into it.
    pub async fn acknowledge(&self, id: DeadLetterId, by: String) -> Result<(), ReplayError> {
        let (counters, at) = (self.inner.letters.clone(), self.inner.clock.now());
        let step = move |draft: &mut Draft<'_>| {
            let mut letter = pending_letter(draft, id)?;
            letter.acknowledged = Some(Acknowledgement { at, by });
            Ok(change_state(draft, &counters, letter, DeadLetterState::Acknowledged)?)
        };
        self.commit(Durability::Flushed, step).await
    }

    /// Gives a dead letter up for good. It is kept, with who and why, until the sweep removes it.
    pub async fn discard(&self, id: DeadLetterId, by: String, reason: String) -> Result<(), ReplayError> {
        let (counters, at) = (self.inner.letters.clone(), self.inner.clock.now());
        let step = move |draft: &mut Draft<'_>| {
            let letter = pending_letter(draft, id)?;
            Ok(give_up(draft, &counters, letter, Resolution { at, by, reason })?)
        };
        self.commit(Durability::Flushed, step).await
    }

    pub(crate) fn rerun(&self, by: String, job: Option<JobId>) -> Rerun {
        let inner = &self.inner;
        Rerun { counters: inner.letters.clone(), flows: inner.flows.clone(), now: inner.clock.now(), by, job }
    }
}

/// The letter, if it waits for an operator.
fn pending_letter(draft: &Draft<'_>, id: DeadLetterId) -> Result<DeadLetter, ReplayError> {
    let letter = dead_letters::find(draft, id)?.ok_or(ReplayError::NotFound(id))?;
    match letter.state {
        state if state.is_pending() => Ok(letter),
        state => Err(ReplayError::WrongState { id, state }),
    }
}

/// Puts a letter's message at the end of the queue, and notes that in the letter.
pub(crate) fn requeue(
    draft: &mut Draft<'_>,
    rerun: &Rerun,
    mut letter: DeadLetter,
    trail: Vec<TimelineEntry>,
    edit: Option<Bytes>,
) -> Result<(), StoreError> {
    let revision = edit.clone().map(|payload| revise(&mut letter, payload, rerun));
    let envelope = envelope_of(&letter, trail, rerun, edit);
    letter.replays.push(ReplayRun {
        at: rerun.now,
        by: rerun.by.clone(),
        job: rerun.job,
        revision,
        first_attempt: count(letter.attempts.len()),
        outcome: None,
        ended_at: None,
    });
    change_state(draft, &rerun.counters, letter, DeadLetterState::Replaying)?;
    let record = Record::of(&envelope)?;
    let index = IndexEntry {
        id: envelope.message.id,
        key: hash_of_key(envelope.message.key.as_deref()),
        since: rerun.now,
        due: None,
        bytes: record.len(),
        flow: envelope.flow.clone(),
    };
    let queue = rerun.flows.of(&envelope.flow);
    queue::append(draft, &index, record, queue)
}

/// Closes a letter.
pub(crate) fn give_up(
    draft: &mut Draft<'_>,
    counters: &Counters,
    mut letter: DeadLetter,
    resolution: Resolution,
) -> Result<(), StoreError> {
    letter.resolution = Some(resolution);
    change_state(draft, counters, letter, DeadLetterState::Discarded)
}

/// Keeps an edited payload, and the one before the first edit; the number of the new one.
fn revise(letter: &mut DeadLetter, payload: Bytes, rerun: &Rerun) -> u32 {
    if letter.revisions.is_empty() {
        letter.revisions.push(dead_letters::received(letter));
    }
    let number = count(letter.revisions.len());
    let content_type = letter.received.content_type.clone();
    letter.revisions.push(Revision { number, at: rerun.now, by: rerun.by.clone(), content_type, payload });
    number
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn change_state(
    draft: &mut Draft<'_>,
    counters: &Counters,
    mut letter: DeadLetter,
    state: DeadLetterState,
) -> Result<(), StoreError> {
    let before = Place::from(&letter);
    letter.state = state;
    dead_letters::put(draft, counters, &letter, &before)
}

/// Everything that has happened to the letter's message: from its history, which knows of its other letters too.
pub(crate) fn trail_so_far(draft: &Draft<'_>, letter: &DeadLetter) -> Result<Vec<TimelineEntry>, ReplayError> {
    match draft.load(&keys::location(letter.id.message)) {
        Ok(Some((MessageLocation::Queued { .. }, _))) => Err(ReplayError::MessageQueued(letter.id)),
        Ok(Some((MessageLocation::Ended { history, .. }, _))) => Ok(history.trail),
        // The letter's own record goes up to its end.
        Ok(None) | Err(StoreError::Damaged(_)) => Ok(letter.trail.clone()),
        Err(error) => Err(error.into()),
    }
}

fn envelope_of(letter: &DeadLetter, mut trail: Vec<TimelineEntry>, rerun: &Rerun, edit: Option<Bytes>) -> Envelope {
    let (by, edited) = (rerun.by.clone(), edit.is_some());
    trail.push(TimelineEntry { at: rerun.now, event: Event::Replayed { letter: letter.id, by, edited } });
    let mut message = letter.received.clone();
    if let Some(payload) = edit {
        message.payload = payload;
    }
    Envelope {
        dedupe_key: letter.dedupe_key.clone(),
        traceparent: letter.traceparent.clone(),
        replay: Some(Replay { dead_letter: letter.id }),
        trail,
        ..Envelope::received(message, letter.flow.clone(), letter.source.clone(), letter.received_at)
    }
}
