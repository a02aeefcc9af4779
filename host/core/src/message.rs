//! The message and its envelope: what the plugin sees, and what the host keeps beside it from intake to settlement.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::delivery::Delivery;
use crate::id::{DeadLetterId, Digest, FlowName, MessageId};
use crate::quality::Breach;
use crate::trail::TrailEntry;

/// Header names in lower case with their values; a name may repeat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No headers.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The first value under this name, which is compared in lower case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Adds a header; the name is put in lower case.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let mut name = name.into();
        name.make_ascii_lowercase();
        self.0.push((name, value.into()));
    }

    /// All headers in the order they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many headers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes of all names and values together.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        self.0.iter().map(|(name, value)| name.len() + value.len()).sum()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        let mut all = Self::new();
        for (name, value) in headers {
            all.push(name, value);
        }
        all
    }
}

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
    pub trail: Vec<TrailEntry>,
    /// The rules it broke on the run that made `deliveries`, and went on all the same: counted when it ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Breach>,
}

impl Envelope {
    /// Whether the clock was set back since the last thing that happened to it: the times it was to wait for were read
    /// off another clock, as it were.
    #[must_use]
    pub fn is_ahead_of(&self, now: Timestamp) -> bool {
        self.trail.last().is_some_and(|last| last.at > now)
    }
}

/// A dead letter put back to work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// The dead letter that is resolved when this run succeeds and reopened when it fails.
    pub dead_letter: DeadLetterId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_names_are_found_whatever_their_case() {
        let headers: Headers = [("X-Shop", "a"), ("x-shop", "b")].into_iter().collect();
        assert_eq!(headers.get("X-SHOP"), Some("a"));
        assert_eq!(headers.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["x-shop", "x-shop"]);
    }
}
