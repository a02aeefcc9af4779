//! What is promised of every language, tried with its own compiler.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod ambient;
mod conformance;
mod granted;
mod honest;
mod native;
mod quality;
mod scaffolds;
mod sealed;
mod siblings;
mod warm;
