//! The plugin run natively: its golden cases and the Northwind sample database.

#![allow(clippy::unwrap_used, reason = "a test, helpers included")]

mod golden;
mod northwind;
