//! Webhook verification, from the sender's signature to the host's verdict.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod verification;
