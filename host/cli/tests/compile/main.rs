//! Plugins are compiled by the real binary in a process of its own, and hostile ones cost that process its life.

#![expect(clippy::unwrap_used, reason = "a failing helper fails its test")]

mod bombs;
mod commands;
mod process;
