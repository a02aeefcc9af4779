//! Nothing but a place for the test that generates the Rust SDK's bindings (in `tests/it/main.rs`): what it needs is built
//! for tests only, and by none of the SDK's users.
