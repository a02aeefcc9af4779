//! Configuration files in, flows or diagnostics out. Most cases are folders under `tests/cases`.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod alerts;
mod defaults;
mod diagnostics;
mod flow;
mod plugin_trust;
mod reference;
mod schema;
