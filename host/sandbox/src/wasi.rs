//! WASI 0.2 for guests: `wasmtime-wasi`, over a context that has nothing in it but what the step grants.
//!
//! Components built with Rust's standard library, Go or a JavaScript engine import parts of `wasi:cli`, `clocks`,
//! `filesystem`, `io` and `random`, mostly to never call them. They get the common implementation, locked:
//!
//! - No arguments, no terminal; standard input is at its end. `exit` is a fault. No environment and no files but the
//!   variables and folders that the step grants; files are only read.
//! - Standard output and error are kept, up to a cap, so that a panic's message can be shown.
//! - Clocks and random bytes are functions of the message ([`moment`], [`time`]). While a guest handles messages it may not ask for
//!   the time of day or for secure random bytes at all, unless the clock is granted: see [`gate`].
//! - Every `pollable` is ready and no stream waits, so `sleep` returns at once and no guest ever waits in a host call. What
//!   `wasmtime-wasi` would answer in a Tokio runtime is answered here instead, in the thread that runs the guest: see [`io`]
//!   and [`filesystem`]. So nothing depends on which thread that is.
//! - No sockets, no HTTP, nothing of WASI 0.3.
//!
//! The context is made when a guest first calls: a guest that never does costs an empty table and two empty buffers.

mod clocks;
mod filesystem;
pub(crate) mod folders;
mod gate;
mod io;
pub(crate) mod moment;
mod output;
mod printed;
pub(crate) mod state;
mod time;

pub(crate) use gate::Ungranted;
pub(crate) use wasmtime_wasi::I32Exit as Exit;

use wasmtime::component::Linker;
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::p2::bindings::{cli, random};
use wasmtime_wasi::random::{WasiRandom, WasiRandomCtx};
use wasmtime_wasi::{WasiCtxView, WasiView};

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

/// True when this import is answered here, in any 0.2 version.
pub(crate) fn is_answered(import: &str) -> bool {
    import.split_once('@').is_some_and(|(name, version)| version.starts_with("0.2.") && INTERFACES.contains(&name))
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi.view(&self.step.grants.env)
    }
}

/// Links all of them.
pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    cli(linker)?;
    random::insecure::add_to_linker::<_, WasiRandom>(linker, chance)?;
    random::insecure_seed::add_to_linker::<_, WasiRandom>(linker, chance)?;
    clocks::link(linker)?;
    gate::link(linker)?;
    filesystem::link(linker)?;
    io::link(linker)
}

fn cli(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    cli::environment::add_to_linker::<_, WasiCli>(linker, State::cli)?;
    output::link(linker)?;
    cli::exit::add_to_linker::<_, WasiCli>(linker, State::cli)?;
    cli::stdin::add_to_linker::<_, WasiCli>(linker, State::cli)?;
    cli::terminal_input::add_to_linker::<_, WasiCli>(linker, State::cli)?;
    cli::terminal_output::add_to_linker::<_, WasiCli>(linker, State::cli)?;
    cli::terminal_stdin::add_to_linker::<_, WasiCli>(linker, State::cli)?;
    cli::terminal_stdout::add_to_linker::<_, WasiCli>(linker, State::cli)?;
    cli::terminal_stderr::add_to_linker::<_, WasiCli>(linker, State::cli)
}

/// The generators of a state's context.
fn chance(state: &mut State) -> &mut WasiRandomCtx {
    let WasiCtxView { ctx, .. } = state.ctx();
    ctx.random()
}
