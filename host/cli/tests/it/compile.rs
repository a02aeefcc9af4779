//! Plugins are compiled by the real binary in a process of its own, and hostile ones cost that process its life.

mod bombs;
mod commands;
mod process;
