//! The stand-ins: the shop and the CRM that send, and the ERP that receives.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod erp;
mod senders;
