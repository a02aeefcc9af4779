//! The one place that publishes host events: as a log line, as a metric, to listeners within the process, and as a
//! message in the queue of each flow that subscribes to host events.
//!
//! **After a crash.** The message about a dead letter, or about a target that an operator or a 410 paused, resumed,
//! enabled or disabled, is in the same atomic write as the change itself: either both are on disk or neither is. All
//! other events go to the `outbox`, which writes them within milliseconds. A crash in that time loses the event, but
//! also the state it is about: breakers and delays begin anew when the host starts, and `host_started` announces that.

mod lines;
mod log;
mod outbox;
mod subscribers;

use std::sync::Arc;

use gantry_core::{Clock, FlowName, HostEvent, HostEventKind};
use gantry_store::NewMessage;
use parking_lot::RwLock;
use tokio::sync::broadcast;

use crate::active_flows::ActiveFlow;
use crate::metrics::{FlowMetrics, Metrics};
use lines::DeadLetterLines;
use outbox::Sender;
use subscribers::Subscribers;

pub use outbox::Outbox;

/// Events that are buffered for a slow listener; one that falls further behind learns that it missed some.
const LISTENER_BUFFER: usize = 1024;

/// Publishes host events; clones publish to the same listeners.
#[derive(Clone)]
pub struct Events {
    sender: broadcast::Sender<Arc<HostEvent>>,
    outbox: Sender,
    subscribers: Arc<RwLock<Arc<Subscribers>>>,
    instance: Arc<str>,
    metrics: Metrics,
    clock: Arc<dyn Clock>,
    lines: Arc<DeadLetterLines>,
}

/// An event that is ready to be published, with the messages about it.
pub struct PreparedEvent {
    event: HostEvent,
    messages: Vec<NewMessage>,
    /// The metrics of the flows that get the messages.
    receivers: Vec<FlowMetrics>,
}

impl PreparedEvent {
    /// The messages, for a caller that writes them to the store together with the change they are about.
    pub fn take_messages(&mut self) -> Vec<NewMessage> {
        std::mem::take(&mut self.messages)
    }
}

impl Events {
    /// The events of the host of this name, and the outbox that writes them to the store.
    pub fn new(metrics: Metrics, clock: Arc<dyn Clock>, instance: &str) -> (Self, Outbox) {
        let (outbox, receiver) = outbox::channel();
        let events = Self {
            sender: broadcast::channel(LISTENER_BUFFER).0,
            outbox,
            subscribers: Arc::default(),
            instance: instance.into(),
            metrics,
            clock,
            lines: Arc::default(),
        };
        (events, receiver)
    }

    /// Receives every event from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<HostEvent>> {
        self.sender.subscribe()
    }

    /// Sets the flows in force: from now on, those of them that subscribe to host events get them.
    pub fn serve(&self, flows: &[ActiveFlow]) {
        *self.subscribers.write() = Arc::new(Subscribers::among(flows));
    }

    /// The host's name.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Prepares an event about a flow. The caller writes its messages to the store, then calls [`Self::emit`].
    pub fn prepare(&self, flow: &FlowName, what: HostEventKind) -> PreparedEvent {
        self.prepare_for(Some(flow), what)
    }

    fn prepare_for(&self, flow: Option<&FlowName>, what: HostEventKind) -> PreparedEvent {
        let event = HostEvent::new(self.clock.now(), flow, what);
        let subscribers = Arc::clone(&self.subscribers.read());
        let (messages, receivers) = subscribers.messages(&event, &self.instance);
        PreparedEvent { event, messages, receivers }
    }

    /// Publishes a prepared event whose messages are on disk, or in the outbox.
    pub fn emit(&self, prepared: PreparedEvent) {
        let PreparedEvent { event, receivers, .. } = prepared;
        log::log(&event, &self.lines);
        self.metrics.host().observe_event(event.flow.as_ref(), event.what.name());
        receivers.iter().for_each(|metrics| metrics.observe_received(1, 0));
        // An error means that nobody listens.
        let _ = self.sender.send(Arc::new(event));
    }

    /// Publishes an event about a flow.
    pub fn publish(&self, flow: &FlowName, what: HostEventKind) {
        self.publish_prepared(self.prepare(flow, what));
    }

    /// Publishes an event about the host as a whole.
    pub fn publish_for_host(&self, what: HostEventKind) {
        self.publish_prepared(self.prepare_for(None, what));
    }

    fn publish_prepared(&self, mut prepared: PreparedEvent) {
        self.outbox.send(prepared.take_messages());
        self.emit(prepared);
    }
}

#[cfg(test)]
mod tests {
    use gantry_core::SystemClock;
    use gantry_store::{Store, StoreConfig};
    use tokio_util::sync::CancellationToken;

    use super::*;

    #[tokio::test]
    async fn events_that_come_faster_than_they_can_be_written_down_are_counted_and_published() {
        let dir = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let store = Store::open(dir.path(), StoreConfig::new(Arc::clone(&clock))).unwrap();
        let (events, outbox) = Events::new(Metrics::new().unwrap(), clock, "gantry");
        let mut listener = events.listen();
        let flow = "watch".parse().unwrap();
        let what = HostEventKind::DiskLow { free_bytes: 1 };
        for _ in 0..outbox::CAPACITY + 3 {
            let event = HostEvent::new(events.clock.now(), None, what.clone());
            let message = subscribers::message(&event, &flow, event.document("gantry").to_string().into());
            events.outbox.send(vec![message]);
        }
        let stop = CancellationToken::new();
        stop.cancel();
        outbox.run(store.clone(), events.clone(), stop).await;
        assert_eq!(listener.recv().await.unwrap().what, HostEventKind::EventsMissed { count: 3 });
        assert_eq!(store.depth(&flow).queued, outbox::CAPACITY, "what was published before the end is written down");
        store.close().await.unwrap();
    }
}
