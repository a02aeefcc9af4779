//! Whether a refusal (401, 403, 404, 405, a redirect) is about the target or about one message, judged by what else the
//! target accepts.
//!
//! A target that has accepted nothing since the start, that refuses [`IN_A_ROW`] deliveries in a row, or that refuses the
//! same delivery again before it accepts another one, refuses the host, or is not where the flow says: no message is to
//! blame. A delivery that is refused again while others were accepted in between is refused for what it contains, as a web
//! application firewall does: that is the message's own failure.
//!
//! Kept in memory only: after a restart the evidence is collected anew.

use std::collections::{HashMap, VecDeque};

use crate::id::DeadLetterId;

/// Deliveries refused in a row, with none accepted in between, that show that the target refuses all of them.
pub const IN_A_ROW: u32 = 3;

/// Refused deliveries that are remembered; the oldest is forgotten first.
const REMEMBERED: usize = 1024;

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The message: others were accepted since it was first refused.
    OfMessage,
    /// The target, whatever the message. `again`: this delivery was refused before.
    OfTarget {
        /// Whether this delivery was refused before.
        again: bool,
    },
    /// Not known yet: the target has accepted others, and this delivery was refused for the first time.
    Undecided,
}

/// What a target refused and accepted.
#[derive(Clone, Debug, Default)]
pub struct Refusals {
    accepted: u64,
    in_a_row: u32,
    /// Each refused delivery, with how many the target had accepted by then.
    refused: HashMap<DeadLetterId, u64>,
    oldest_first: VecDeque<DeadLetterId>,
}

impl Refusals {
    /// The target accepted a delivery, or judged its content, which it does only for known senders and at the right place.
    pub fn accept(&mut self, delivery: DeadLetterId) {
        self.accepted += 1;
        self.in_a_row = 0;
        self.forget(delivery);
    }

    /// The target refused this delivery.
    pub fn refuse(&mut self, delivery: DeadLetterId) -> Refusal {
        match self.refused.get(&delivery) {
            Some(accepted) if *accepted < self.accepted => {
                self.forget(delivery);
                Refusal::OfMessage
            }
            Some(_) => Refusal::OfTarget { again: true },
            None => {
                self.remember(delivery);
                self.in_a_row += 1;
                let is_known_to_accept = self.accepted > 0 && self.in_a_row < IN_A_ROW;
                if is_known_to_accept { Refusal::Undecided } else { Refusal::OfTarget { again: false } }
            }
        }
    }

    /// Whether this delivery was refused, and not accepted since.
    #[must_use]
    pub fn has_refused(&self, delivery: DeadLetterId) -> bool {
        self.refused.contains_key(&delivery)
    }

    fn remember(&mut self, delivery: DeadLetterId) {
        if self.oldest_first.len() >= REMEMBERED
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.refused.remove(&oldest);
        }
        self.refused.insert(delivery, self.accepted);
        self.oldest_first.push_back(delivery);
    }

    fn forget(&mut self, delivery: DeadLetterId) {
        if self.refused.remove(&delivery).is_some() {
            self.oldest_first.retain(|other| *other != delivery);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MessageId;

    fn delivery() -> DeadLetterId {
        DeadLetterId { message: MessageId::generate(), position: Some(0) }
    }

    #[test]
    fn a_target_that_never_accepted_anything_refuses_all() {
        assert_eq!(Refusals::default().refuse(delivery()), Refusal::OfTarget { again: false });
    }

    #[test]
    fn a_delivery_that_is_refused_while_others_pass_is_refused_for_what_it_contains() {
        let blocked = delivery();
        let mut refusals = Refusals::default();
        refusals.accept(delivery());
        assert_eq!(refusals.refuse(blocked), Refusal::Undecided);
        refusals.accept(delivery());
        assert_eq!(refusals.refuse(blocked), Refusal::OfMessage);
    }

    #[test]
    fn several_in_a_row_or_the_same_again_with_none_accepted_in_between_speak_of_the_target() {
        let mut refusals = Refusals::default();
        refusals.accept(delivery());
        let first = delivery();
        assert_eq!(refusals.refuse(first), Refusal::Undecided);
        assert_eq!(refusals.refuse(first), Refusal::OfTarget { again: true });
        assert_eq!(refusals.refuse(delivery()), Refusal::Undecided);
        assert_eq!(refusals.refuse(delivery()), Refusal::OfTarget { again: false });
    }

    #[test]
    fn the_oldest_of_too_many_refused_deliveries_is_forgotten() {
        let mut refusals = Refusals::default();
        let first = delivery();
        refusals.refuse(first);
        (0..REMEMBERED).for_each(|_| {
            refusals.refuse(delivery());
        });
        assert_eq!(refusals.refused.len(), REMEMBERED);
        assert_eq!(refusals.refuse(first), Refusal::OfTarget { again: false });
    }
}
