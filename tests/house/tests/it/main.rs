//! Tests of the project's files: dependencies, sources, the book and the README.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod book;
mod builds;
mod ci;
mod commands;
mod crates;
mod imports;
mod kinds;
mod readme;
mod sdk;
mod sources;
mod style;
mod threats;
mod words;
