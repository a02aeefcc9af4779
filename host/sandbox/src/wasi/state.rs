//! What the stub of WASI remembers for one instance: printed text, readings of the clock, random bytes.

/// Most bytes kept of what one instance prints, for each of the two streams.
const PRINTED_BYTES: usize = 4 << 10;

/// The stub's state for one instance.
pub(crate) struct Wasi {
    /// Standard output.
    pub(crate) stdout: Printed,
    /// Standard error.
    pub(crate) stderr: Printed,
    /// How often the monotonic clock was read: each reading is later than the last, as runtimes expect.
    pub(super) readings: u64,
    pub(super) random: Random,
}

impl Wasi {
    pub(crate) fn new(seed: [u8; 16]) -> Self {
        Self { stdout: Printed::default(), stderr: Printed::default(), readings: 0, random: Random::new(seed) }
    }

    /// Begins a new batch: nothing is printed yet, and random bytes are others. The monotonic clock goes on.
    pub(crate) fn begin(&mut self, seed: [u8; 16]) {
        *self = Self { readings: self.readings, ..Self::new(seed) };
    }
}

/// The beginning of what a guest printed.
#[derive(Default)]
pub(crate) struct Printed(Vec<u8>);

impl Printed {
    pub(super) fn write(&mut self, bytes: &[u8]) {
        let room = PRINTED_BYTES.saturating_sub(self.0.len());
        self.0.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// True when nothing was printed.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text, safe to show.
    pub(crate) fn text(&self) -> String {
        gantry_core::escape_lines(&String::from_utf8_lossy(&self.0), PRINTED_BYTES)
    }
}

/// Domain of the derivation.
const CONTEXT: &str = "gantry 2026-01 random bytes of a plugin call";

/// A source of bytes. The generator is made when the first are needed: most guests never need any.
pub(super) struct Random {
    seed: [u8; 16],
    bytes: Option<Box<blake3::OutputReader>>,
}

impl Random {
    pub(super) const fn new(seed: [u8; 16]) -> Self {
        Self { seed, bytes: None }
    }

    pub(super) fn fill(&mut self, buffer: &mut [u8]) {
        let bytes = self
            .bytes
            .get_or_insert_with(|| Box::new(blake3::Hasher::new_derive_key(CONTEXT).update(&self.seed).finalize_xof()));
        bytes.fill(buffer);
    }

    pub(super) fn draw(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}
