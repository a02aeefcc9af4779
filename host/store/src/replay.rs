//! What operators do with dead letters: put them back to work, take note of them, give them up. Each is one atomic
//! write, and returns when it is on stable storage.

use bytes::Bytes;
use gantry_core::{
    DeadLetter, DeadLetterId, DeadLetterState, Envelope, Event, MessageId, Replay, Resolution, Timestamp, TrailEntry,
};

use crate::committer::Durability;
use crate::dead_letters::{self, Counters};
use crate::disk::Read;
use crate::draft::Draft;
use crate::error::{ReplayError, StoreError};
use crate::flows::hash_of_key;
use crate::history::Whereabouts;
use crate::keys;
use crate::queue::{self, IndexEntry};
use crate::record::Record;
use crate::store::Store;

impl Store {
    /// Puts a dead letter back to work: its message goes to the end of the queue, with the same id, as a fresh run of
    /// what was received, or of `edit` in place of the payload. The letter is `Replaying` until that run is settled.
    ///
    /// A letter of one delivery re-runs the plugins as well; `envelope.replay` says which delivery is meant.
    pub async fn replay(&self, id: DeadLetterId, by: String, edit: Option<Bytes>) -> Result<MessageId, ReplayError> {
        let inner = &self.inner;
        let (counters, flows, now) = (inner.letters.clone(), inner.flows.clone(), inner.clock.now());
        let step = move |draft: &mut Draft<'_>| {
            let mut letter = pending_letter(draft, id)?;
            let trail = trail_so_far(draft, &letter)?;
            let envelope = envelope_of(&letter, trail, by, edit, now);
            change_state(draft, &counters, &mut letter, DeadLetterState::Replaying)?;
            let index = IndexEntry {
                id: id.message,
                key: hash_of_key(envelope.message.key.as_deref()),
                since: now,
                due: None,
                flow: envelope.flow.clone(),
            };
            let queue = flows.of(&envelope.flow);
            queue::append(draft, &index, Record::of(&envelope)?, queue)?;
            Ok(id.message)
        };
        inner.committer.commit(Durability::Flushed, step).await
    }

    /// Takes note of a dead letter: somebody looks into it.
    pub async fn acknowledge(&self, id: DeadLetterId, by: String) -> Result<(), ReplayError> {
        let counters = self.inner.letters.clone();
        let step = move |draft: &mut Draft<'_>| {
            let mut letter = pending_letter(draft, id)?;
            change_state(draft, &counters, &mut letter, DeadLetterState::Acknowledged)
        };
        self.inner.committer.commit(Durability::Flushed, step).await?;
        tracing::info!(letter = %id, by, "a dead letter was acknowledged");
        Ok(())
    }

    /// Gives a dead letter up for good. It is kept, with who and why, until the sweep removes it.
    pub async fn discard(&self, id: DeadLetterId, by: String, reason: String) -> Result<(), ReplayError> {
        let (counters, at) = (self.inner.letters.clone(), self.inner.clock.now());
        let step = move |draft: &mut Draft<'_>| {
            let mut letter = pending_letter(draft, id)?;
            letter.resolution = Some(Resolution { at, by, reason });
            change_state(draft, &counters, &mut letter, DeadLetterState::Discarded)
        };
        self.inner.committer.commit(Durability::Flushed, step).await
    }
}

/// The letter, if it waits for an operator.
fn pending_letter(draft: &Draft<'_>, id: DeadLetterId) -> Result<DeadLetter, ReplayError> {
    let letter = dead_letters::find(draft, id)?.ok_or(ReplayError::NotFound(id))?;
    match letter.state {
        DeadLetterState::Open | DeadLetterState::Acknowledged => Ok(letter),
        state => Err(ReplayError::WrongState { id, state }),
    }
}

fn change_state(
    draft: &mut Draft<'_>,
    counters: &Counters,
    letter: &mut DeadLetter,
    state: DeadLetterState,
) -> Result<(), ReplayError> {
    let before = std::mem::replace(&mut letter.state, state);
    Ok(dead_letters::put(draft, counters, letter, Some(before))?)
}

/// Everything that has happened to the letter's message: from its history, which knows of its other letters too.
fn trail_so_far(draft: &Draft<'_>, letter: &DeadLetter) -> Result<Vec<TrailEntry>, ReplayError> {
    match draft.load(&keys::whereabouts(letter.id.message)) {
        Ok(Some((Whereabouts::Queued { .. }, _))) => Err(ReplayError::MessageQueued(letter.id)),
        Ok(Some((Whereabouts::Ended { history, .. }, _))) => Ok(history.trail),
        // The letter's own record goes up to its end.
        Ok(None) | Err(StoreError::Damaged(_)) => Ok(letter.trail.clone()),
        Err(error) => Err(error.into()),
    }
}

fn envelope_of(
    letter: &DeadLetter,
    mut trail: Vec<TrailEntry>,
    by: String,
    edit: Option<Bytes>,
    now: Timestamp,
) -> Envelope {
    let edited = edit.is_some();
    trail.push(TrailEntry { at: now, event: Event::Replayed { letter: letter.id, by, edited } });
    let mut message = letter.received.clone();
    if let Some(payload) = edit {
        message.payload = payload;
    }
    Envelope {
        message,
        flow: letter.flow.clone(),
        source: letter.source.clone(),
        received_at: letter.received_at,
        dedupe_key: letter.dedupe_key.clone(),
        traceparent: letter.traceparent.clone(),
        run: 1,
        plugins: Vec::new(),
        deliveries: Vec::new(),
        replay: Some(Replay { dead_letter: letter.id }),
        trail,
    }
}
