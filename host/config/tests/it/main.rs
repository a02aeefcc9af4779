//! Configuration files in, flows or diagnostics out. Most cases are files under `tests/cases`.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod alerts;
mod host;
mod plugin_trust;
