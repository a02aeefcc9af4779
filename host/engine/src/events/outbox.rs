//! Writes events down that have no write of their own. Whoever publishes one never waits for the disk; should the disk be
//! so slow that the outbox is full, what no longer fits is counted, and published as an event itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gantry_core::HostEventKind;
use gantry_store::{NewMessage, Store};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Events;

/// Events that may wait to be written down: seconds of a host that does nothing but open and close breakers.
pub(super) const WAITING: usize = 4096;

/// Most events in one write.
const AT_ONCE: usize = 256;

/// Where events are handed in.
#[derive(Clone)]
pub(super) struct Sender {
    queue: mpsc::Sender<Vec<NewMessage>>,
    missed: Arc<AtomicU64>,
}

/// What writes them down.
pub struct Outbox {
    queue: mpsc::Receiver<Vec<NewMessage>>,
    missed: Arc<AtomicU64>,
}

pub(super) fn channel() -> (Sender, Outbox) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let missed = Arc::new(AtomicU64::new(0));
    (Sender { queue: sender, missed: Arc::clone(&missed) }, Outbox { queue: receiver, missed })
}

impl Sender {
    /// Hands the messages of one event in; never waits.
    pub(super) fn send(&self, messages: Vec<NewMessage>) {
        if !messages.is_empty() && self.queue.try_send(messages).is_err() {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Outbox {
    /// Writes events down until `stop`, and what was published before it.
    pub async fn run(mut self, store: Store, events: Events, stop: CancellationToken) {
        let mut batch = Vec::new();
        loop {
            let taken = tokio::select! {
                biased;
                taken = self.queue.recv_many(&mut batch, AT_ONCE) => taken,
                () = stop.cancelled(), if !self.queue.is_closed() => {
                    self.queue.close();
                    continue;
                }
            };
            if taken == 0 {
                return;
            }
            let messages: Vec<_> = batch.drain(..).flatten().collect();
            if let Err(error) = store.enqueue(messages).await {
                tracing::error!(%error, events = taken, "failed to write events down; flows that take them miss some");
                self.missed.fetch_add(taken as u64, Ordering::Relaxed);
                continue;
            }
            let missed = self.missed.swap(0, Ordering::Relaxed);
            if missed > 0 {
                events.publish_for_host(HostEventKind::EventsMissed { count: missed });
            }
        }
    }
}
