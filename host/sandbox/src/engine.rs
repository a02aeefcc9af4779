//! The sandbox itself: one engine, one ticker and one compile cache for the whole host.

mod ticker;
pub(crate) mod tuning;

use std::sync::Arc;
use std::time::Duration;

use gantry_component::{check_size, inspect, read};
use gantry_core::Digest;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use crate::cache::{Cache, CacheConfig, CacheError};
use crate::compile::{self, CompileError, CompilerProcess};
use crate::engine_error::EngineError;
use crate::host;
use crate::instance::Room;
use crate::plugin::{LoadError, Plugin, vet};
use crate::state::State;
use crate::wasi;
use ticker::Ticker;

/// What the sandbox may use of the machine. `SandboxConfig::default()` suits a host of a few cores.
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    /// Where compiled code is kept; none compiles at every start.
    pub cache: Option<CacheConfig>,
    /// Who compiles. None compiles in this process, which is for components one wrote oneself: compiling a hostile one
    /// may take all memory and minutes.
    pub compiler: Option<CompilerProcess>,
    /// Most instances alive at once. Each thread inside [`PreparedStep::run`](crate::PreparedStep::run) holds one, and
    /// up to half of them may wait warm between batches, so twice the number of threads is plenty; a surplus costs
    /// address space, not memory.
    pub instances: u32,
    /// The most linear memory any step's limits may ask for, in bytes; at most 4 GiB.
    pub max_memory_bytes: usize,
    /// How often deadlines are looked at: a call may overrun its deadline by up to two of these.
    pub tick: Duration,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self { cache: None, compiler: None, instances: 64, max_memory_bytes: 1 << 30, tick: Duration::from_millis(5) }
    }
}

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

/// Compiles and runs plugins. Clones share one engine; the last one, with the last plugin, stops it.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

/// What every plugin and step of this sandbox shares.
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    /// The stub of WASI and the log: what every plugin may import. Grants are linked on top, step by step.
    pub(crate) linker: Linker<State>,
    pub(crate) tick: Duration,
    pub(crate) max_memory_bytes: usize,
    /// Places for warm instances of all steps.
    pub(crate) warm: Arc<Room>,
    cache: Option<Cache>,
    compiler: Option<CompilerProcess>,
    /// Told of every call. Declared last, so that deadlines hold until everything else is gone.
    pub(crate) ticker: Ticker,
}

impl Sandbox {
    /// Sets up the engine and starts its ticker.
    ///
    /// # Errors
    /// When the machine can't give what the configuration asks for.
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
            warm: Arc::new(Room::new(config.instances as usize / 2)),
            cache,
            compiler: config.compiler,
            ticker,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Reads, vets and compiles a component; from the cache when it holds it.
    ///
    /// Compiling takes tens of milliseconds for a Rust plugin and seconds for one that carries a language runtime.
    ///
    /// # Errors
    /// When it is no usable plugin, imports what no grant covers, or doesn't compile.
    pub fn load(&self, bytes: &[u8]) -> Result<Plugin, LoadError> {
        check_size(bytes)?;
        let digest = Digest::of(bytes);
        let cached = self.shared.cache.as_ref().and_then(|cache| cache.get(&self.shared.engine, &digest));
        // Bytes with this digest were found valid before they were compiled.
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
