//! `gantry compile-component`: the process in which the host compiles a plugin. Hidden, since it is for the host alone.
//!
//! It reads a component from the standard input, writes native code to the standard output, and dies of whatever the
//! component makes it use. `host/sandbox` owns both ends of the pipe; this is the door it comes in by.

use clap::Args;
use gantry_sandbox::{CompilerProcess, serve_compilation};

use crate::exit::Failure;

/// Compile a component for the host that started this process
#[derive(Debug, Args)]
pub(crate) struct CompileComponent {
    /// Address space this process may have, in bytes
    memory_bytes: u64,
    /// Processor time it may use
    cpu_seconds: u64,
}

impl CompileComponent {
    /// Never returns: how it ends is a matter between the sandbox and this process, not of the table of exit codes.
    pub(crate) fn run(&self) -> Result<(), Failure> {
        serve_compilation(self.memory_bytes, self.cpu_seconds)
    }
}

/// This program, as the compiler of plugins.
pub(crate) fn compiler_process() -> anyhow::Result<CompilerProcess> {
    use anyhow::Context as _;
    CompilerProcess::this_program(["compile-component"]).context("failed to find this program, to compile plugins with")
}
