//! A message that takes the place of one that was given up: the sender mends the data and sends it again, with the same
//! dedupe key or idempotency key.
//!
//! A key belongs to a message that is in the queue, delivered or skipped. If it became a dead letter that nobody has
//! replayed, the next message with the key is stored; the open dead letters are closed as superseded, and both messages
//! name each other. A dead letter that blocks its ordering key hands the block to the new message, which so passes those
//! that wait behind it.

use gantry_core::dead_letter::Successor;
use gantry_core::{
    DeadLetter, DeadLetterState, DeliveryState, Envelope, Event, MessageId, MessageState, Resolution, TimelineEntry,
    Timestamp,
};

use crate::dead_letters::{self, Counters};
use crate::disk::Read;
use crate::draft::Draft;
use crate::error::StoreError;
use crate::groups::Place;
use crate::history::MessageLocation;
use crate::record::Record;
use crate::{blocks, history, keys};

/// What becomes of a message with a key that belongs to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The other one was given up: the new one takes its place.
    GivenUp,
    /// The other one has failed and is under way again, and the new one has another payload: it can't be told yet which of
    /// them is to be delivered.
    Undecided,
    /// The other one is in the queue, delivered or skipped: its state, if that is still known.
    Alive(Option<MessageState>),
}

/// How it stands with the message that a key belongs to, seen from the new message in this record.
pub(crate) fn standing(draft: &Draft<'_>, first: MessageId, new: &Record) -> Result<Standing, StoreError> {
    let location = location(draft, first)?;
    let state = location.as_ref().map(MessageLocation::state);
    let Some(MessageLocation::Queued { seq }) = location else {
        return Ok(if is_given_up_in(draft, first, state)? { Standing::GivenUp } else { Standing::Alive(state) });
    };
    let Some((queued, _)) = draft.load::<Envelope>(&keys::message(seq))? else { return Ok(Standing::Alive(state)) };
    let has_failed =
        queued.replay.is_some() || queued.deliveries.iter().any(|delivery| delivery.state == DeliveryState::Dead);
    if has_failed && new.read::<Envelope>()?.message.payload != queued.message.payload {
        return Ok(Standing::Undecided);
    }
    Ok(Standing::Alive(state))
}

/// Whether a message was given up, so that its keys no longer belong to it: it has dead letters, and none of them is being
/// replayed or was resolved by a replay; or it was damaged on disk.
pub(crate) fn is_given_up(draft: &Draft<'_>, message: MessageId) -> Result<bool, StoreError> {
    let state = state_of(draft, message)?;
    is_given_up_in(draft, message, state)
}

/// The same of a message that is in this state.
fn is_given_up_in(draft: &Draft<'_>, message: MessageId, state: Option<MessageState>) -> Result<bool, StoreError> {
    let states = states_of(draft, message)?;
    if states.is_empty() {
        return Ok(state == Some(MessageState::DeadLettered));
    }
    Ok(!states.iter().any(|state| matches!(state, DeadLetterState::Replaying | DeadLetterState::Resolved)))
}

/// Whether all dead letters of a message were discarded.
pub(crate) fn is_discarded(draft: &Draft<'_>, message: MessageId) -> Result<bool, StoreError> {
    let states = states_of(draft, message)?;
    Ok(!states.is_empty() && states.iter().all(|state| *state == DeadLetterState::Discarded))
}

fn states_of(draft: &Draft<'_>, message: MessageId) -> Result<Vec<DeadLetterState>, StoreError> {
    let ids = dead_letters::ids_of(draft, message)?;
    let summaries = ids.into_iter().map(|id| dead_letters::summary(draft, id)).collect::<Result<Vec<_>, _>>()?;
    Ok(summaries.into_iter().flatten().map(|summary| summary.state).collect())
}

/// The state of a message; none if nothing is known of it any more.
pub(crate) fn state_of(draft: &Draft<'_>, message: MessageId) -> Result<Option<MessageState>, StoreError> {
    Ok(location(draft, message)?.as_ref().map(MessageLocation::state))
}

/// Where a message is; none if nothing is known of it any more, or if that can't be read.
fn location(draft: &Draft<'_>, message: MessageId) -> Result<Option<MessageLocation>, StoreError> {
    match draft.load(&keys::location(message)) {
        Ok(found) => Ok(found.map(|(location, _)| location)),
        Err(StoreError::Damaged(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Closes the open dead letters of `before`, and notes in both messages which one took whose place.
pub(crate) fn supersede(
    draft: &mut Draft<'_>,
    counters: &Counters,
    before: MessageId,
    successor: &mut Envelope,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = successor.message.id;
    for dead_letter in dead_letters::ids_of(draft, before)? {
        let Some(dead_letter) = dead_letters::find(draft, dead_letter)? else { continue };
        if dead_letter.state.is_pending() {
            blocks::hand_over(draft, dead_letter.id, &successor.message)?;
            let reason = format!("the sender sent it again, as message {id}");
            let resolution = Resolution { at: now, by: successor.source.clone(), reason };
            close(draft, counters, dead_letter, Successor::Message { id }, resolution)?;
        }
    }
    history::note(draft, before, TimelineEntry { at: now, event: Event::Superseded { by: id } })?;
    successor.timeline.push(TimelineEntry { at: now, event: Event::Supersedes { message: before } });
    Ok(())
}

/// Closes a dead letter because something took its place.
pub(crate) fn close(
    draft: &mut Draft<'_>,
    counters: &Counters,
    mut dead_letter: DeadLetter,
    successor: Successor,
    resolution: Resolution,
) -> Result<(), StoreError> {
    let before = Place::from(&dead_letter);
    dead_letter.state = DeadLetterState::Superseded;
    dead_letter.superseded_by = Some(successor);
    dead_letter.resolution = Some(resolution);
    dead_letters::put(draft, counters, &dead_letter, &before)
}
