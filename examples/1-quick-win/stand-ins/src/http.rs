//! The HTTP client all stand-ins use: plain HTTP on loopback, short timeouts, no proxy.

use std::time::Duration;

/// Longest wait for any answer; everything is on this machine.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A client. Nothing here speaks TLS, but reqwest wants to know who would.
pub fn client() -> reqwest::Result<reqwest::Client> {
    // An error means that somebody was first, which is just as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(TIMEOUT).no_proxy().build()
}
