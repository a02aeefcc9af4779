//! Settles a lease: the message has ended, or is due again later. Either is one atomic write.

use gantry_core::{
    Breach, DeadLetter, DeadLetterId, Envelope, History, MessageState, ReplayOutcome, TimelineEntry, Timestamp,
};

use crate::blocks;
use crate::clock_watermark;
use crate::dead_letters::{self, Counters};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::history::MessageLocation;
use crate::keys;
use crate::lease::Ticket;

use crate::index_entry::{Due, IndexEntry};
use crate::pending::Durability;
use crate::quality;
use crate::queue::{self, NewMessage};
use crate::record::Record;
use crate::store::Store;

/// How a leased message is settled.
#[derive(Clone, Debug)]
pub enum Settlement {
    /// It has ended and leaves the queue.
    Finished {
        /// How it ended. The store changes this to `DeadLettered` after the replay of one dead letter while other dead
        /// letters of the message are not closed.
        state: MessageState,
        /// Everything that happened, oldest first; [`Store::history`] returns it from now on.
        timeline: Vec<TimelineEntry>,
        /// The new dead letters. A dead letter with the id of an earlier one replaces it; the first failure and the attempts
        /// of the earlier one are kept.
        dead_letters: Vec<DeadLetter>,
        /// The dead letter that this run has resolved. A replayed dead letter that is neither here nor in `dead_letters` is
        /// reopened.
        resolved: Option<DeadLetterId>,
    },
    /// It is due again at `due`. Until it ends, no later message of its key is leased.
    Later {
        /// Its current state: with deliveries, attempts and timeline.
        envelope: Box<Envelope>,
        /// When it is due.
        due: Timestamp,
    },
    /// The same, but it is held back for a reason that may end before `due`: [`Store::wake`] makes it due at once, and
    /// so does the next start.
    Held {
        /// Its current state.
        envelope: Box<Envelope>,
        /// When it is due without being woken.
        due: Timestamp,
    },
}

/// What is written together with the end of a message.
#[derive(Debug, Default)]
pub struct Along {
    /// Messages to be queued: the events that report the end.
    pub messages: Vec<NewMessage>,
    /// Rules that the message has broken, to be counted.
    pub breaches: Vec<Breach>,
}

impl Store {
    /// Settles a leased message.
    ///
    /// Returns when the outcome is on stable storage, if dead letters are involved. Otherwise it returns earlier: a
    /// crash shortly afterwards may undo the outcome, and the message is processed again, which at-least-once delivery
    /// with stable idempotency keys allows. On error the message returns to the queue.
    pub async fn settle(&self, ticket: Ticket, settlement: Settlement) -> Result<(), StoreError> {
        self.settle_with(ticket, settlement, Along::default()).await
    }

    /// Like [`Self::settle`]. If the message has ended, its events and its broken rules are part of the same atomic
    /// write.
    pub async fn settle_with(
        &self,
        ticket: Ticket,
        settlement: Settlement,
        Along { messages, breaches }: Along,
    ) -> Result<(), StoreError> {
        let now = self.inner.clock.now();
        match settlement {
            Settlement::Finished { state, timeline, dead_letters, resolved } => {
                let unresolved = ReplayOutcome::FailedAgain;
                let ending = Ending { state, timeline, dead_letters, resolved, breaches, unresolved, now };
                let durability = if messages.is_empty() { ending.durability(&ticket) } else { Durability::Flushed };
                let counters = self.inner.dead_letters.clone();
                let messages = messages.into_iter().map(|new| self.prepare(new, now)).collect::<Result<Vec<_>, _>>()?;
                self.commit(durability, move |draft| {
                    messages
                        .into_iter()
                        .try_for_each(|message| queue::store(draft, &counters, message, now).map(|_| ()))?;
                    finish(draft, ticket, ending, &counters)
                })
                .await
            }
            Settlement::Later { envelope, due } => self.postpone(ticket, &envelope, due, false).await,
            Settlement::Held { envelope, due } => self.postpone(ticket, &envelope, due, true).await,
        }
    }

    async fn postpone(
        &self,
        ticket: Ticket,
        envelope: &Envelope,
        due: Timestamp,
        held: bool,
    ) -> Result<(), StoreError> {
        debug_assert_eq!(envelope.message.id, ticket.message(), "a message is settled with its own ticket");
        let now = self.inner.clock.now();
        // A held message was held back just now.
        let postponed_at = if held { now } else { time_of_decision(envelope, due, now) };
        let record = Record::of(envelope)?;
        let wait = Wait { due, postponed_at, held };
        self.commit(Durability::Ordered, move |draft| postpone(draft, ticket, record, &wait)).await
    }
}

/// How long a message is postponed.
struct Wait {
    due: Timestamp,
    /// What the clock showed when `due` was decided.
    postponed_at: Timestamp,
    /// Whether it may be woken before.
    held: bool,
}

/// How a message leaves the queue.
pub(crate) struct Ending {
    pub(crate) state: MessageState,
    pub(crate) timeline: Vec<TimelineEntry>,
    pub(crate) dead_letters: Vec<DeadLetter>,
    pub(crate) resolved: Option<DeadLetterId>,
    pub(crate) breaches: Vec<Breach>,
    /// The outcome of a replay that was not resolved.
    pub(crate) unresolved: ReplayOutcome,
    pub(crate) now: Timestamp,
}

impl Ending {
    fn durability(&self, ticket: &Ticket) -> Durability {
        let touches_dead_letters = !self.dead_letters.is_empty() || self.resolved.is_some() || ticket.replay.is_some();
        if touches_dead_letters { Durability::Flushed } else { Durability::Ordered }
    }
}

/// Writes the end of a message.
pub(crate) fn finish(
    draft: &mut Draft<'_>,
    ticket: Ticket,
    ending: Ending,
    counters: &Counters,
) -> Result<(), StoreError> {
    let Ending { mut state, timeline, dead_letters, resolved, breaches, unresolved, now } = ending;
    let Ticket { claim, history, replay } = ticket;
    let id = history.id;
    quality::count(draft, &history.flow, &breaches, now)?;
    let filed: Vec<DeadLetterId> = dead_letters.iter().map(|dead_letter| dead_letter.id).collect();
    for dead_letter in dead_letters {
        if let Some(key) = claim.entry.key {
            blocks::block(draft, &history.flow, claim.queue(), key, dead_letter.id);
        }
        dead_letters::file(draft, counters, dead_letter, unresolved)?;
    }
    if let Some(resolved) = resolved.filter(|resolved| !filed.contains(resolved)) {
        // What is replayed as a whole has failed again if any part of it has.
        match filed.first().filter(|_| resolved.position.is_none()) {
            Some(next) => dead_letters::fail_later(draft, counters, resolved, *next, (unresolved, now))?,
            None => dead_letters::resolve(draft, counters, resolved, &timeline, now)?,
        }
    }
    if let Some(key) = claim.entry.key.filter(|_| !filed.contains(&blocks::taken_over_by(id)) && replay.is_none()) {
        blocks::end_taken_over(draft, claim.queue(), key, id)?;
    }
    if replay.is_some() {
        dead_letters::reopen_replaying(draft, counters, id, (unresolved, now))?;
        if dead_letters::any_unsettled(draft, id)? {
            state = MessageState::DeadLettered;
        }
    }
    let ended = MessageLocation::Ended { at: now, history: History { state, timeline, ..history } };
    draft.put_record(&keys::location(id), Record::of(&ended)?)?;
    draft.remove_record(&keys::message(claim.entry.seq))?;
    draft.delete(keys::index(claim.entry.seq));
    draft.after_commit(move || claim.finish());
    Ok(())
}

fn postpone(draft: &mut Draft<'_>, ticket: Ticket, record: Record, wait: &Wait) -> Result<(), StoreError> {
    let Wait { due, postponed_at, held } = *wait;
    let seq = ticket.claim.entry.seq;
    let index = IndexEntry {
        id: ticket.message(),
        key: ticket.claim.entry.key,
        since: ticket.claim.entry.since,
        due: if held { Due::Held } else { Due::At(due) },
        bytes: record.len(),
        is_replay: ticket.replay.is_some(),
        flow: ticket.history.flow.clone(),
    };
    draft.set(keys::index(seq), index.to_bytes());
    draft.put_record(&keys::message(seq), record)?;
    clock_watermark::raise(draft, postponed_at)?;
    draft.after_commit(move || ticket.claim.postpone(held, due, postponed_at, index.bytes));
    Ok(())
}

/// What the clock showed when `due` was decided. The clock may have been set back since, while another delivery of the
/// message was still in progress.
fn time_of_decision(envelope: &Envelope, due: Timestamp, now: Timestamp) -> Timestamp {
    let latest = envelope.timeline.last().map_or(now, |last| last.at);
    if now < latest && latest <= due { latest } else { now }
}
