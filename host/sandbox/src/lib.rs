//! Runs plugins. This is the only crate that names wasmtime, and nothing of wasmtime shows above it.
//!
//! [`Sandbox`] lives as long as the host: it owns the engine, the compile cache and the clock that ends calls.
//! [`Plugin`] is one compiled component. [`PreparedStep`] is a plugin bound to a step of a flow, with its settings,
//! grants and limits; [`PreparedStep::run`] takes a batch of messages and gives one outcome or fault for each.
//!
//! Promised here, and tested by name in `tests/`:
//!
//! - A plugin can harm only its own messages. Whatever it does (trap, loop, allocate, flood, lie about its output),
//!   the messages it fails on get a [`PluginFault`], the others in the batch their outcome, and the host goes on.
//! - Nothing is ambient. Without a grant a plugin can compute and log. Files, environment, network, real time and
//!   true randomness don't exist for it.
//! - Every batch starts from a fresh instance, so nothing of one message is left for the next batch to read; unless the
//!   step asks for warm ones, which no other step ever sees.
//! - A component that is hard to compile costs a process of its own its life, and not the host: see [`CompilerProcess`].
//! - An outcome handed out is within its bounds: never a partial or a malformed emit.
//!
//! [`PreparedStep::run`] blocks for as long as the guest computes: call it off the async threads.

mod cache;
mod call;
mod check;
mod compile;
mod engine;
mod engine_error;
mod fault;
mod guest;
mod host;
mod instance;
mod invocation;
mod limiter;
mod lower;
mod plugin;
mod run;
mod standing;
mod state;
mod step;
mod trusted;
mod wasi;

pub use cache::CacheConfig;
pub use compile::{CompileBounds, CompileError, CompilerProcess, serve_compilation};
pub use engine::{Sandbox, SandboxConfig, SandboxError};
pub use engine_error::EngineError;
pub use fault::{FaultCode, PluginFault};
pub use gantry_core::{Grants, Limits, Place, Reuse};
pub use host::lookup::{TableError, Tables};
pub use invocation::Invocation;
pub use plugin::{LoadError, Plugin};
pub use run::Run;
pub use standing::{Standing, standing};
pub use step::{LimitError, PrepareError, PrepareProblem, PreparedStep, StepConfig};
