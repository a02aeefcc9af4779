//! The torture run, and tests of the checks that decide whether it passed.

#![allow(clippy::unwrap_used, reason = "a test, helpers included")]

mod torture;
mod verdict;
