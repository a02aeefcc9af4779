//! The HTTP client all stand-ins use: plain HTTP on loopback, short timeouts, no proxy.

use std::time::Duration;

/// Longest wait for any answer; everything is on this machine.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A client. TLS is not used, but reqwest needs a provider for it.
pub fn client() -> reqwest::Result<reqwest::Client> {
    // Fails if the process has a provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(TIMEOUT).no_proxy().build()
}
