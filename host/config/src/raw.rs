//! The files as written in TOML, before any value is interpreted.
//!
//! The JSON Schema is generated from these types (an editor shows their comments), and [`crate::shape`] checks files
//! against that schema before anything is deserialised. Every key is optional here, even if the schema requires it, so
//! that a file without it can still be checked for other mistakes.

pub(crate) mod alert;
pub(crate) mod dialect;
pub(crate) mod ends;
pub(crate) mod flow;
pub(crate) mod host;
pub(crate) mod http;
pub(crate) mod keys;
pub(crate) mod plugins;
pub(crate) mod retry;
pub(crate) mod rules;
pub(crate) mod text;
