//! What the clocks and the random bytes of a call are made of: its first message, and nothing of the machine.
//!
//! So a message finds the same world in every attempt and in every replay, and another message another one. The bytes are
//! not secret: who knows a message's id and time can compute them.

use std::convert::Infallible;
use std::sync::LazyLock;
use std::time::Duration;

use gantry_core::{Message, Timestamp};
use rand_core::TryRng;

/// Domain of the derivation.
static DERIVATION: LazyLock<blake3::Hasher> =
    LazyLock::new(|| blake3::Hasher::new_derive_key("gantry 2026-12 chance of a plugin call"));

/// The earliest time that the wall clock shows where it is not granted, the beginning of 2020: the messages of a test may
/// state none, and a program that finds itself in 1970 behaves strangely.
const EARLIEST: Timestamp = Timestamp(1_577_836_800_000);

/// What a call's random bytes are for: each purpose has its own.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// `wasi:random/random`.
    Secure = 0,
    /// `wasi:random/insecure`.
    Insecure = 1,
    /// `wasi:random/insecure-seed`.
    Seed = 2,
}

/// The moment of a call.
#[derive(Clone, Copy, Default)]
pub(crate) struct Moment {
    /// The id of its first message.
    id: [u8; 16],
    /// When it happened, as its source states, else when it was received.
    event_time: Timestamp,
    /// What the wall clock shows.
    wall: Timestamp,
}

impl Moment {
    /// The moment of a call whose first message is this one. The wall clock shows `granted` where the clock is granted.
    pub(crate) fn of(message: &Message, granted: Option<Timestamp>) -> Self {
        let event_time = message.event_time;
        Self { id: *message.id.as_bytes(), event_time, wall: granted.unwrap_or(event_time.max(EARLIEST)) }
    }

    /// A moment without a message, at which a plugin is tried when its flow is loaded.
    pub(crate) fn of_a_trial(now: Timestamp) -> Self {
        Self { id: [0; 16], event_time: now, wall: now }
    }

    /// What the wall clock shows, since the Unix epoch.
    pub(super) const fn wall(&self) -> Duration {
        Duration::from_millis(self.wall.0)
    }

    /// A generator for this purpose.
    pub(super) const fn chance(self, purpose: Purpose) -> Chance {
        Chance { moment: self, purpose, stream: None }
    }
}

/// A source of bytes. Nothing is derived until the first are drawn: most guests never draw any.
pub(super) struct Chance {
    moment: Moment,
    purpose: Purpose,
    stream: Option<Box<Stream>>,
}

/// The stream and the part of it that was not drawn yet: BLAKE3 makes 64 bytes at once.
struct Stream {
    reader: blake3::OutputReader,
    block: [u8; 64],
    drawn: usize,
}

impl Chance {
    pub(super) fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        let stream = self.stream.get_or_insert_with(|| Box::new(Stream::of(&self.moment, self.purpose)));
        bytes.fill_with(|| stream.byte());
    }
}

impl Stream {
    fn of(moment: &Moment, purpose: Purpose) -> Self {
        let mut hasher = DERIVATION.clone();
        hasher.update(&moment.id).update(&moment.event_time.0.to_le_bytes()).update(&[purpose as u8]);
        let block = [0; 64];
        Self { reader: hasher.finalize_xof(), block, drawn: block.len() }
    }

    fn byte(&mut self) -> u8 {
        if self.drawn == self.block.len() {
            self.reader.fill(&mut self.block);
            self.drawn = 0;
        }
        self.drawn += 1;
        self.block[self.drawn - 1]
    }
}

impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.draw()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.draw()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.fill(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: u8, event_time: u64) -> Message {
        Message {
            id: gantry_core::MessageId::from_bytes([id; 16]),
            key: None,
            content_type: String::new(),
            headers: gantry_core::Headers::new(),
            event_time: Timestamp(event_time),
            payload: bytes::Bytes::new(),
        }
    }

    fn moment(id: u8, event_time: u64) -> Moment {
        Moment::of(&message(id, event_time), None)
    }

    #[test]
    fn a_moment_makes_the_same_bytes_again_and_every_other_moment_and_purpose_makes_others() {
        let drawn = |moment: Moment, purpose| moment.chance(purpose).draw::<100>();
        let first = drawn(moment(1, 1), Purpose::Secure);
        assert_eq!(first, drawn(moment(1, 1), Purpose::Secure));
        for (other, purpose) in [
            (moment(2, 1), Purpose::Secure),
            (moment(1, 2), Purpose::Secure),
            (moment(1, 1), Purpose::Insecure),
            (moment(1, 1), Purpose::Seed),
        ] {
            assert_ne!(first, drawn(other, purpose));
        }
    }

    #[test]
    fn the_wall_clock_shows_the_time_of_the_message_or_what_is_granted_and_never_1970_by_itself() {
        assert_eq!(moment(1, 1_700_000_000_123).wall(), Duration::from_millis(1_700_000_000_123));
        assert_eq!(moment(1, 0).wall(), Duration::from_millis(EARLIEST.0));
        assert_eq!(Moment::of(&message(1, 5), Some(Timestamp(7))).wall(), Duration::from_millis(7));
    }
}
