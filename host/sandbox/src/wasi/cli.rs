//! `wasi:cli`: no environment, no arguments, no terminal; the standard streams; and an exit that is a fault.

use wasmtime::component::{Linker, Resource};

use super::io::{resource, stderr, stdin, stdout};
use crate::state::State;

/// The guest called `exit`, which a plugin must not do.
#[derive(Debug, thiserror::Error)]
#[error("the plugin called exit({status})")]
pub(crate) struct Exit {
    status: u8,
}

/// `wasi:cli/terminal-input`: never made.
struct TerminalInput;
/// `wasi:cli/terminal-output`: never made.
struct TerminalOutput;

pub(super) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut environment = linker.instance("wasi:cli/environment@0.2.0")?;
    environment.func_wrap("get-environment", |_, (): ()| Ok((Vec::<(String, String)>::new(),)))?;
    environment.func_wrap("get-arguments", |_, (): ()| Ok((Vec::<String>::new(),)))?;
    environment.func_wrap("initial-cwd", |_, (): ()| Ok((None::<String>,)))?;

    let mut exit = linker.instance("wasi:cli/exit@0.2.0")?;
    exit.func_wrap("exit", |_, (status,): (Result<(), ()>,)| -> wasmtime::Result<()> {
        Err(Exit { status: u8::from(status.is_err()) }.into())
    })?;
    exit.func_wrap("exit-with-code", |_, (status,): (u8,)| -> wasmtime::Result<()> { Err(Exit { status }.into()) })?;

    linker.instance("wasi:cli/stdin@0.2.0")?.func_wrap("get-stdin", |_, (): ()| Ok((stdin(),)))?;
    linker.instance("wasi:cli/stdout@0.2.0")?.func_wrap("get-stdout", |_, (): ()| Ok((stdout(),)))?;
    linker.instance("wasi:cli/stderr@0.2.0")?.func_wrap("get-stderr", |_, (): ()| Ok((stderr(),)))?;
    terminals(linker)
}

/// None of the standard streams is a terminal.
fn terminals(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    resource::<TerminalInput>(&mut linker.instance("wasi:cli/terminal-input@0.2.0")?, "terminal-input")?;
    resource::<TerminalOutput>(&mut linker.instance("wasi:cli/terminal-output@0.2.0")?, "terminal-output")?;
    let mut stdin = linker.instance("wasi:cli/terminal-stdin@0.2.0")?;
    stdin.func_wrap("get-terminal-stdin", |_, (): ()| Ok((None::<Resource<TerminalInput>>,)))?;
    let mut stdout = linker.instance("wasi:cli/terminal-stdout@0.2.0")?;
    stdout.func_wrap("get-terminal-stdout", |_, (): ()| Ok((None::<Resource<TerminalOutput>>,)))?;
    let mut stderr = linker.instance("wasi:cli/terminal-stderr@0.2.0")?;
    stderr.func_wrap("get-terminal-stderr", |_, (): ()| Ok((None::<Resource<TerminalOutput>>,)))
}
