//! The message and its envelope: what the plugin sees, and what the host keeps beside it from intake to settlement.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::delivery::Delivery;
use crate::headers::Headers;
use crate::id::{DeadLetterId, Digest, FlowName, MessageId};
use crate::quality::Breach;
use crate::timeline::{Event, TimelineEntry};

/// One unit of data on its way through a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Stable across retries, replays and restarts.
    pub id: MessageId,
    /// Messages of one flow that share a key are delivered in order; none means no order is asked for.
    pub key: Option<String>,
    /// Media type of the payload.
    pub content_type: String,
    /// What the source sent along, without credentials.
    pub headers: Headers,
    /// When it happened, as the source states it; else the time of arrival.
    pub event_time: Timestamp,
    /// The data, byte for byte as received.
    #[serde(with = "crate::payload")]
    pub payload: Bytes,
}

/// A message in the host's custody, with all that is known of it until it is settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The message as received, or as edited for a replay.
    pub message: Message,
    /// The flow that owns it.
    pub flow: FlowName,
    /// Where it came in, for people: `webhook /shop/orders`, `file orders.csv:17`.
    pub source: String,
    /// When the host took it into custody.
    pub received_at: Timestamp,
    /// What duplicates are recognised by; none where the flow declares nothing.
    pub dedupe_key: Option<String>,
    /// W3C trace context that came with it.
    pub traceparent: Option<String>,
    /// Which pass through the plugins this is, from 1; grows when a plugin asks to retry.
    pub run: u32,
    /// Digests of the components that made `deliveries`, in the order of the steps.
    pub plugins: Vec<Digest>,
    /// Empty until transformed; then kept across retries so that what is sent never changes between attempts.
    pub deliveries: Vec<Delivery>,
    /// Which dead letter this run is meant to resolve.
    pub replay: Option<Replay>,
    /// Everything that happened so far, oldest first.
    #[serde(rename = "trail")]
    pub timeline: Vec<TimelineEntry>,
    /// The rules it broke on the run that made `deliveries`, and went on all the same: counted when it ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Breach>,
}

impl Envelope {
    /// A message that the host takes into custody now: nothing has happened to it but that.
    #[must_use]
    pub fn received(message: Message, flow: FlowName, source: String, now: Timestamp) -> Self {
        Self {
            message,
            flow,
            source,
            received_at: now,
            dedupe_key: None,
            traceparent: None,
            run: 1,
            plugins: Vec::new(),
            deliveries: Vec::new(),
            replay: None,
            timeline: vec![TimelineEntry { at: now, event: Event::Received }],
            warnings: Vec::new(),
        }
    }

    /// Whether the clock was set back since the last thing that happened to it: the times it was to wait for were read
    /// off another clock, as it were.
    #[must_use]
    pub fn is_ahead_of(&self, now: Timestamp) -> bool {
        self.timeline.last().is_some_and(|last| last.at > now)
    }
}

/// A dead letter put back to work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// The dead letter that is resolved when this run succeeds and reopened when it fails.
    pub dead_letter: DeadLetterId,
}
