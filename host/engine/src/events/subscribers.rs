//! Which flows take host events, and which events each of them gets.
//!
//! **No loops.** A flow that takes host events, or that sends alerts, is never the subject of an event that a flow gets:
//! what fails in it is in the log, in the metrics and, for the former, in alerts. So an event leads from a flow that takes
//! none to one that takes them, and there it ends; neither one flow nor several can feed each other.

use std::collections::BTreeSet;

use bytes::Bytes;
use gantry_core::{Envelope, FlowName, Headers, HostEvent, Message, MessageId};
use gantry_store::NewMessage;
use gantry_transport::source::host_events::HostEvents;

use crate::active_flows::ActiveFlow;
use crate::metrics::FlowMetrics;

/// The flows that take host events.
#[derive(Default)]
pub(super) struct Subscribers {
    flows: Vec<Subscriber>,
    /// Nothing that happens to these becomes a message.
    silent: BTreeSet<FlowName>,
}

struct Subscriber {
    flow: FlowName,
    wants: HostEvents,
    metrics: FlowMetrics,
}

impl Subscribers {
    pub(super) fn among(flows: &[ActiveFlow]) -> Self {
        let mut all = Self::default();
        for ActiveFlow { flow, metrics, .. } in flows {
            if let Some(wants) = flow.source.of_kind::<HostEvents>() {
                let metrics = metrics.clone();
                all.flows.push(Subscriber { flow: flow.name.clone(), wants: wants.clone(), metrics });
            }
            if flow.source.is_about_the_host() {
                all.silent.insert(flow.name.clone());
            }
        }
        all
    }

    /// The messages about an event, and the metrics of the flows that get them.
    pub(super) fn messages(&self, event: &HostEvent, instance: &str) -> (Vec<NewMessage>, Vec<FlowMetrics>) {
        let takers: Vec<_> = self.takers(event).collect();
        if takers.is_empty() {
            return Default::default();
        }
        let payload = Bytes::from(event.document(instance).to_string());
        let message = |taker: &&Subscriber| message(event, &taker.flow, payload.clone());
        (takers.iter().map(message).collect(), takers.iter().map(|taker| taker.metrics.clone()).collect())
    }

    fn takers(&self, event: &HostEvent) -> impl Iterator<Item = &Subscriber> {
        let name = event.what.name();
        let silent = event.flow.as_ref().is_some_and(|flow| self.silent.contains(flow));
        let wanted = move |taker: &&Subscriber| {
            let HostEvents { events, flows } = &taker.wants;
            let of_flow = event.flow.as_ref().is_none_or(|flow| flows.is_empty() || flows.contains(flow));
            !silent && of_flow && (events.is_empty() || events.contains(name))
        };
        self.flows.iter().filter(wanted)
    }
}

/// The message about it for one flow.
pub(super) fn message(event: &HostEvent, flow: &FlowName, payload: Bytes) -> NewMessage {
    let id = event.id.to_string();
    let headers: Headers = [("gantry-event", event.what.name()), ("gantry-event-id", &id)].into_iter().collect();
    let message = Message {
        id: MessageId::generate(),
        key: Some(event.key()),
        content_type: "application/json".to_owned(),
        headers,
        event_time: event.at,
        payload,
    };
    let envelope = Envelope {
        dedupe_key: Some(id),
        ..Envelope::received(message, flow.clone(), "host events".to_owned(), event.at)
    };
    NewMessage { envelope, dedupe_window: None, idempotency: None }
}
