//! A plugin in plain wasmtime: the baseline for what the sandbox adds.
//!
//! The engine has the pool's best settings and the leanest calls; there is no deadline, no limit on memory, handles or
//! transfer, no check of an answer, and nothing else of what the sandbox does for a message. Messages are made once,
//! before anything is measured. Beside `host/sandbox` this is the one place that names wasmtime.

use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store};

/// The contract, generated as the sandbox generates it: what goes in is borrowed.
#[allow(missing_docs, unreachable_pub, reason = "generated")]
mod contract {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "enricher",
        imports: { default: trappable },
        ownership: Borrowing { duplicate_if_necessary: true },
    });
}

use contract::gantry::plugin::types::{Message, PayloadParam};
use contract::{Enricher, EnricherPre};

/// Bytes of a memory that a slot keeps between two instances; as in the sandbox.
const MEMORY_KEPT: usize = 4 << 20;
/// Bytes of a table that a slot keeps between two instances; as in the sandbox.
const TABLE_KEPT: usize = 256 << 10;
/// Instances the pool has room for; as in the sandbox.
const INSTANCES: u32 = 64;

/// A compiled plugin. Its imports trap, so it must be one that only computes.
pub struct Bare {
    engine: Engine,
    pre: EnricherPre<()>,
}

/// One configured instance.
pub struct Instance {
    store: Store<()>,
    guest: Enricher,
}

/// Messages with the same text, in the form that a call borrows.
pub struct Batch {
    ids: Vec<String>,
    payload: String,
}

impl Batch {
    /// So many messages with this text.
    #[must_use]
    pub fn new(count: usize, payload: &str) -> Self {
        let ids = (0..count).map(|number| format!("0190a1b2-c3d4-7000-8000-{number:012}")).collect();
        Self { ids, payload: payload.to_owned() }
    }

    fn messages(&self) -> Vec<Message<'_>> {
        self.ids.iter().map(|id| self.message(id)).collect()
    }

    fn message<'a>(&'a self, id: &'a str) -> Message<'a> {
        Message {
            id,
            key: None,
            content_type: "text/plain",
            headers: &[],
            event_time_ms: 1_700_000_000_000,
            attempt: 1,
            payload: PayloadParam::Text(&self.payload),
            extensions: &[],
        }
    }
}

impl Bare {
    /// Compiles a plugin.
    #[must_use]
    pub fn new(component: &[u8]) -> Self {
        let engine = engine().expect("an engine");
        let component = Component::new(&engine, component).expect("a component");
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&component).expect("imports that can be refused");
        let pre = linker.instantiate_pre(&component).and_then(EnricherPre::new).expect("a plugin");
        Self { engine, pre }
    }

    /// A fresh instance, configured.
    #[must_use]
    pub fn start(&self) -> Instance {
        let mut store = Store::new(&self.engine, ());
        let guest = self.pre.instantiate(&mut store).expect("a free slot");
        let configured = guest.gantry_plugin_transform().call_configure(&mut store, "{}");
        configured.expect("no trap").expect("settings it accepts");
        Instance { store, guest }
    }

    /// Instantiates and drops, without a single call.
    pub fn instantiate(&self) {
        let mut store = Store::new(&self.engine, ());
        self.pre.instantiate(&mut store).expect("a free slot");
    }
}

impl Instance {
    /// Hands the batch over and takes the answers, of which there is one for each message.
    pub fn process(&mut self, batch: &Batch) {
        let outcomes = self.guest.gantry_plugin_transform().call_process(&mut self.store, &batch.messages());
        assert_eq!(outcomes.expect("no trap").len(), batch.ids.len());
    }
}

fn engine() -> wasmtime::Result<Engine> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(INSTANCES)
        .max_unused_warm_slots(INSTANCES)
        .linear_memory_keep_resident(MEMORY_KEPT)
        .table_keep_resident(TABLE_KEPT)
        .pagemap_scan(Enabled::Auto);
    let mut config = Config::new();
    config.concurrency_support(false).allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config)
}
