//! The torture run, and the judge that decides whether it passed.

#![allow(clippy::unwrap_used, reason = "a test, helpers included")]

mod torture;
mod verdict;
