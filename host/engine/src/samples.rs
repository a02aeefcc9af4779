//! The last messages a flow took on, kept in memory to try new plugin versions on. Bounded in number and bytes, and gone
//! with the process: what is kept on disk is the business of the queue and the dead letters alone.

use std::collections::VecDeque;

use gantry_core::{Envelope, Message};
use parking_lot::Mutex;

/// Most messages kept of a flow.
const MESSAGES: usize = 1000;
/// Most payload and header bytes kept of a flow.
const BYTES: usize = 2 << 20;

/// The last messages of one flow.
#[derive(Default)]
pub struct Samples(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    messages: VecDeque<Message>,
    bytes: usize,
}

impl Samples {
    /// Takes these in, those that were not on their way through the plugins for the first time aside.
    pub fn keep<'a>(&self, batch: impl Iterator<Item = &'a Envelope>) {
        let mut kept = self.0.lock();
        for envelope in batch.filter(|envelope| envelope.deliveries.is_empty() && envelope.run == 1) {
            kept.push(envelope.message.clone());
        }
    }

    /// Up to `count` of them, the newest, oldest first.
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
        while self.messages.len() > MESSAGES || self.bytes > BYTES {
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
        (0..MESSAGES + 10).for_each(|n| kept.push(message(n % 7)));
        assert_eq!(kept.messages.len(), MESSAGES);
        assert_eq!(kept.bytes, kept.messages.iter().map(size).sum::<usize>());
        kept.push(message(BYTES - 10));
        assert!(kept.bytes <= BYTES && kept.messages.len() < 20, "a large one takes the room of many");
        kept.push(message(BYTES + 1));
        assert_eq!((kept.messages.len(), kept.bytes), (0, 0), "one beyond the bound is not kept");
    }
}
