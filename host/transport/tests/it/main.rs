//! Sources and targets over real sockets and real files, against an intake that lives in memory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod config;
mod file_target;
mod files;
mod files_complete;
mod files_hostile;
mod files_restart;
mod files_shape;
mod http_answers;
mod http_connections;
mod http_success;
mod http_target;
mod intake;
mod server;
mod webhook;
mod webhook_bounds;
mod webhook_content;
mod webhook_crowd;
mod webhook_framing;
mod webhook_idempotency;
mod webhook_verify;

use std::ffi::OsString;
use std::time::Duration;

/// No test waits longer for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for what must happen.
async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("{what} did not happen"))
}

/// An environment where each variable's value is its name in lower case.
fn env(name: &str) -> Option<OsString> {
    Some(name.to_ascii_lowercase().into())
}
