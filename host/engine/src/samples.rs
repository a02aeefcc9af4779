//! The last messages of a flow, kept in memory to compare plugin versions on. They are bounded in number and bytes, and
//! are lost when the process ends: only the queue and the dead letters keep messages on disk.

use std::collections::VecDeque;

use gantry_core::{Envelope, Message};
use parking_lot::Mutex;

/// Most messages kept of a flow.
const MAX_MESSAGES: usize = 1000;
/// Most payload and header bytes kept of a flow.
const MAX_BYTES: usize = 2 << 20;

/// The last messages of one flow.
#[derive(Default)]
pub struct Samples(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    messages: VecDeque<Message>,
    bytes: usize,
}

impl Samples {
    /// Keeps the messages of a batch that go through the plugins for the first time.
    pub fn keep<'a>(&self, batch: impl Iterator<Item = &'a Envelope>) {
        let mut kept = self.0.lock();
        for envelope in batch.filter(|envelope| envelope.deliveries.is_empty() && envelope.run == 1) {
            kept.push(envelope.message.clone());
        }
    }

    /// The newest messages, up to `count` of them, oldest first.
    pub fn last(&self, count: usize) -> Vec<Message> {
        let kept = self.0.lock();
        let skipped = kept.messages.len().saturating_sub(count);
        kept.messages.iter().skip(skipped).cloned().collect()
    }
}

impl Kept {
    fn push(&mut self, message: Message) {
        self.bytes += size(&message);
        self.messages.push_back(message);
        while self.messages.len() > MAX_MESSAGES || self.bytes > MAX_BYTES {
            let Some(oldest) = self.messages.pop_front() else { break };
            self.bytes -= size(&oldest);
        }
    }
}

fn size(message: &Message) -> usize {
    message.payload.len() + message.headers.byte_len() + message.key.as_ref().map_or(0, String::len)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use gantry_core::{Headers, MessageId, Timestamp};

    use super::*;

    fn message(bytes: usize) -> Message {
        Message {
            id: MessageId::generate(),
            key: None,
            content_type: String::new(),
            headers: Headers::new(),
            event_time: Timestamp::default(),
            payload: Bytes::from(vec![0; bytes]),
        }
    }

    #[test]
    fn the_newest_are_kept_within_both_bounds() {
        let mut kept = Kept::default();
        (0..MAX_MESSAGES + 10).for_each(|n| kept.push(message(n % 7)));
        assert_eq!(kept.messages.len(), MAX_MESSAGES);
        assert_eq!(kept.bytes, kept.messages.iter().map(size).sum::<usize>());
        kept.push(message(MAX_BYTES - 10));
        assert!(kept.bytes <= MAX_BYTES && kept.messages.len() < 20, "a large message replaces many small ones");
        kept.push(message(MAX_BYTES + 1));
        assert_eq!((kept.messages.len(), kept.bytes), (0, 0), "one beyond the bound is not kept");
    }
}
