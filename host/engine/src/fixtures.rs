//! Messages and deliveries for the unit tests of this crate.

use bytes::Bytes;
use gantry_core::{Delivery, Envelope, Headers, Message, MessageId, Output, TargetName, Timestamp};

/// When a test begins.
pub(crate) const START: Timestamp = Timestamp(1_700_000_000_000);

/// A message of the flow `orders` that came in at [`START`].
pub(crate) fn envelope() -> Envelope {
    let message = Message {
        id: MessageId::generate(),
        key: None,
        content_type: "application/json".to_owned(),
        headers: Headers::new(),
        event_time: START,
        payload: Bytes::from_static(b"{}"),
    };
    let flow = "orders".parse().unwrap();
    Envelope { timeline: Vec::new(), ..Envelope::received(message, flow, "webhook /orders".to_owned(), START) }
}

/// A delivery of this message to a target, not yet attempted.
pub(crate) fn delivery(envelope: &Envelope, position: u32, target: &str) -> Delivery {
    let output = Output {
        route: None,
        key: None,
        idempotency_key: None,
        content_type: "application/json".to_owned(),
        headers: Headers::new(),
        payload: Bytes::from_static(b"{}"),
    };
    Delivery::of(envelope.message.id, None, position, target_name(target), output)
}

/// The name of a target.
pub(crate) fn target_name(name: &str) -> TargetName {
    name.parse().unwrap()
}
