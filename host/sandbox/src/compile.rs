//! Turns a component into native code, in this process or in a short-lived one that may die of it.
//!
//! Compiling has no limits of its own: a valid component of a few MiB can keep Cranelift busy for minutes and make it use
//! gigabytes, and a step's deadline and limits don't cover this. wasmtime doesn't count it as a vulnerability: limiting it
//! is left to the embedder. [`CompilerProcess`] uses a process whose memory, processor time and files the kernel limits,
//! and whose elapsed time the host limits. When the process dies, the plugin is refused and the host goes on.
//!
//! Compiling in this process is for people who compile their own plugins: tests, `gantry plugin test`, `dev` and `bench`.

mod child;
mod parent;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::engine_error::EngineError;

pub use child::serve_compilation;

/// What one compilation may use.
///
/// The defaults come from measuring the largest known honest component, a plugin of 18 MB with a Python runtime: it takes
/// 12 s of processor time, 546 MiB of address space (384 MiB of them resident) and 35 MB of code. The limit for time is
/// ten times that, for machines that are slower or busy; for memory almost four times, since a component may be almost
/// twice that size; for code seven times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompileBounds {
    /// Address space of the process in bytes, which bounds its memory.
    pub memory_bytes: u64,
    /// Processor time of all its threads, in whole seconds.
    pub cpu_seconds: u64,
    /// Elapsed time, from start to the last byte of code.
    pub wall_clock: Duration,
    /// Most bytes of code it may return.
    pub code_bytes: usize,
}

impl Default for CompileBounds {
    fn default() -> Self {
        Self { memory_bytes: 2 << 30, cpu_seconds: 120, wall_clock: Duration::from_secs(180), code_bytes: 256 << 20 }
    }
}

/// How to start a process that compiles: a program that calls [`serve_compilation`] when it gets these arguments.
#[derive(Clone, Debug)]
pub struct CompilerProcess {
    /// The program; see [`CompilerProcess::this_program`].
    pub program: PathBuf,
    /// Its arguments, before those that state the bounds.
    pub args: Vec<OsString>,
    /// What a compilation may use.
    pub bounds: CompileBounds,
}

impl CompilerProcess {
    /// This very program with these arguments, under the default bounds.
    ///
    /// # Errors
    /// When the program can't be found. On Linux it always is, even after its file was replaced by another version.
    pub fn this_program(args: impl IntoIterator<Item = impl Into<OsString>>) -> std::io::Result<Self> {
        let program =
            if cfg!(target_os = "linux") { PathBuf::from("/proc/self/exe") } else { std::env::current_exe()? };
        Ok(Self { program, args: args.into_iter().map(Into::into).collect(), bounds: CompileBounds::default() })
    }
}

/// Why a component was not compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The compiler refuses it, and says why.
    #[error("{0}")]
    Refused(String),
    /// The engine refuses it, or the code that was made of it.
    #[error(transparent)]
    Engine(EngineError),
    /// It took too long.
    #[error("compiling took more than {} s, {TOO_EXPENSIVE}", .0.as_secs())]
    Time(Duration),
    /// It took too much memory.
    #[error("compiling took more than {} MiB of memory, {TOO_EXPENSIVE}", .0 >> 20)]
    Memory(u64),
    /// Its code is too large.
    #[error("compiling made more than {} MiB of code, {TOO_EXPENSIVE}", .0 >> 20)]
    Code(usize),
    /// The process ended in another way, which should never happen.
    #[error("the compiler's process died ({0}); the plugin is refused, since compiling it may be what killed it")]
    Died(String),
    /// The process can't be started, or its pipes can't be used.
    #[error("the compiler's process can't be run: {0}")]
    Process(#[source] std::io::Error),
}

/// What the author can do about a component that is too expensive to compile.
const TOO_EXPENSIVE: &str = "the most a plugin may: its functions are too large or nested too deeply. Build it optimised, \
                        split generated functions, and move tables of data out of the code";

/// Compiles in this process, without limits.
pub(crate) fn in_process(engine: &Engine, bytes: &[u8]) -> Result<Component, CompileError> {
    Component::new(engine, bytes).map_err(|error| CompileError::Engine(EngineError::new(error)))
}
