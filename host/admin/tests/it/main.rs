//! The admin API's description and its documentation.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod openapi;
