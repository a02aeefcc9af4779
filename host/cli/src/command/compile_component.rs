//! `gantry compile-component`: the process in which the host compiles a plugin. Hidden, because only the host uses it.
//!
//! It reads a component from the standard input, and writes native code to the standard output. If the component makes
//! it exceed its limits, the process is ended. `host/sandbox` implements both ends of the pipe; this command only
//! starts it.

use clap::Args;
use gantry_sandbox::{CompilerProcess, serve_compilation};

use crate::exit::Failure;

/// Compile a component for the host that started this process
#[derive(Debug, Args)]
pub(crate) struct CompileComponent {
    /// Most address space of this process, in bytes
    memory_bytes: u64,
    /// Most processor time, in seconds
    cpu_seconds: u64,
}

impl CompileComponent {
    /// Never returns: its exit codes are defined by the sandbox, not by the table of exit codes.
    pub(crate) fn run(&self) -> Result<(), Failure> {
        serve_compilation(self.memory_bytes, self.cpu_seconds)
    }
}

/// This program, as the compiler of plugins.
pub(crate) fn compiler_process() -> anyhow::Result<CompilerProcess> {
    use anyhow::Context as _;
    CompilerProcess::this_program(["compile-component"])
        .context("failed to find this program, which is needed to compile plugins")
}
