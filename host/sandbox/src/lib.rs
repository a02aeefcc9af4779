//! Runs plugins. This is the only crate that names wasmtime; its public API shows nothing of wasmtime.
//!
//! [`Sandbox`] lives as long as the host: it owns the engine, the compile cache and the clock that ends calls.
//! [`Plugin`] is one compiled component. [`PreparedStep`] is a plugin bound to a step of a flow, with its settings,
//! grants and limits; [`PreparedStep::run`] takes a batch of messages and gives one outcome or fault for each.
//!
//! Promised here, and tested by name in `tests/`:
//!
//! - A plugin can harm only its own messages. Whatever it does (trap, loop, allocate, flood, lie about its output),
//!   the messages it fails on get a [`PluginFault`], the others in the batch their outcome, and the host goes on.
//! - Without a grant a plugin can compute and log, and nothing else. Files, environment, network, real time and true
//!   randomness don't exist for it. With one, it reads a folder or a variable, and still changes nothing.
//! - Every batch starts in a fresh instance, so nothing of one message is left for the next batch to read. A step may ask
//!   for warm instances, which no other step ever uses.
//! - A component that is too hard to compile ends a process of its own, and not the host: see [`CompilerProcess`].
//! - An outcome is always within its bounds: there is never a partial or a malformed emit.
//!
//! [`PreparedStep::run`] blocks while the guest computes: don't call it on async threads.

mod cache;
mod call;
mod check;
mod compile;
mod config;
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
mod shared;
mod standing;
mod state;
mod step;
mod tables;
mod trusted;
mod wasi;

pub use cache::CacheConfig;
pub use compile::{CompileBounds, CompileError, CompilerProcess, serve_compilation};
pub use config::SandboxConfig;
pub use engine::{Sandbox, SandboxError};
pub use engine_error::EngineError;
pub use fault::{FaultCode, PluginFault};
pub use gantry_core::{FolderGrant, Grants, Limits, Place, Reuse};
pub use host::log::kept::LoggedLine;
pub use invocation::Invocation;
pub use plugin::{LoadError, Plugin};
pub use run::Run;
pub use standing::{Standing, standing};
pub use step::{LimitError, PrepareError, PrepareProblem, PreparedStep, StepConfig};
pub use tables::{TableError, Tables};
pub use wasi::folders::FolderError;
