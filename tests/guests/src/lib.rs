//! Real guest components for tests, one per behaviour, each a plugin with its manifest.
//!
//! Their sources are under `wasm/examples`, one file a guest; the build script compiles them. `foreach_guest!` names
//! them all, so that a test suite can insist that each has a test.

include!(concat!(env!("OUT_DIR"), "/guests.rs"));
