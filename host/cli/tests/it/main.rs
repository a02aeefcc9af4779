//! The command line, tested through the binary itself.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod at_rest;
mod author;
mod commands;
mod compile;
mod help;
mod new;
mod secrets;
mod strict;
