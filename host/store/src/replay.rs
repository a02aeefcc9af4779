//! What operators do with dead letters: replay, acknowledge, discard. Each is one atomic write, and returns when it is
//! on stable storage.

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
use crate::history::{self, MessageLocation};
use crate::index_entry::{Due, IndexEntry};
use crate::keys;
use crate::pending::Durability;
use crate::queue;
use crate::record::Record;
use crate::store::Store;

/// Who starts a replay, and what is needed to carry it out.
pub(crate) struct ReplayRequest {
    pub(crate) counters: Counters,
    pub(crate) flows: Arc<Flows>,
    pub(crate) now: Timestamp,
    pub(crate) by: String,
    pub(crate) job: Option<JobId>,
}

impl Store {
    /// Replays a dead letter: its message goes to the end of the queue with the same id, as it was received, or with
    /// `edit` as its payload. The dead letter is `Replaying` until that run is settled, and keeps both the old payload and
    /// the edit.
    ///
    /// The replay of one delivery runs the plugins as well; `envelope.replay` names the delivery.
    pub async fn replay(&self, id: DeadLetterId, by: String, edit: Option<Bytes>) -> Result<MessageId, ReplayError> {
        let request = self.replay_request(by, None);
        self.commit(Durability::Flushed, move |draft| {
            let dead_letter = pending_dead_letter(draft, id)?;
            let timeline = timeline_so_far(draft, &dead_letter)?;
            requeue(draft, &request, dead_letter, timeline, edit)?;
            Ok(id.message)
        })
        .await
    }

    /// Acknowledges a dead letter: somebody is investigating it.
    pub async fn acknowledge(&self, id: DeadLetterId, by: String) -> Result<(), ReplayError> {
        let counters = self.inner.dead_letters.clone();
        let at = self.inner.clock.now();
        self.commit(Durability::Flushed, move |draft| {
            let mut dead_letter = pending_dead_letter(draft, id)?;
            dead_letter.acknowledged = Some(Acknowledgement { at, by });
            Ok(change_state(draft, &counters, dead_letter, DeadLetterState::Acknowledged)?)
        })
        .await
    }

    /// Discards a dead letter. It is kept, with who did it and why, until the sweep removes it.
    pub async fn discard(&self, id: DeadLetterId, by: String, reason: String) -> Result<(), ReplayError> {
        let counters = self.inner.dead_letters.clone();
        let at = self.inner.clock.now();
        self.commit(Durability::Flushed, move |draft| {
            let dead_letter = pending_dead_letter(draft, id)?;
            Ok(discard(draft, &counters, dead_letter, Resolution { at, by, reason })?)
        })
        .await
    }

    pub(crate) fn replay_request(&self, by: String, job: Option<JobId>) -> ReplayRequest {
        let inner = &self.inner;
        ReplayRequest {
            counters: inner.dead_letters.clone(),
            flows: inner.flows.clone(),
            now: inner.clock.now(),
            by,
            job,
        }
    }
}

/// The dead letter, if it is open or acknowledged.
fn pending_dead_letter(draft: &Draft<'_>, id: DeadLetterId) -> Result<DeadLetter, ReplayError> {
    let dead_letter = dead_letters::find(draft, id)?.ok_or(ReplayError::NotFound(id))?;
    match dead_letter.state {
        state if state.is_pending() => Ok(dead_letter),
        state => Err(ReplayError::WrongState { id, state }),
    }
}

/// Puts a dead letter's message at the end of the queue, and records the replay in the dead letter.
pub(crate) fn requeue(
    draft: &mut Draft<'_>,
    request: &ReplayRequest,
    mut dead_letter: DeadLetter,
    timeline: Vec<TimelineEntry>,
    edit: Option<Bytes>,
) -> Result<(), StoreError> {
    let revision = edit.clone().map(|payload| revise(&mut dead_letter, payload, request));
    let envelope = envelope_of(&dead_letter, timeline, request, edit);
    dead_letter.replays.push(ReplayRun {
        at: request.now,
        by: request.by.clone(),
        job: request.job,
        revision,
        was_acknowledged: dead_letter.state == DeadLetterState::Acknowledged,
        first_attempt: count(dead_letter.attempts.len()),
        outcome: None,
        ended_at: None,
    });
    change_state(draft, &request.counters, dead_letter, DeadLetterState::Replaying)?;
    let record = Record::of(&envelope)?;
    let index = IndexEntry {
        id: envelope.message.id,
        key: envelope.message.key.as_deref().map(hash_of_key),
        since: request.now,
        due: Due::Now,
        bytes: record.len(),
        is_replay: true,
        flow: envelope.flow.clone(),
    };
    let queue = request.flows.of(&envelope.flow);
    queue::append(draft, &index, record, queue)
}

/// Edits the payload of a dead letter without replaying it: the next replay takes the edited one.
pub(crate) fn edit(
    draft: &mut Draft<'_>,
    request: &ReplayRequest,
    mut dead_letter: DeadLetter,
    payload: Bytes,
) -> Result<(), StoreError> {
    revise(&mut dead_letter, payload.clone(), request);
    dead_letter.received.payload = payload;
    let before = Place::from(&dead_letter);
    dead_letters::put(draft, &request.counters, &dead_letter, &before)
}

/// Discards a dead letter.
pub(crate) fn discard(
    draft: &mut Draft<'_>,
    counters: &Counters,
    mut dead_letter: DeadLetter,
    resolution: Resolution,
) -> Result<(), StoreError> {
    let id = dead_letter.id;
    let Resolution { at, by, reason } = resolution.clone();
    let event = Event::Discarded { dead_letter: id, by, reason };
    dead_letter.resolution = Some(resolution);
    change_state(draft, counters, dead_letter, DeadLetterState::Discarded)?;
    history::note(draft, id.message, TimelineEntry { at, event })
}

/// Adds an edited payload to the dead letter's revisions, after the received one; returns the number of the new revision.
fn revise(dead_letter: &mut DeadLetter, payload: Bytes, request: &ReplayRequest) -> u32 {
    if dead_letter.revisions.is_empty() {
        dead_letter.revisions.push(dead_letters::received(dead_letter));
    }
    let number = count(dead_letter.revisions.len());
    let content_type = dead_letter.received.content_type.clone();
    dead_letter.revisions.push(Revision { number, at: request.now, by: request.by.clone(), content_type, payload });
    number
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn change_state(
    draft: &mut Draft<'_>,
    counters: &Counters,
    mut dead_letter: DeadLetter,
    state: DeadLetterState,
) -> Result<(), StoreError> {
    let before = Place::from(&dead_letter);
    dead_letter.state = state;
    dead_letters::put(draft, counters, &dead_letter, &before)
}

/// The timeline of the dead letter's message so far. It is taken from the message's history, which includes its other dead letters.
pub(crate) fn timeline_so_far(draft: &Draft<'_>, dead_letter: &DeadLetter) -> Result<Vec<TimelineEntry>, ReplayError> {
    match draft.load(&keys::location(dead_letter.id.message)) {
        Ok(Some((MessageLocation::Queued { .. }, _))) => Err(ReplayError::MessageQueued(dead_letter.id)),
        Ok(Some((MessageLocation::Ended { history, .. }, _))) => Ok(history.timeline),
        // Without the history, use the timeline that the dead letter holds.
        Ok(None) | Err(StoreError::Damaged(_)) => Ok(dead_letter.timeline.clone()),
        Err(error) => Err(error.into()),
    }
}

fn envelope_of(
    dead_letter: &DeadLetter,
    mut timeline: Vec<TimelineEntry>,
    request: &ReplayRequest,
    edit: Option<Bytes>,
) -> Envelope {
    let event = Event::Replayed { dead_letter: dead_letter.id, by: request.by.clone(), edited: edit.is_some() };
    timeline.push(TimelineEntry { at: request.now, event });
    let mut message = dead_letter.received.clone();
    if let Some(payload) = edit {
        message.payload = payload;
    }
    Envelope {
        dedupe_key: dead_letter.dedupe_key.clone(),
        traceparent: dead_letter.traceparent.clone(),
        replay: Some(Replay { dead_letter: dead_letter.id }),
        timeline,
        ..Envelope::received(message, dead_letter.flow.clone(), dead_letter.source.clone(), dead_letter.received_at)
    }
}
