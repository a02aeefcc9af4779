//! The reference model: a queue with dead letters in plain lists, without regard to speed or disks.

use std::collections::BTreeMap;
use std::time::Duration;

use gantry_core::{DeadLetterId, DeadLetterState, MessageId, MessageState, SkewCorrectedClock, Timestamp};
use gantry_store::{Depth, Ordering};

pub(crate) const FLOWS: [(&str, Ordering); 3] =
    [("ordered", Ordering::PerKey), ("free", Ordering::None), ("strict", Ordering::PerKeyOrBlocked)];

/// How long a dedupe key is remembered, and a dead letter that expires is kept.
pub(crate) const WINDOW: Duration = Duration::from_millis(40);

/// The payload of every new message.
pub(crate) const RECEIVED: &str = "as received";

/// How long a run must have announced a dead letter that it removes, unless half of its time is shorter.
const HOUR: Duration = Duration::from_secs(3600);

/// By how much the value of a message is prolonged whose dead letter is not closed.
const PROLONGED_BY: Duration = Duration::from_secs(3600);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum State {
    Queued,
    Leased,
    /// An operator took it out of the line.
    Claimed,
    /// Until when, on the corrected clock of its flow.
    Later(Timestamp),
    /// Was due at a lease.
    Called,
}

/// A message in the queue.
#[derive(Clone)]
pub(crate) struct Queued {
    pub(crate) id: MessageId,
    pub(crate) flow: usize,
    pub(crate) key: Option<u8>,
    pub(crate) since: Timestamp,
    pub(crate) state: State,
    /// Whether it took over the block of the dead letter whose place it takes.
    pub(crate) took_over: bool,
    /// Until when it was last postponed, as stored: a lease writes nothing, so a restart finds this.
    pub(crate) postponed_until: Option<Timestamp>,
}

/// The answer to a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Answer {
    Stored,
    Supersedes(MessageId),
    DuplicateOf(MessageId),
    /// The whole request is refused.
    Undecided,
}

/// A dead letter of a whole message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Letter {
    pub(crate) flow: usize,
    pub(crate) key: Option<u8>,
    pub(crate) state: DeadLetterState,
    pub(crate) closed_at: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
    /// Since when its removal is announced.
    pub(crate) announced_at: Option<Timestamp>,
    /// The payload of its next replay.
    pub(crate) payload: String,
    /// How many times it was edited.
    pub(crate) edits: usize,
    /// Whether it blocks the later messages of its key.
    pub(crate) blocks: bool,
}

impl Letter {
    /// Whether it has expired and was announced before; announces it if its time comes.
    fn was_announced(&mut self, now: Timestamp, running_since: Timestamp) -> bool {
        let Some(expires_at) = self.expires_at else { return false };
        let notice = WINDOW / 2;
        if let Some(announced_at) = self.announced_at {
            return expires_at <= now
                && announced_at.after(notice) <= now
                && running_since.after(notice.min(HOUR)) <= now;
        }
        if expires_at.before(notice) <= now {
            self.announced_at = Some(now);
        }
        false
    }
}

#[derive(Clone, Default)]
pub(crate) struct Reference {
    /// Messages that have not ended, in the order they were queued.
    pub(crate) messages: Vec<Queued>,
    pub(crate) ended: BTreeMap<MessageId, MessageState>,
    pub(crate) dead_letters: BTreeMap<DeadLetterId, Letter>,
    pub(crate) first: BTreeMap<(usize, u8), (MessageId, Timestamp)>,
    /// Whether a dead letter was acknowledged before its last replay.
    pub(crate) acknowledged_before: BTreeMap<DeadLetterId, bool>,
    clocks: [SkewCorrectedClock; FLOWS.len()],
    seen: Timestamp,
    /// When the first sweep since the last start was made.
    running_since: Option<Timestamp>,
}

impl Reference {
    /// Adds a message, unless it is a duplicate.
    pub(crate) fn enqueue(&mut self, mut new: Queued, dedupe: Option<u8>, now: Timestamp) -> Answer {
        let mut before = None;
        if let Some(dedupe) = dedupe {
            let first = self.first.get(&(new.flow, dedupe)).copied();
            before = first.map(|(first, _)| first).filter(|first| self.is_given_up(*first));
            if let Some((first, _)) = first.filter(|(_, until)| before.is_none() && *until > now) {
                return if self.is_undecided(first) { Answer::Undecided } else { Answer::DuplicateOf(first) };
            }
            self.first.insert((new.flow, dedupe), (new.id, now.after(WINDOW)));
        }
        if let Some(dead_letter) = before.and_then(|before| self.dead_letters.get_mut(&whole(before)))
            && matches!(dead_letter.state, DeadLetterState::Open | DeadLetterState::Acknowledged)
        {
            new.took_over = std::mem::take(&mut dead_letter.blocks) && dead_letter.key == new.key;
            dead_letter.state = DeadLetterState::Superseded;
            dead_letter.closed_at = Some(now);
        }
        self.messages.push(new);
        before.map_or(Answer::Stored, Answer::Supersedes)
    }

    /// Whether a message is being replayed with another payload than that of every new one.
    fn is_undecided(&self, message: MessageId) -> bool {
        self.dead_letters.get(&whole(message)).is_some_and(|dead_letter| {
            dead_letter.state == DeadLetterState::Replaying && dead_letter.payload != RECEIVED
        })
    }

    /// Whether the keys of a message no longer belong to it.
    pub(crate) fn is_given_up(&self, message: MessageId) -> bool {
        self.dead_letters.get(&whole(message)).is_some_and(|dead_letter| {
            !matches!(dead_letter.state, DeadLetterState::Replaying | DeadLetterState::Resolved)
        })
    }

    /// The messages that are about to be leased now.
    pub(crate) fn ready(&mut self, flow: usize, now: Timestamp) -> Vec<MessageId> {
        self.call_due(flow, now);
        let waiting = self.messages.iter().filter(|message| message.flow == flow);
        let due = waiting.filter(|message| matches!(message.state, State::Queued | State::Called));
        due.filter(|message| self.has_its_turn(message)).map(|message| message.id).collect()
    }

    /// Whether this message in the queue is a replay, or must go before one.
    pub(crate) fn is_for_replays(&self, id: MessageId) -> bool {
        let is_replay = |message: &Queued| {
            self.dead_letters.get(&whole(message.id)).is_some_and(|letter| letter.state == DeadLetterState::Replaying)
        };
        let mut from_here = self.messages.iter().skip_while(|message| message.id != id);
        let Some(message) = from_here.next() else { return false };
        let is_ordered = FLOWS[message.flow].1 != Ordering::None && message.key.is_some();
        let mut later = from_here.filter(|other| other.flow == message.flow && other.key == message.key);
        is_replay(message) || is_ordered && later.any(is_replay)
    }

    /// Whether no other message of the same key comes first.
    pub(crate) fn has_its_turn(&self, message: &Queued) -> bool {
        let holds_its_key = message.state == State::Called;
        if FLOWS[message.flow].1 == Ordering::None || message.key.is_none() || holds_its_key {
            return true;
        }
        let same_key = || self.messages.iter().filter(|other| other.flow == message.flow && other.key == message.key);
        // A message that was taken once holds the key until it has ended.
        let holder = same_key().find(|other| !matches!(other.state, State::Queued | State::Claimed));
        let next = same_key().find(|other| !self.is_blocked(message.flow, message.key) || self.passes(other));
        holder.or(next).is_some_and(|next| next.id == message.id)
    }

    /// Marks messages that are due at a lease: they stay ready even if the clock goes back by less than is noticed.
    fn call_due(&mut self, flow: usize, now: Timestamp) {
        let corrected = self.clocks[flow].at(now);
        for message in self.messages.iter_mut().filter(|message| message.flow == flow) {
            if matches!(message.state, State::Later(due) if due <= corrected) {
                message.state = State::Called;
            }
        }
    }

    pub(crate) fn is_blocked(&self, flow: usize, key: Option<u8>) -> bool {
        FLOWS[flow].1 == Ordering::PerKeyOrBlocked
            && key.is_some()
            && self
                .dead_letters
                .values()
                .any(|dead_letter| dead_letter.blocks && dead_letter.flow == flow && dead_letter.key == key)
            || self.messages.iter().any(|message| message.took_over && message.flow == flow && message.key == key)
    }

    /// Whether the message is the replay of a dead letter that blocks the key, or took its place, and so may pass.
    fn passes(&self, message: &Queued) -> bool {
        message.took_over || self.dead_letters.get(&whole(message.id)).is_some_and(|dead_letter| dead_letter.blocks)
    }

    pub(crate) fn depth(&self, flow: usize, now: Timestamp) -> Depth {
        let corrected = self.clocks[flow].clone().at(now);
        let mut depth = Depth::default();
        for message in self.messages.iter().filter(|message| message.flow == flow) {
            match message.state {
                State::Queued | State::Called => depth.queued += 1,
                State::Leased | State::Claimed => depth.leased += 1,
                State::Later(due) if due <= corrected => depth.queued += 1,
                State::Later(..) => depth.scheduled += 1,
            }
            depth.oldest = Some(depth.oldest.map_or(message.since, |oldest| oldest.min(message.since)));
        }
        depth.blocked_keys = (0..=u8::MAX).filter(|key| self.is_blocked(flow, Some(*key))).count();
        depth
    }

    pub(crate) fn get(&mut self, id: MessageId) -> &mut Queued {
        self.messages.iter_mut().find(|message| message.id == id).unwrap()
    }

    pub(crate) fn postpone(&mut self, id: MessageId, due: Timestamp, now: Timestamp) {
        let flow = self.get(id).flow;
        self.seen = self.seen.max(now);
        self.clocks[flow].at(now);
        let corrected = self.clocks[flow].of(due);
        let message = self.get(id);
        message.state = State::Later(corrected);
        message.postponed_until = Some(due);
    }

    /// Ends a message; with `dead_letter`, as a dead letter, which replaces the one of an earlier run.
    pub(crate) fn end(&mut self, id: MessageId, state: MessageState, dead_letter: Option<Letter>, now: Timestamp) {
        self.messages.retain(|message| message.id != id);
        self.ended.insert(id, state);
        let before = self.dead_letters.remove(&whole(id));
        let letter_id = whole(id);
        match (dead_letter, before) {
            (Some(dead_letter), before) => {
                let edits = before.as_ref().map_or(0, |before| before.edits);
                let as_before = before.filter(|before| before.expires_at == dead_letter.expires_at);
                let announced_at = as_before.and_then(|before| before.announced_at);
                self.dead_letters.insert(letter_id, Letter { edits, announced_at, ..dead_letter });
            }
            (None, Some(before)) => {
                let state = DeadLetterState::Resolved;
                let closed_at = Some(now);
                self.dead_letters.insert(letter_id, Letter { state, closed_at, blocks: false, ..before });
            }
            (None, None) => {}
        }
    }

    /// Edits a waiting dead letter without replaying it.
    pub(crate) fn edit(&mut self, id: DeadLetterId, edit: String) {
        let dead_letter = self.dead_letters.get_mut(&id).unwrap();
        dead_letter.payload = edit;
        dead_letter.edits += 1;
    }

    /// Replays a dead letter.
    pub(crate) fn replay(&mut self, id: DeadLetterId, edit: Option<String>, now: Timestamp) {
        let dead_letter = self.dead_letters.get_mut(&id).unwrap();
        let was_acknowledged = dead_letter.state == DeadLetterState::Acknowledged;
        dead_letter.state = DeadLetterState::Replaying;
        if let Some(edit) = edit {
            dead_letter.payload = edit;
            dead_letter.edits += 1;
        }
        let flow = dead_letter.flow;
        let key = dead_letter.key;
        self.acknowledged_before.insert(id, was_acknowledged);
        self.ended.remove(&id.message);
        let id = id.message;
        self.messages.push(Queued {
            id,
            flow,
            key,
            since: now,
            state: State::Queued,
            took_over: false,
            postponed_until: None,
        });
    }

    pub(crate) fn close(&mut self, id: DeadLetterId, state: DeadLetterState, now: Timestamp) {
        let dead_letter = self.dead_letters.get_mut(&id).unwrap();
        dead_letter.state = state;
        dead_letter.closed_at = Some(now);
        dead_letter.blocks = false;
    }

    /// Letters that are open or acknowledged.
    pub(crate) fn waiting(&self) -> Vec<DeadLetterId> {
        self.dead_letters
            .iter()
            .filter(|(_, dead_letter)| {
                matches!(dead_letter.state, DeadLetterState::Open | DeadLetterState::Acknowledged)
            })
            .map(|(id, _)| *id)
            .collect()
    }

    /// Removes what is old enough.
    pub(crate) fn sweep(&mut self, keep: Duration, now: Timestamp) {
        let old = now.before(keep);
        let running_since = *self.running_since.get_or_insert(now);
        let first = &mut self.first;
        self.dead_letters.retain(|id, dead_letter| {
            let expired = dead_letter.expires_at.is_some_and(|at| at <= now);
            let stays = match dead_letter.state {
                DeadLetterState::Replaying => true,
                state if state.is_closed() => !expired && dead_letter.closed_at.is_none_or(|at| at > old),
                _ => !dead_letter.was_announced(now, running_since),
            };
            if !stays && dead_letter.state != DeadLetterState::Resolved {
                first.retain(|_, (first, _)| *first != id.message);
            }
            stays
        });
        for (message, until) in self.first.values_mut().filter(|(_, until)| *until <= now) {
            let dead_letter = self.dead_letters.get(&whole(*message));
            if dead_letter.is_some_and(|dead_letter| dead_letter.closed_at.is_none()) {
                *until = now.after(PROLONGED_BY);
            }
        }
        self.first.retain(|_, (_, until)| *until > now);
    }

    /// Leases and the corrected clock are in memory only. Stored due times are read against the latest time at which a
    /// message was postponed.
    pub(crate) fn restart(&mut self) {
        self.clocks = Default::default();
        self.running_since = None;
        for message in &mut self.messages {
            message.state = match message.postponed_until {
                Some(due) => {
                    self.clocks[message.flow].at(self.seen);
                    State::Later(self.clocks[message.flow].of(due))
                }
                None => State::Queued,
            };
        }
    }
}

pub(crate) const fn whole(message: MessageId) -> DeadLetterId {
    DeadLetterId { message, position: None }
}
