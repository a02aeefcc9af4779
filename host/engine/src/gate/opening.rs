//! What happens when a gate opens: the opening is counted, a suspended worker is notified, and the queue is woken.
//! Whoever opens a gate need not care about the messages that it held back.
//!
//! A message that is still on its way back to the queue when the gate opens can't be woken yet. Its [`OpenEpoch`], taken
//! before the attempt, shows afterwards that it missed the opening.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

/// Wakes the messages that a gate held back; called each time it opens.
pub type WakeQueue = Arc<dyn Fn() + Send + Sync>;

/// How often a gate had opened at a given time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenEpoch(u64);

/// Counts openings and wakes what waits for one.
pub(super) struct Opening {
    epoch: watch::Sender<u64>,
    /// Another gate has replaced this one: nothing must wait for this one any more.
    is_replaced: AtomicBool,
    wake_queue: WakeQueue,
}

impl Opening {
    pub(super) fn new(wake_queue: WakeQueue) -> Self {
        Self { epoch: watch::Sender::new(0), is_replaced: AtomicBool::new(false), wake_queue }
    }

    pub(super) fn epoch(&self) -> OpenEpoch {
        OpenEpoch(*self.epoch.borrow())
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.epoch.subscribe()
    }

    /// The gate has opened. The opening is counted before the queue is woken, so that a message that returns to the queue
    /// later sees it in the count.
    pub(super) fn notify(&self) {
        self.epoch.send_modify(|epoch| *epoch += 1);
        (self.wake_queue)();
    }

    /// Another gate replaces this one: everything that this one held back, or will hold back, is woken at once.
    pub(super) fn replace(&self) {
        self.is_replaced.store(true, Ordering::SeqCst);
        self.notify();
    }

    /// Wakes the queue if the gate has opened since.
    pub(super) fn wake_if_missed(&self, since: OpenEpoch) {
        if self.epoch() != since || self.is_replaced.load(Ordering::SeqCst) {
            (self.wake_queue)();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn opening() -> (Opening, Arc<AtomicUsize>) {
        let woken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&woken);
        let opening = Opening::new(Arc::new(move || {
            count.fetch_add(1, Ordering::SeqCst);
        }));
        (opening, woken)
    }

    #[test]
    fn an_opening_wakes_the_queue_at_once_and_again_for_who_was_not_back_yet() {
        let (opening, woken) = opening();
        let before = opening.epoch();
        opening.wake_if_missed(before);
        assert_eq!(woken.load(Ordering::SeqCst), 0, "nothing was missed");
        opening.notify();
        assert_eq!(woken.load(Ordering::SeqCst), 1);
        opening.wake_if_missed(before);
        assert_eq!(woken.load(Ordering::SeqCst), 2);
        opening.wake_if_missed(opening.epoch());
        assert_eq!(woken.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn nothing_waits_for_a_gate_that_was_replaced() {
        let (opening, woken) = opening();
        opening.replace();
        opening.wake_if_missed(opening.epoch());
        assert_eq!(woken.load(Ordering::SeqCst), 2);
    }
}
