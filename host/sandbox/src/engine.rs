//! The sandbox itself: one engine, one ticker and one compile cache for the whole host.

pub(crate) mod ticker;
pub(crate) mod tuning;

use std::sync::Arc;

use gantry_component::{check_size, inspect, read};
use gantry_core::Digest;
use wasmtime::component::{Component, Linker};

use crate::cache::{Cache, CacheError};
use crate::compile::{self, CompileError};
use crate::config::SandboxConfig;
use crate::engine_error::EngineError;
use crate::host;
use crate::instance::WarmLimit;
use crate::plugin::{LoadError, Plugin, vet};
use crate::shared::Shared;
use crate::wasi;
use ticker::Ticker;

/// The sandbox can't be set up on this machine.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The engine refuses its configuration, or the machine lacks what it needs.
    #[error("can't set up the WebAssembly engine: {0}")]
    Engine(#[from] EngineError),
    /// No thread for the ticker.
    #[error("can't start the thread that enforces deadlines")]
    Ticker(#[source] std::io::Error),
    /// The cache's directory can't be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
}

/// Compiles and runs plugins. Clones share one engine, which stops when the last clone and the last plugin are gone.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

impl Sandbox {
    /// Sets up the engine and starts its ticker.
    ///
    /// # Errors
    /// When the machine can't provide what the configuration asks for.
    pub fn new(config: SandboxConfig) -> Result<Self, SandboxError> {
        let engine = tuning::engine(&config).map_err(EngineError::new)?;
        let mut linker = Linker::new(&engine);
        wasi::link(&mut linker).map_err(EngineError::new)?;
        host::log::link(&mut linker).map_err(EngineError::new)?;
        let cache = config.cache.map(|cache| Cache::open(cache, &engine)).transpose()?;
        let ticker = Ticker::start(engine.weak(), config.tick).map_err(SandboxError::Ticker)?;
        let shared = Shared {
            engine,
            linker,
            tick: config.tick,
            max_memory_bytes: config.max_memory_bytes,
            warm_limit: Arc::new(WarmLimit::new(config.instances as usize / 2)),
            cache,
            compiler: config.compiler,
            ticker,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Reads, checks and compiles a component, or takes its code from the cache.
    ///
    /// Compiling takes tens of milliseconds for a Rust plugin, and seconds for one with a language runtime.
    ///
    /// # Errors
    /// When it is not a usable plugin, imports something that no grant covers, or can't be compiled.
    pub fn load(&self, bytes: &[u8]) -> Result<Plugin, LoadError> {
        check_size(bytes)?;
        let digest = Digest::of(bytes);
        let cached = self.shared.cache.as_ref().and_then(|cache| cache.get(&self.shared.engine, &digest));
        // A cached component was validated before it was compiled.
        let inspection = if cached.is_some() { read(bytes, digest)? } else { inspect(bytes)? };
        let manifest = inspection.require_manifest()?.clone();
        vet(&manifest.name, &inspection.imports)?;
        let component = match cached {
            Some(component) => component,
            None => self
                .compile(&inspection.digest, bytes)
                .map_err(|source| LoadError::Compile { plugin: manifest.name.clone(), source })?,
        };
        Ok(Plugin::new(Arc::clone(&self.shared), component, manifest, inspection))
    }

    fn compile(&self, digest: &Digest, bytes: &[u8]) -> Result<Component, CompileError> {
        let component = match &self.shared.compiler {
            None => compile::in_process(&self.shared.engine, bytes),
            Some(compiler) => compiler.compile(&self.shared.engine, bytes),
        }?;
        if let Some(cache) = &self.shared.cache {
            cache.keep(digest, &component);
        }
        Ok(component)
    }
}
