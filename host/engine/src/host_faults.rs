//! What happens to a message that makes the host itself panic while it is delivered or settled. A panic lets go of the
//! message's lease, and a message that is let go of is the next one in the queue: without this, it would come back at once
//! and make the host panic for ever.
//!
//! Counted in memory, by message: the first time it is tried again after a pause, the second time it is given up. Should
//! even that end in a panic, it comes back after ever longer pauses. (A panic in a step is the transformer's own affair.)

use std::collections::HashMap;
use std::time::Duration;

use gantry_core::{MessageId, Stage};
use parking_lot::Mutex;

use crate::state::{Failure, Transformed, Verdict};

/// With so many panics a message is given up.
const MOST_PANICS: u32 = 2;

/// How long a message waits after its first panic; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest of these pauses.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The messages of a flow that made the host panic.
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

    /// The host panicked over this message; how often it did so by now.
    pub(crate) fn count(&self, message: MessageId) -> u32 {
        let mut panics = self.panics.lock();
        let count = panics.entry(message).or_default();
        *count = count.saturating_add(1);
        *count
    }

    /// The message is settled.
    pub(crate) fn forget(&self, message: MessageId) {
        self.panics.lock().remove(&message);
    }

    /// How long this message is left alone before it is delivered; none for those that never made the host panic.
    pub(crate) fn pause(&self, message: MessageId) -> Option<Duration> {
        let panics = *self.panics.lock().get(&message)?;
        let doublings = panics.saturating_sub(1);
        Some(self.first_pause.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST_PAUSE))
    }

    /// The message as it is to be worked on: given up, if it has made the host panic too often.
    pub(crate) fn judge(&self, transformed: Transformed) -> Transformed {
        let message = transformed.lease.envelope.message.id;
        let panics = self.panics.lock().get(&message).copied().unwrap_or_default();
        if panics < MOST_PANICS {
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
