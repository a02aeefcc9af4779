//! Schemas: the official test suite, references between files, and the violations that a message gets.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod files;
mod suite;
mod violations;
