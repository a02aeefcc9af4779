//! A test language for whole hosts, so that a test reads like the sentence it proves:
//!
//! ```ignore
//! let erp = Sink::start().await.answers(503).times(2);
//! let host = TestHost::new().step(guests::ECHO).target("erp", &erp).start().await;
//! host.post("{}").await;
//! erp.wait_for(3).await;
//! ```
//!
//! Ports are free ones, stores temporary, waiting is for events and bounded by [`PATIENCE`].

mod binary;
mod host;
mod operator;
mod process;
mod runbook;
mod sink;

use std::time::Duration;

pub use binary::{
    another_version, gantry, guest, plugin, replace, repository, run_gantry, shared_data, versioned, with_cases,
};
pub use host::{FlowText, TestHost};
pub use operator::Operator;
pub use process::HostProcess;
pub use runbook::{Block, Ran, Runbook, blocks};
pub use sink::{Answer, Seen, Sink, hanging};

/// A client for a test, without the proxy of whoever runs it.
pub fn client_builder() -> reqwest::ClientBuilder {
    choose_cryptography();
    reqwest::Client::builder().no_proxy()
}

/// The process's cryptography, as the command line chooses it; the first choice holds.
fn choose_cryptography() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// How long a test waits for something that must happen before it fails.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until `check` holds, looking again whenever a moment has passed; panics after [`PATIENCE`], naming `what`.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut check: impl FnMut() -> F) {
    let mut looks = tokio::time::interval(Duration::from_millis(20));
    let waited = tokio::time::timeout(PATIENCE, async {
        loop {
            looks.tick().await;
            if check().await {
                return;
            }
        }
    });
    assert!(waited.await.is_ok(), "waited {PATIENCE:?} in vain for: {what}");
}
