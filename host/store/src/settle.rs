//! The end of a lease: the message has ended, or is to be worked on again later. Either is one atomic write.

use gantry_core::{Breach, DeadLetter, DeadLetterId, Envelope, History, MessageState, TimelineEntry, Timestamp};

use crate::blocks;
use crate::dead_letters::{self, Counters};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::history::MessageLocation;
use crate::keys;
use crate::lease::Ticket;
use crate::moments;
use crate::pending::Durability;
use crate::quality;
use crate::queue::{self, IndexEntry, NewMessage};
use crate::record::Record;
use crate::store::Store;

/// What becomes of a leased message.
#[derive(Clone, Debug)]
pub enum Settlement {
    /// It has ended and leaves the queue.
    Finished {
        /// How it ended. A replay of one dead letter ends `DeadLettered` all the same while others of the message are
        /// not dealt with: the store sees to that.
        state: MessageState,
        /// Everything that happened, oldest first; it is what [`Store::history`] answers from now on.
        trail: Vec<TimelineEntry>,
        /// What was given up. A letter with the id of an earlier one takes its place: the first failure and the
        /// attempts of the earlier one are kept.
        letters: Vec<DeadLetter>,
        /// The dead letter this run has resolved. A replayed letter that is neither here nor among `letters` is open
        /// again.
        resolved: Option<DeadLetterId>,
    },
    /// It is to be worked on again at `due`; until then no message behind it with its key is leased.
    Later {
        /// As it is now: with deliveries, attempts and trail.
        envelope: Box<Envelope>,
        /// When.
        due: Timestamp,
    },
    /// The same, because something holds it back that may end before `due`: [`Store::wake`] hands it out at once, and so
    /// does the next start.
    Held {
        /// As it is now.
        envelope: Box<Envelope>,
        /// When it looks again by itself.
        due: Timestamp,
    },
}

/// What is written along with the end of a message.
#[derive(Debug, Default)]
pub struct Along {
    /// Messages to be queued: what is told of the end.
    pub messages: Vec<NewMessage>,
    /// Rules that the message has broken, to be counted.
    pub breaches: Vec<Breach>,
}

impl Store {
    /// Settles a leased message.
    ///
    /// Returns when the outcome is on stable storage, if dead letters are involved. Otherwise it returns earlier: a
    /// crash within the next moments may take the outcome back, and the message is worked on again, which at-least-once
    /// delivery with stable idempotency keys allows for. On error the message is in the queue again.
    pub async fn settle(&self, ticket: Ticket, settlement: Settlement) -> Result<(), StoreError> {
        self.settle_with(ticket, settlement, Along::default()).await
    }

    /// Like [`Self::settle`], with more in the same atomic write where the message has ended: what is told of its end, and
    /// what it has broken, is there exactly if the end is.
    pub async fn settle_with(
        &self,
        ticket: Ticket,
        settlement: Settlement,
        Along { messages, breaches }: Along,
    ) -> Result<(), StoreError> {
        let now = self.inner.clock.now();
        match settlement {
            Settlement::Finished { state, trail, letters, resolved } => {
                let ending = Ending { state, trail, letters, resolved, breaches, now };
                let durability = if messages.is_empty() { ending.durability(&ticket) } else { Durability::Flushed };
                let counters = self.inner.letters.clone();
                let messages = messages.into_iter().map(|new| self.prepare(new, now)).collect::<Result<Vec<_>, _>>()?;
                let step = move |draft: &mut Draft<'_>| {
                    messages.into_iter().try_for_each(|message| queue::store(draft, message, now).map(|_| ()))?;
                    finish(draft, ticket, ending, &counters)
                };
                self.commit(durability, step).await
            }
            Settlement::Later { envelope, due } => self.put_off(ticket, &envelope, due, false).await,
            Settlement::Held { envelope, due } => self.put_off(ticket, &envelope, due, true).await,
        }
    }

    async fn put_off(&self, ticket: Ticket, envelope: &Envelope, due: Timestamp, held: bool) -> Result<(), StoreError> {
        debug_assert_eq!(envelope.message.id, ticket.message(), "a message is settled with its own ticket");
        let now = self.inner.clock.now();
        // What holds it back has looked at the clock just now.
        let seen = if held { now } else { seen(envelope, due, now) };
        let (record, wait) = (Record::of(envelope)?, Wait { due, seen, held });
        let step = move |draft: &mut Draft<'_>| put_off(draft, ticket, record, &wait);
        self.commit(Durability::Ordered, step).await
    }
}

/// How long a message is put off.
struct Wait {
    due: Timestamp,
    /// What the clock showed when that was chosen.
    seen: Timestamp,
    /// Whether it may be woken before.
    held: bool,
}

struct Ending {
    state: MessageState,
    trail: Vec<TimelineEntry>,
    letters: Vec<DeadLetter>,
    resolved: Option<DeadLetterId>,
    breaches: Vec<Breach>,
    now: Timestamp,
}

impl Ending {
    fn durability(&self, ticket: &Ticket) -> Durability {
        let touches_letters = !self.letters.is_empty() || self.resolved.is_some() || ticket.replay.is_some();
        if touches_letters { Durability::Flushed } else { Durability::Ordered }
    }
}

fn finish(draft: &mut Draft<'_>, ticket: Ticket, ending: Ending, counters: &Counters) -> Result<(), StoreError> {
    let Ending { mut state, trail, letters, resolved, breaches, now } = ending;
    let Ticket { claim, history, replay } = ticket;
    let id = history.id;
    quality::count(draft, &history.flow, &breaches, now)?;
    let filed: Vec<DeadLetterId> = letters.iter().map(|letter| letter.id).collect();
    for letter in letters {
        blocks::bar(draft, &history.flow, claim.queue(), claim.entry.key, letter.id);
        dead_letters::file(draft, counters, letter)?;
    }
    if let Some(resolved) = resolved.filter(|resolved| !filed.contains(resolved)) {
        dead_letters::resolve(draft, counters, resolved, &trail, now)?;
    }
    if replay.is_some() {
        dead_letters::reopen_replaying(draft, counters, id, now)?;
        if dead_letters::any_unsettled(draft, id)? {
            state = MessageState::DeadLettered;
        }
    }
    let ended = MessageLocation::Ended { at: now, history: History { state, trail, ..history } };
    draft.put_record(&keys::location(id), Record::of(&ended)?)?;
    draft.remove_record(&keys::message(claim.entry.seq))?;
    draft.delete(keys::index(claim.entry.seq));
    draft.after_commit(move || claim.finish());
    Ok(())
}

fn put_off(draft: &mut Draft<'_>, ticket: Ticket, record: Record, wait: &Wait) -> Result<(), StoreError> {
    let Wait { due, seen, held } = *wait;
    let seq = ticket.claim.entry.seq;
    let index = IndexEntry {
        id: ticket.message(),
        key: ticket.claim.entry.key,
        since: ticket.claim.entry.since,
        // Zero stands for "at once" on disk. What holds a message back is forgotten by a
        // start, so that its time has come then.
        due: Some(if held { Timestamp(1) } else { due.max(Timestamp(1)) }),
        bytes: record.len(),
        flow: ticket.history.flow.clone(),
    };
    draft.set(keys::index(seq), index.to_bytes());
    draft.put_record(&keys::message(seq), record)?;
    moments::note(draft, seen)?;
    draft.after_commit(move || ticket.claim.put_off(held, due, seen, index.bytes));
    Ok(())
}

/// What the clock showed when `due` was chosen: it may have been set back since, while another delivery of the message
/// was still under way.
fn seen(envelope: &Envelope, due: Timestamp, now: Timestamp) -> Timestamp {
    let latest = envelope.trail.last().map_or(now, |last| last.at);
    if now < latest && latest <= due { latest } else { now }
}
