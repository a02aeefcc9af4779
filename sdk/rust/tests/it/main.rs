//! The SDK from outside.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod vectors;
