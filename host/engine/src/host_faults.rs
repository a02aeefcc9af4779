//! What happens to a message on which the host itself panics during delivery or settlement. A panic releases the
//! message's lease, and a released message is first in the queue: without this module, it would be leased again at once
//! and make the host panic for ever.
//!
//! Panics are counted in memory, per message: after the first, the message is run again after a pause; after the
//! second, it is given up. If giving it up panics too, it is run again after ever longer pauses. (The transformer
//! handles panics in steps.)

use std::collections::HashMap;
use std::time::Duration;

use gantry_core::{MessageId, Stage};
use parking_lot::Mutex;

use crate::state::{Failure, Transformed, Verdict};

/// After this many panics a message is given up.
const MAX_PANICS: u32 = 2;

/// How long a message waits after its first panic; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest of these pauses.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// The messages of a flow on which the host panicked.
pub(crate) struct HostFaults {
    panics: Mutex<HashMap<MessageId, u32>>,
    first_pause: Duration,
}

impl Default for HostFaults {
    fn default() -> Self {
        Self { panics: Mutex::default(), first_pause: FIRST_PAUSE }
    }
}

impl HostFaults {
    /// Without pauses, for tests.
    #[cfg(test)]
    pub(crate) fn without_pauses() -> Self {
        Self { panics: Mutex::default(), first_pause: Duration::ZERO }
    }

    /// Counts a panic on this message. Returns how many there were so far.
    pub(crate) fn count(&self, message: MessageId) -> u32 {
        let mut panics = self.panics.lock();
        let count = panics.entry(message).or_default();
        *count = count.saturating_add(1);
        *count
    }

    /// Forgets a message that is settled.
    pub(crate) fn forget(&self, message: MessageId) {
        self.panics.lock().remove(&message);
    }

    /// How long to wait before this message is delivered; none if the host never panicked on it.
    pub(crate) fn pause(&self, message: MessageId) -> Option<Duration> {
        let panics = *self.panics.lock().get(&message)?;
        let doublings = panics.saturating_sub(1);
        Some(self.first_pause.saturating_mul(2_u32.saturating_pow(doublings)).min(MAX_PAUSE))
    }

    /// Gives the message up if the host panicked on it too often.
    pub(crate) fn give_up_repeated(&self, transformed: Transformed) -> Transformed {
        let message = transformed.lease.envelope.message.id;
        let panics = self.panics.lock().get(&message).copied().unwrap_or_default();
        if panics < MAX_PANICS {
            return transformed;
        }
        Transformed { verdict: Verdict::GiveUp(Failure::host_panic(Stage::Deliver)), ..transformed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_with_the_panics_of_a_message_and_end_when_it_is_settled() {
        let faults = HostFaults::default();
        let message = MessageId::generate();
        assert_eq!(faults.pause(message), None);
        let pauses: Vec<_> = (1..=8)
            .map(|panics| {
                assert_eq!(faults.count(message), panics);
                faults.pause(message).map(|pause| pause.as_secs())
            })
            .collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60].map(Some));
        assert_eq!(faults.pause(MessageId::generate()), None, "of another message");
        faults.forget(message);
        assert_eq!(faults.pause(message), None);
    }
}
