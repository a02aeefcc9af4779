//! The model: what a queue with dead letters must do, in plain lists, without a thought for speed or disks.

use std::collections::BTreeMap;
use std::time::Duration;

use gantry_core::{DeadLetterId, DeadLetterState, MessageId, MessageState, SkewCorrectedClock, Timestamp};
use gantry_store::{Depth, Ordering};

pub(crate) const FLOWS: [(&str, Ordering); 3] =
    [("ordered", Ordering::PerKey), ("free", Ordering::None), ("strict", Ordering::PerKeyOrBlocked)];

/// How long a dedupe key is remembered, and a letter that expires is kept.
pub(crate) const WINDOW: Duration = Duration::from_millis(40);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum State {
    Queued,
    Leased,
    /// Until when, on the steady scale of its flow.
    Later(Timestamp),
    /// Was due when somebody asked for work.
    Called,
}

/// A message in the queue.
pub(crate) struct Queued {
    pub(crate) id: MessageId,
    pub(crate) flow: usize,
    pub(crate) key: Option<u8>,
    pub(crate) since: Timestamp,
    pub(crate) state: State,
    /// Until when it was put off last, as written down: leasing it writes nothing, so a restart finds this.
    pub(crate) put_off_until: Option<Timestamp>,
}

/// A dead letter of a whole message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Letter {
    pub(crate) flow: usize,
    pub(crate) key: Option<u8>,
    pub(crate) state: DeadLetterState,
    pub(crate) closed_at: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
    /// What its next run works on.
    pub(crate) payload: String,
    /// How often it was edited.
    pub(crate) edits: usize,
    /// Whether it holds up the later messages of its key.
    pub(crate) bars: bool,
}

#[derive(Default)]
pub(crate) struct Paper {
    /// Messages that have not ended, in the order they were queued.
    pub(crate) messages: Vec<Queued>,
    pub(crate) ended: BTreeMap<MessageId, MessageState>,
    pub(crate) letters: BTreeMap<DeadLetterId, Letter>,
    pub(crate) first: BTreeMap<(usize, u8), (MessageId, Timestamp)>,
    clocks: [SkewCorrectedClock; FLOWS.len()],
    seen: Timestamp,
}

impl Paper {
    /// What is said of a new message: the one it is a duplicate of, or that it is in the queue from now on.
    pub(crate) fn enqueue(&mut self, new: Queued, dedupe: Option<u8>, now: Timestamp) -> Option<MessageId> {
        if let Some(dedupe) = dedupe {
            let first = self.first.get(&(new.flow, dedupe)).filter(|(_, until)| *until > now);
            if let Some((first, _)) = first {
                return Some(*first);
            }
            self.first.insert((new.flow, dedupe), (new.id, now.after(WINDOW)));
        }
        self.messages.push(new);
        None
    }

    /// Those that may be leased now, which somebody is about to ask for.
    pub(crate) fn ready(&mut self, flow: usize, now: Timestamp) -> Vec<MessageId> {
        self.call_due(flow, now);
        let due = |message: &Queued| matches!(message.state, State::Queued | State::Called);
        let all = || self.messages.iter().filter(|message| message.flow == flow);
        let has_its_turn = |message: &Queued| {
            if FLOWS[flow].1 == Ordering::None || message.key.is_none() {
                return true;
            }
            let same_key = || all().filter(|other| other.key == message.key);
            // Who was taken once keeps the key until it has ended.
            let holder = same_key().find(|other| other.state != State::Queued);
            let next = same_key().find(|other| !self.is_barred(flow, message.key) || self.passes(other));
            holder.or(next).is_some_and(|next| next.id == message.id)
        };
        all().filter(|message| due(message) && has_its_turn(message)).map(|message| message.id).collect()
    }

    /// Who is due when somebody asks for work is in line from then on, even when the clock goes back by less than is noticed.
    fn call_due(&mut self, flow: usize, now: Timestamp) {
        let corrected = self.clocks[flow].at(now);
        for message in self.messages.iter_mut().filter(|message| message.flow == flow) {
            if matches!(message.state, State::Later(due) if due <= corrected) {
                message.state = State::Called;
            }
        }
    }

    pub(crate) fn is_barred(&self, flow: usize, key: Option<u8>) -> bool {
        FLOWS[flow].1 == Ordering::PerKeyOrBlocked
            && key.is_some()
            && self.letters.values().any(|letter| letter.bars && letter.flow == flow && letter.key == key)
    }

    /// The replay of a letter that bars the key is let past it.
    fn passes(&self, message: &Queued) -> bool {
        self.letters.get(&whole(message.id)).is_some_and(|letter| letter.bars)
    }

    pub(crate) fn depth(&self, flow: usize, now: Timestamp) -> Depth {
        let corrected = self.clocks[flow].clone().at(now);
        let mut depth = Depth::default();
        for message in self.messages.iter().filter(|message| message.flow == flow) {
            match message.state {
                State::Queued | State::Called => depth.queued += 1,
                State::Leased => depth.leased += 1,
                State::Later(due) if due <= corrected => depth.queued += 1,
                State::Later(..) => depth.scheduled += 1,
            }
            depth.oldest = Some(depth.oldest.map_or(message.since, |oldest| oldest.min(message.since)));
        }
        depth.blocked_keys = (0..=u8::MAX).filter(|key| self.is_barred(flow, Some(*key))).count();
        depth
    }

    pub(crate) fn get(&mut self, id: MessageId) -> &mut Queued {
        self.messages.iter_mut().find(|message| message.id == id).unwrap()
    }

    pub(crate) fn put_off(&mut self, id: MessageId, due: Timestamp, now: Timestamp) {
        let flow = self.get(id).flow;
        self.seen = self.seen.max(now);
        self.clocks[flow].at(now);
        let corrected = self.clocks[flow].of(due);
        let message = self.get(id);
        message.state = State::Later(corrected);
        message.put_off_until = Some(due);
    }

    /// It has ended; with `letter` as a dead letter, which a replay files anew.
    pub(crate) fn end(&mut self, id: MessageId, state: MessageState, letter: Option<Letter>, now: Timestamp) {
        self.messages.retain(|message| message.id != id);
        self.ended.insert(id, state);
        let (before, letter_id) = (self.letters.remove(&whole(id)), whole(id));
        match (letter, before) {
            (Some(letter), before) => {
                let edits = before.map_or(0, |before| before.edits);
                self.letters.insert(letter_id, Letter { edits, ..letter });
            }
            (None, Some(before)) => {
                let (state, closed_at) = (DeadLetterState::Resolved, Some(now));
                self.letters.insert(letter_id, Letter { state, closed_at, bars: false, ..before });
            }
            (None, None) => {}
        }
    }

    /// A letter is put back to work.
    pub(crate) fn replay(&mut self, id: DeadLetterId, edit: Option<String>, now: Timestamp) {
        let letter = self.letters.get_mut(&id).unwrap();
        letter.state = DeadLetterState::Replaying;
        if let Some(edit) = edit {
            letter.payload = edit;
            letter.edits += 1;
        }
        let (flow, key) = (letter.flow, letter.key);
        self.ended.remove(&id.message);
        let id = id.message;
        self.messages.push(Queued { id, flow, key, since: now, state: State::Queued, put_off_until: None });
    }

    pub(crate) fn close(&mut self, id: DeadLetterId, state: DeadLetterState, now: Timestamp) {
        let letter = self.letters.get_mut(&id).unwrap();
        (letter.state, letter.closed_at, letter.bars) = (state, Some(now), false);
    }

    /// Letters that wait for an operator.
    pub(crate) fn waiting(&self) -> Vec<DeadLetterId> {
        let waits = |letter: &Letter| matches!(letter.state, DeadLetterState::Open | DeadLetterState::Acknowledged);
        self.letters.iter().filter(|(_, letter)| waits(letter)).map(|(id, _)| *id).collect()
    }

    /// What has had its time goes.
    pub(crate) fn sweep(&mut self, keep: Duration, now: Timestamp) {
        let old = now.before(keep);
        self.letters.retain(|_, letter| {
            let expired = letter.expires_at.is_some_and(|at| at <= now);
            let closed_long_ago = letter.closed_at.is_some_and(|at| at <= old);
            letter.state == DeadLetterState::Replaying || !(expired || closed_long_ago)
        });
        self.first.retain(|_, (_, until)| *until > now);
    }

    /// Leases live in memory, and so does what the clock showed; what was written down is read against the latest time
    /// by which anything was put off.
    pub(crate) fn restart(&mut self) {
        self.clocks = Default::default();
        for message in &mut self.messages {
            message.state = match message.put_off_until {
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
