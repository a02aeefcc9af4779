//! The retry schedule, run against a scripted target.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod delivery_schedule;
