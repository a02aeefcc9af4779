//! What operators do with the queue: list it, take messages out wherever they wait, put them back, withdraw, discard or
//! move them.

use gantry_core::{Clock, DeadLetterState, MessageId, MessageState, Resolution, Timestamp};
use gantry_store::{Leased, NotMoved, QueueFilter, QueuePage, QueuePlace, Withdrawal};

use super::Run;
use super::reference::{FLOWS, Letter, State, whole};
use crate::support::{dead_letter, flow};

const ALL: QueuePage = QueuePage { newest_first: false, after: None, limit: 10_000 };

impl Run {
    pub(super) async fn claim(&mut self, which: Vec<usize>) {
        let messages = &self.reference.messages;
        if messages.is_empty() {
            return;
        }
        let ids: Vec<_> = which.into_iter().map(|which| messages[which % messages.len()].id).collect();
        let filter = QueueFilter { messages: ids.clone(), ..QueueFilter::default() };
        let claimed = self.store.claim_queued(filter, None, ids.len()).await.unwrap().claimed;
        let mut expected: Vec<_> = ids.iter().filter(|id| !is_taken(self.reference.get(**id).state)).collect();
        let mut found: Vec<_> = claimed.iter().map(|leased| &leased.envelope.message.id).collect();
        expected.sort();
        expected.dedup();
        found.sort();
        assert_eq!(found, expected, "what is leased is left, all else is taken");
        for leased in claimed {
            let message = self.reference.get(leased.envelope.message.id);
            let before = match message.state {
                State::Later(due) => State::Later(due),
                _ => State::Queued,
            };
            // What waits for its due time holds its key; what is in line holds back only what comes after.
            message.state = if before == State::Queued { State::Claimed } else { State::Leased };
            self.claims.push((leased, before));
        }
    }

    pub(super) fn return_claim(&mut self, which: usize) {
        if let Some((leased, before)) = self.one_claim(which) {
            self.reference.get(leased.envelope.message.id).state = before;
        }
    }

    fn one_claim(&mut self, which: usize) -> Option<(Leased, State)> {
        let len = self.claims.len();
        (len > 0).then(|| self.claims.swap_remove(which % len))
    }

    pub(super) async fn withdraw(&mut self, which: usize, discards: bool) {
        let Some((Leased { envelope, ticket }, _)) = self.one_claim(which) else { return };
        let now = self.bench.clock.now();
        let id = envelope.message.id;
        let queued = self.reference.get(id).clone();
        let mut dead_letters = Vec::new();
        let expected = if let Some(before) = self.reference.dead_letters.get(&whole(id)) {
            let was_acknowledged = self.reference.acknowledged_before[&whole(id)];
            let state = if was_acknowledged { DeadLetterState::Acknowledged } else { DeadLetterState::Open };
            Letter { state, ..before.clone() }
        } else {
            let mut filed = dead_letter(&envelope, None, "withdrawn");
            filed.state = DeadLetterState::Acknowledged;
            let payload = String::from_utf8(envelope.message.payload.to_vec()).unwrap();
            let blocks = FLOWS[queued.flow].1 == gantry_store::Ordering::PerKeyOrBlocked && queued.key.is_some();
            dead_letters.push(filed);
            Letter {
                flow: queued.flow,
                key: queued.key,
                state: DeadLetterState::Acknowledged,
                closed_at: None,
                expires_at: None,
                announced_at: None,
                payload,
                edits: 0,
                blocks,
            }
        };
        self.reference.end(id, MessageState::DeadLettered, Some(expected), now);
        if discards {
            self.reference.close(whole(id), DeadLetterState::Discarded, now);
        }
        let resolution = Resolution { at: now, by: "ann".into(), reason: "not needed".into() };
        let withdrawal = Withdrawal { ticket, timeline: envelope.timeline, dead_letters };
        self.store.withdraw(vec![withdrawal], discards.then_some(resolution)).await.unwrap();
    }

    pub(super) async fn move_to(&mut self, which: usize, to: usize) {
        let Some((leased, before)) = self.one_claim(which) else { return };
        let now = self.bench.clock.now();
        let id = leased.envelope.message.id;
        let is_replay = leased.envelope.replay.is_some();
        let dedupe = leased.envelope.dedupe_key.as_deref().map(|key| key.parse::<u8>().unwrap());
        let moved = self.store.move_queued(vec![leased], flow(FLOWS[to].0), "ann".into()).await.unwrap();
        let is_duplicate = dedupe.is_some_and(|dedupe| self.belongs_to_another(to, dedupe, id, now));
        let expected = match (is_replay, is_duplicate) {
            (true, _) => Some(NotMoved::Replay),
            (false, true) => Some(NotMoved::Duplicate),
            (false, false) => None,
        };
        assert_eq!(moved[0].stayed, expected);
        if expected.is_some() {
            self.reference.get(id).state = before;
            return;
        }
        let mut queued = self.reference.get(id).clone();
        self.reference.messages.retain(|message| message.id != id);
        if let Some(dedupe) = dedupe
            && let Some(own) = self.reference.first.remove(&(queued.flow, dedupe)).filter(|own| own.0 == id)
        {
            self.reference.first.insert((to, dedupe), own);
        }
        queued.flow = to;
        queued.since = now;
        queued.state = State::Queued;
        queued.took_over = false;
        queued.postponed_until = None;
        self.reference.messages.push(queued);
    }

    /// Whether a dedupe value of a flow belongs to another message.
    fn belongs_to_another(&self, flow: usize, dedupe: u8, id: MessageId, now: Timestamp) -> bool {
        let first = self.reference.first.get(&(flow, dedupe));
        first.is_some_and(|(other, until)| *other != id && *until > now && !self.reference.is_given_up(*other))
    }

    /// The list of the queue is the model's, in its order, and each message is said to wait for what it waits for.
    pub(super) async fn check_queue(&self) {
        let listed = self.store.queued(QueueFilter::default(), ALL).await.unwrap().messages;
        let ids: Vec<_> = listed.iter().map(|message| message.id).collect();
        let expected: Vec<_> = self.reference.messages.iter().map(|message| message.id).collect();
        assert_eq!(ids, expected);
        for (message, expected) in listed.iter().zip(&self.reference.messages) {
            assert_eq!((message.flow.as_str(), message.queued_at), (FLOWS[expected.flow].0, expected.since));
            let is_as_expected = match &message.place {
                QueuePlace::InProgress => is_taken(expected.state),
                QueuePlace::Until { .. } => matches!(expected.state, State::Later(_)),
                QueuePlace::Held { .. } => false,
                QueuePlace::InLine { .. } => is_waiting(expected.state) && self.reference.has_its_turn(expected),
                QueuePlace::BehindMessage { message: other } => {
                    is_waiting(expected.state) && !self.reference.has_its_turn(expected) && *other != message.id
                }
                QueuePlace::BehindDeadLetters { dead_letters } => {
                    is_waiting(expected.state)
                        && !dead_letters.is_empty()
                        && self.reference.is_blocked(expected.flow, expected.key)
                }
            };
            assert!(is_as_expected, "{:?}, but it is {:?}", message.place, expected.state);
        }
    }
}

/// Whether a worker or an operator has taken a message.
const fn is_taken(state: State) -> bool {
    matches!(state, State::Leased | State::Claimed)
}

/// Whether a message waits in line.
const fn is_waiting(state: State) -> bool {
    matches!(state, State::Queued | State::Called | State::Later(_))
}
