//! The contract as Rust types, generated from `wit/`.
//!
//! Borrowing ownership: what goes into the guest is lowered straight from the host's own strings and bytes, without
//! copying them into owned types first. What comes out is owned, and moves into the outcome.

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "enricher",
    imports: { default: trappable },
    ownership: Borrowing { duplicate_if_necessary: true },
});

pub(crate) use gantry::plugin::types;
