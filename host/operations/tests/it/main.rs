//! Operations from the outside, over a store with no host: permission, effect and audit entry belong together.

#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

mod audit;
mod find;
mod interrupted;
mod support;
