//! Which flows subscribe to host events, and which events each of them gets.
//!
//! **No loops.** No flow gets an event about a flow that itself subscribes to host events, or that sends alerts.
//! Failures in such flows are in the log and in the metrics, and those of subscribers also raise alerts. So flows can't
//! trigger each other's events without end.

use std::collections::BTreeSet;

use bytes::Bytes;
use gantry_core::{Envelope, FlowName, Headers, HostEvent, Message, MessageId};
use gantry_store::NewMessage;
use gantry_transport::source::host_events::HostEvents;

use crate::active_flows::ActiveFlow;
use crate::metrics::FlowMetrics;

/// The flows that subscribe to host events.
#[derive(Default)]
pub(super) struct Subscribers {
    flows: Vec<Subscriber>,
    /// Events about these flows become no messages.
    silent: BTreeSet<FlowName>,
}

struct Subscriber {
    flow: FlowName,
    filter: HostEvents,
    metrics: FlowMetrics,
}

impl Subscribers {
    pub(super) fn among(flows: &[ActiveFlow]) -> Self {
        let mut all = Self::default();
        for ActiveFlow { flow, metrics, .. } in flows {
            if let Some(filter) = flow.source.of_kind::<HostEvents>() {
                let metrics = metrics.clone();
                all.flows.push(Subscriber { flow: flow.name.clone(), filter: filter.clone(), metrics });
            }
            if flow.source.is_about_the_host() {
                all.silent.insert(flow.name.clone());
            }
        }
        all
    }

    /// The messages about an event, and the metrics of the flows that get them.
    pub(super) fn messages(&self, event: &HostEvent, instance: &str) -> (Vec<NewMessage>, Vec<FlowMetrics>) {
        if event.flow.as_ref().is_some_and(|flow| self.silent.contains(flow)) {
            return Default::default();
        }
        let receivers: Vec<_> = self.flows.iter().filter(|subscriber| subscriber.wants(event)).collect();
        if receivers.is_empty() {
            return Default::default();
        }
        let payload = Bytes::from(event.document(instance).to_string());
        let messages = receivers.iter().map(|receiver| message(event, &receiver.flow, payload.clone())).collect();
        (messages, receivers.into_iter().map(|receiver| receiver.metrics.clone()).collect())
    }
}

impl Subscriber {
    fn wants(&self, event: &HostEvent) -> bool {
        let HostEvents { events, flows } = &self.filter;
        let wants_flow = event.flow.as_ref().is_none_or(|flow| flows.is_empty() || flows.contains(flow));
        wants_flow && (events.is_empty() || events.contains(event.what.name()))
    }
}

/// The message about an event for one flow.
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
    NewMessage { envelope, dedupe_window: None, idempotency: None, signed: None }
}
