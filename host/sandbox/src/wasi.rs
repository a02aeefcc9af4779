//! A deterministic stub of WASI 0.2: what language runtimes link, over nothing.
//!
//! Components built with Rust's standard library, Go or a JavaScript engine import parts of `wasi:cli`, `clocks`,
//! `filesystem`, `io` and `random`, mostly to never call them. Each is answered here, by about sixty small functions
//! instead of a real implementation with an empty context, because that leaves nothing to attack and nothing to wait
//! for:
//!
//! - No environment, no arguments, no files, no terminal; standard input is at its end.
//! - Standard output and error are kept, up to a cap, so that a panic's message can be shown.
//! - `exit` is a fault. Clocks show the time of the batch if the clock is granted, and otherwise the epoch. Every
//!   `pollable` is ready, so `sleep` returns at once and no guest ever waits in a host call.
//! - Random bytes are derived from the batch: other bytes in another batch, the same bytes when it is repeated.
//! - No sockets, no HTTP, nothing of WASI 0.3.
//!
//! No state is kept until a guest calls: a guest that never does costs two empty buffers.

mod cli;
mod clocks;
mod filesystem;
mod io;
mod random;
pub(crate) mod state;

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

/// True when the stub answers this import, in any 0.2 version.
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
