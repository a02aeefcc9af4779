//! The gate before a target: how many deliveries pass at once, and whether any pass at all.
//!
//! A target that answers 401 or 403 refuses the host, not the message. It is paused: deliveries wait without
//! spending attempts, and one at a time is let through to find out whether the credentials work again.

use std::time::Duration;

use gantry_core::Timestamp;
use parking_lot::Mutex;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How long a paused target is left alone before one delivery probes it.
pub(crate) const PAUSE: Duration = Duration::from_secs(30);

/// Lets deliveries through to one target.
pub(crate) struct Gate {
    room: Semaphore,
    paused_until: Mutex<Option<Timestamp>>,
}

/// May this delivery be attempted now?
pub(crate) enum Pass<'a> {
    /// Yes, while this is held.
    Go(SemaphorePermit<'a>),
    /// The target is paused until then; no attempt is spent.
    Wait(Timestamp),
}

impl Gate {
    pub(crate) fn new(concurrency: usize) -> Self {
        Self { room: Semaphore::new(concurrency), paused_until: Mutex::new(None) }
    }

    /// Waits for room; answers at once when the target is paused.
    pub(crate) async fn pass(&self, now: impl Fn() -> Timestamp) -> Pass<'_> {
        let Ok(permit) = self.room.acquire().await else {
            // The semaphore is never closed; waiting a while is the harmless reading.
            return Pass::Wait(now().after(PAUSE));
        };
        let now = now();
        let mut paused = self.paused_until.lock();
        match *paused {
            Some(until) if until > now => Pass::Wait(until),
            Some(_) => {
                // This delivery is the probe; the others wait for what it finds.
                *paused = Some(now.after(PAUSE));
                Pass::Go(permit)
            }
            None => Pass::Go(permit),
        }
    }

    /// Closes the gate for a while. True when it was open before.
    pub(crate) fn pause(&self, now: Timestamp) -> (bool, Timestamp) {
        let until = now.after(PAUSE);
        let was_open = self.paused_until.lock().replace(until).is_none();
        (was_open, until)
    }

    /// Opens the gate: the target answered. True when it was paused before.
    pub(crate) fn open(&self) -> bool {
        self.paused_until.lock().take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_paused_target_lets_one_probe_through_when_the_pause_ends() {
        let gate = Gate::new(4);
        let start = Timestamp(1_000);
        assert!(gate.pause(start).0);
        assert!(matches!(gate.pass(|| start).await, Pass::Wait(_)));
        let later = start.after(PAUSE);
        assert!(matches!(gate.pass(|| later).await, Pass::Go(_)));
        assert!(matches!(gate.pass(|| later).await, Pass::Wait(_)), "only one probe at a time");
        assert!(gate.open());
        assert!(matches!(gate.pass(|| later).await, Pass::Go(_)));
    }
}
