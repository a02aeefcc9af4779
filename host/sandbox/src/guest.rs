//! The contract as Rust types, generated from `wit/`.
//!
//! With borrowing ownership: values for the guest are lowered directly from the host's own strings and bytes, without
//! copying them into owned types first. Values from the guest are owned, and move into the outcome.

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "enricher",
    imports: { default: trappable },
    ownership: Borrowing { duplicate_if_necessary: true },
});

pub(crate) use gantry::plugin::types;
