//! The one place where events of the host are published: as a line in the log, as a count, to whoever listens, and as a
//! message in the queue of each flow that takes host events.
//!
//! **What a crash leaves of it.** The message about a dead letter, or about a target that is paused, resumed,
//! enabled or disabled by command or by 410, is written in one atomic write with what it is about: it is there exactly if
//! that is. Other events go to the `outbox`, which writes them down at once; a crash in those milliseconds takes the
//! event along with what it was about, since breakers, delays and the like begin anew with the host. `host_started` says
//! that they did.

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
use outbox::Sender;
use subscribers::Subscribers;

pub use outbox::Outbox;

/// Events kept for a listener that is slow; one that falls further behind learns that it missed some.
const KEPT: usize = 1024;

/// Publishes what happens; clones publish to the same listeners.
#[derive(Clone)]
pub struct Events {
    sender: broadcast::Sender<Arc<HostEvent>>,
    outbox: Sender,
    subscribers: Arc<RwLock<Arc<Subscribers>>>,
    instance: Arc<str>,
    metrics: Metrics,
    clock: Arc<dyn Clock>,
}

/// Something that happened, ready to be published, with the messages about it.
pub struct PreparedEvent {
    event: HostEvent,
    messages: Vec<NewMessage>,
    /// Of the flows that get them.
    counts: Vec<FlowMetrics>,
}

impl PreparedEvent {
    /// The messages, for whoever writes them to the store with what they are about.
    pub fn take_messages(&mut self) -> Vec<NewMessage> {
        std::mem::take(&mut self.messages)
    }
}

impl Events {
    /// Events of the host of that name, and what writes them down.
    pub fn new(metrics: Metrics, clock: Arc<dyn Clock>, instance: &str) -> (Self, Outbox) {
        let (outbox, receiver) = outbox::channel();
        let events = Self {
            sender: broadcast::channel(KEPT).0,
            outbox,
            subscribers: Arc::default(),
            instance: instance.into(),
            metrics,
            clock,
        };
        (events, receiver)
    }

    /// From now on, everything that happens.
    pub fn listen(&self) -> broadcast::Receiver<Arc<HostEvent>> {
        self.sender.subscribe()
    }

    /// The flows in force are these: from now on, those among them that take host events get them.
    pub fn serve(&self, flows: &[ActiveFlow]) {
        *self.subscribers.write() = Arc::new(Subscribers::among(flows));
    }

    /// The host's name.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// What happened to a flow, to be announced once it is on disk together with the messages of it.
    pub fn prepare(&self, flow: &FlowName, what: HostEventKind) -> PreparedEvent {
        self.prepare_for(Some(flow), what)
    }

    fn prepare_for(&self, flow: Option<&FlowName>, what: HostEventKind) -> PreparedEvent {
        let event = HostEvent::new(self.clock.now(), flow, what);
        let subscribers = Arc::clone(&self.subscribers.read());
        let (messages, counts) = subscribers.messages(&event, &self.instance);
        PreparedEvent { event, messages, counts }
    }

    /// Publishes what is on disk by now, or need not be.
    pub fn emit(&self, prepared: PreparedEvent) {
        let PreparedEvent { event, counts, .. } = prepared;
        log::log(&event);
        self.metrics.host().observe_event(event.flow.as_ref(), event.what.name());
        counts.iter().for_each(|counts| counts.observe_received(1, 0));
        // An error means that nobody listens.
        let _ = self.sender.send(Arc::new(event));
    }

    /// Publishes what happened to a flow.
    pub fn publish(&self, flow: &FlowName, what: HostEventKind) {
        self.hand_out(self.prepare(flow, what));
    }

    /// Publishes what happened to the host as a whole.
    pub fn publish_for_host(&self, what: HostEventKind) {
        self.hand_out(self.prepare_for(None, what));
    }

    fn hand_out(&self, mut prepared: PreparedEvent) {
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
        let mut heard = events.listen();
        let (flow, what) = ("watch".parse().unwrap(), HostEventKind::DiskLow { free_bytes: 1 });
        for _ in 0..outbox::WAITING + 3 {
            let event = HostEvent::new(events.clock.now(), None, what.clone());
            let message = subscribers::message(&event, &flow, event.document("gantry").to_string().into());
            events.outbox.send(vec![message]);
        }
        let stop = CancellationToken::new();
        stop.cancel();
        outbox.run(store.clone(), events.clone(), stop).await;
        assert_eq!(heard.recv().await.unwrap().what, HostEventKind::EventsMissed { count: 3 });
        assert_eq!(store.depth(&flow).queued, outbox::WAITING, "what was published before the end is written down");
        store.close().await.unwrap();
    }
}
