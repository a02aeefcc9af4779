//! Golden cases, run against real components.

#![expect(clippy::unwrap_used, reason = "a failing helper fails its test")]

mod run;
