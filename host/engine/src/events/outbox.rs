//! Writes the messages of events to the store, for events that no other write includes. Publishing an event never waits
//! for the disk. When the disk is so slow that the outbox is full, further events are counted as missed, and the count
//! is published as an event.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gantry_core::HostEventKind;
use gantry_store::{NewMessage, Store};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Events;

/// Events that may wait to be written: enough for seconds in which breakers do nothing but open and close.
pub(super) const CAPACITY: usize = 4096;

/// Most events in one write.
const BATCH: usize = 256;

/// Adds the messages of events to the outbox.
#[derive(Clone)]
pub(super) struct Sender {
    queue: mpsc::Sender<Vec<NewMessage>>,
    missed: Arc<AtomicU64>,
}

/// Writes them to the store.
pub struct Outbox {
    queue: mpsc::Receiver<Vec<NewMessage>>,
    missed: Arc<AtomicU64>,
}

pub(super) fn channel() -> (Sender, Outbox) {
    let (sender, receiver) = mpsc::channel(CAPACITY);
    let missed = Arc::new(AtomicU64::new(0));
    (Sender { queue: sender, missed: Arc::clone(&missed) }, Outbox { queue: receiver, missed })
}

impl Sender {
    /// Adds the messages of one event; never waits.
    pub(super) fn send(&self, messages: Vec<NewMessage>) {
        if !messages.is_empty() && self.queue.try_send(messages).is_err() {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Outbox {
    /// Writes events until `stop`, including all that were published before it.
    pub async fn run(mut self, store: Store, events: Events, stop: CancellationToken) {
        let mut batch = Vec::new();
        loop {
            let received = tokio::select! {
                biased;
                received = self.queue.recv_many(&mut batch, BATCH) => received,
                () = stop.cancelled(), if !self.queue.is_closed() => {
                    self.queue.close();
                    continue;
                }
            };
            if received == 0 {
                return;
            }
            let messages: Vec<_> = batch.drain(..).flatten().collect();
            if let Err(error) = store.enqueue(messages).await {
                tracing::error!(%error, events = received, "failed to write host events to the queue; flows with a host-events source miss them");
                self.missed.fetch_add(received as u64, Ordering::Relaxed);
                continue;
            }
            let missed = self.missed.swap(0, Ordering::Relaxed);
            if missed > 0 {
                events.publish_for_host(HostEventKind::EventsMissed { count: missed });
            }
        }
    }
}
