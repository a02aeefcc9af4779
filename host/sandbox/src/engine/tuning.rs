//! Every setting of the engine, each with the threat it averts or the cost it saves.

use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Strategy, WasmBacktraceDetails,
};

use crate::config::SandboxConfig;

/// Core instances of one component: a guest, its adapter and shims are 2 to 5; a language runtime linked from shared
/// objects has some thirty.
pub(crate) const CORE_INSTANCES: u32 = 64;
/// Tables of one component: the guest's own and one per shim.
pub(crate) const TABLES: u32 = 8;
/// Memories of one component: one is the rule, an adapter may bring a second, and QuickJS with a stub of WASI inside
/// has three. The limit of a step counts them all together.
pub(crate) const MEMORIES: u32 = 4;
/// Elements of one table, the number of functions that can be called indirectly. The largest language runtimes have
/// about 20,000.
pub(crate) const TABLE_ELEMENTS: usize = 1 << 16;

/// Memory a slot keeps mapped when its instance ends. Page faults, not instantiation, are what a fresh instance
/// costs: keeping the pages and zeroing only the dirty ones makes it two to five times cheaper. Rust, C and QuickJS
/// guests fit into 4 MiB; of a larger guest the rest is given back.
const MEMORY_KEPT_RESIDENT: usize = 4 << 20;
/// The same for tables; 8 bytes an element.
const TABLE_KEPT_RESIDENT: usize = 256 << 10;

pub(super) fn engine(sandbox: &SandboxConfig) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    execution(&mut config);
    features(&mut config);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(sandbox)));
    Engine::new(&config)
}

/// An engine that only compiles. It has no pool, because the pool's address space would use up what a compiler's process
/// may have. Its code runs in [`engine`], because compiled code doesn't depend on the pool.
pub(crate) fn compiler() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    execution(&mut config);
    features(&mut config);
    Engine::new(&config)
}

fn execution(config: &mut Config) {
    // Winch is younger and less fuzzed.
    config.strategy(Strategy::Cranelift);
    // Ends endless loops; fuel would too, at a higher price for every call.
    config.epoch_interruption(true);
    // Function names for the fault, but no lines or locals: those need debug information most plugins lack, and the
    // default would let the environment decide.
    config.wasm_backtrace_details(WasmBacktraceDetails::Disable);
    // Component-model async is where most recent advisories were, and calls are almost three times cheaper without.
    config.concurrency_support(false);
    // Code is mapped from the pool's images copy-on-write: a fresh instance shares all pages it doesn't write.
    config.memory_init_cow(true);
}

/// The features a guest may use. `gantry-component` validates against the same list; this is a second barrier.
fn features(config: &mut Config) {
    config
        .wasm_component_model(true)
        .wasm_simd(true)
        .wasm_gc(false)
        .gc_support(false)
        .wasm_function_references(false)
        .wasm_exceptions(false)
        .wasm_threads(false)
        .wasm_shared_everything_threads(false)
        .shared_memory(false)
        .wasm_memory64(false)
        .wasm_stack_switching(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        // Its results may differ between machines, and a past run must be repeatable.
        .wasm_relaxed_simd(false);
}

/// Slots are address space reserved at start. A guest that needs more than a slot offers is not instantiated.
fn pool(sandbox: &SandboxConfig) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(sandbox.instances)
        .total_core_instances(sandbox.instances.saturating_mul(CORE_INSTANCES))
        .total_memories(sandbox.instances.saturating_mul(MEMORIES))
        .total_tables(sandbox.instances.saturating_mul(TABLES))
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .max_memories_per_module(MEMORIES)
        .max_tables_per_module(TABLES)
        .table_elements(TABLE_ELEMENTS)
        .max_memory_size(sandbox.max_memory_bytes)
        .max_unused_warm_slots(sandbox.instances)
        .linear_memory_keep_resident(MEMORY_KEPT_RESIDENT)
        .table_keep_resident(TABLE_KEPT_RESIDENT)
        // Asks the kernel which pages are dirty instead of touching all of them (Linux 6.7 and later).
        .pagemap_scan(Enabled::Auto);
    pool
}
