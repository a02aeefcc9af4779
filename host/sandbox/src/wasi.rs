//! A deterministic stub of WASI 0.2: what language runtimes link, over nothing.
//!
//! Components built with Rust's standard library, Go or a JavaScript engine import parts of `wasi:cli`, `clocks`,
//! `filesystem`, `io` and `random`, mostly to never call them. Each is answered here, by about sixty small functions
//! instead of a real implementation with an empty context, because that leaves nothing to attack and nothing to wait
//! for:
//!
//! - No environment, no arguments, no files, no terminal; standard input is at its end.
//! - Standard output and error are kept, up to a cap, so that a panic's message can be shown.
//! - `exit` is a fault. Clocks stand at the time of the batch where the clock is granted, else at the epoch. Every
//!   `pollable` is ready, so `sleep` returns at once and no guest is ever parked in a host call.
//! - Random bytes are a function of the batch: other bytes in another batch, the same when it is repeated.
//! - No sockets, no HTTP, nothing of WASI 0.3.
//!
//! No state is kept until a guest calls: one that never does pays for two empty buffers.

mod cli;
mod clocks;
mod filesystem;
mod io;
mod random;

pub(crate) use cli::Exit;

use wasmtime::component::Linker;

use crate::state::State;

/// The interfaces answered here. Functions are those of 0.2.12; the linker matches any 0.2.
const INTERFACES: [&str; 20] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/stderr",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:cli/terminal-stderr",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
];

/// Most bytes kept of what one instance prints, for each of the two streams.
const PRINTED_BYTES: usize = 4 << 10;

/// What the stub remembers for one instance.
pub(crate) struct Wasi {
    /// Standard output.
    pub(crate) stdout: Printed,
    /// Standard error.
    pub(crate) stderr: Printed,
    /// Readings of the monotonic clock so far: each is later than the last, as runtimes expect.
    readings: u64,
    random: random::Random,
}

impl Wasi {
    pub(crate) fn new(seed: [u8; 16]) -> Self {
        Self { stdout: Printed::default(), stderr: Printed::default(), readings: 0, random: random::Random::new(seed) }
    }

    /// A new batch: nothing printed, other random bytes. The monotonic clock goes on, as its name says.
    pub(crate) fn begin(&mut self, seed: [u8; 16]) {
        *self = Self { readings: self.readings, ..Self::new(seed) };
    }
}

/// The beginning of what a guest printed.
#[derive(Default)]
pub(crate) struct Printed(Vec<u8>);

impl Printed {
    fn write(&mut self, bytes: &[u8]) {
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

/// True when this import, of whatever 0.2 version, is answered here.
pub(crate) fn is_stubbed(import: &str) -> bool {
    import.split_once('@').is_some_and(|(name, version)| version.starts_with("0.2.") && INTERFACES.contains(&name))
}

/// Links the whole stub.
pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    io::link(linker)?;
    cli::link(linker)?;
    clocks::link(linker)?;
    random::link(linker)?;
    filesystem::link(linker)
}
