//! What was typed: the files as TOML has them, before any value is understood.
//!
//! These types are the JSON Schema (their comments are what an editor shows), and [`crate::shape`] checks files
//! against that schema before anything is deserialised. Every key is optional here, also those the schema requires,
//! so that a file with one key missing can still be read for its other mistakes.

pub(crate) mod alert;
pub(crate) mod ends;
pub(crate) mod flow;
pub(crate) mod host;
pub(crate) mod http;
pub(crate) mod keys;
pub(crate) mod patience;
pub(crate) mod plugins;
pub(crate) mod rules;
pub(crate) mod text;
