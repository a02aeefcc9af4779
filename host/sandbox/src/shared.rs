//! What all plugins and steps of one sandbox share.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::Engine;
use wasmtime::component::Linker;

use crate::cache::Cache;
use crate::compile::CompilerProcess;
use crate::engine::ticker::Ticker;
use crate::instance::WarmLimit;
use crate::state::State;

/// Owned by the sandbox, its plugins and its steps together.
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    /// WASI and the log: what every plugin may import. Grants are linked on top, step by step.
    pub(crate) linker: Linker<State>,
    pub(crate) tick: Duration,
    pub(crate) max_memory_bytes: usize,
    /// Bounds the warm instances of all steps together.
    pub(crate) warm_limit: Arc<WarmLimit>,
    pub(crate) cache: Option<Cache>,
    pub(crate) compiler: Option<CompilerProcess>,
    /// Advances while calls run. Declared last, so that deadlines hold until everything else is gone.
    pub(crate) ticker: Ticker,
}
