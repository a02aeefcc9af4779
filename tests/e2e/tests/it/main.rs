//! End-to-end tests: whole hosts, real sockets, real plugins, the real binary.

#![allow(clippy::unwrap_used, reason = "a test, helpers included")]

mod alerts;
mod all_clear;
mod bad_input;
mod broken_flow;
mod catalogue;
mod crash;
mod delivery;
mod deploy;
mod dlq;
mod doors;
mod last_good;
mod modes;
mod old_plugins;
mod operators;
mod outcomes;
mod promises;
mod queue;
mod real_data;
mod reload;
mod rules;
mod runbooks;
mod schemas;
mod status;
