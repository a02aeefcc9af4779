//! The HTTP client of one target, with connections of its own and no other state.

use std::sync::Arc;

use reqwest::redirect::Policy;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;

use super::template::Template;
use super::{HttpTarget, HttpTargetError};

/// Shorter than the keep-alive of common servers and proxies (60 s and more), so that the host rarely uses a connection
/// that the other side is just closing.
const IDLE: std::time::Duration = std::time::Duration::from_secs(45);

pub(super) fn build(
    config: &HttpTarget,
    concurrency: usize,
    url: &Template,
) -> Result<reqwest::Client, HttpTargetError> {
    let is_https = url.sample().is_some_and(|url| url.scheme() == "https");
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls(is_https)?)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(config.connect_timeout)
        .timeout(config.timeout)
        .pool_max_idle_per_host(concurrency)
        .pool_idle_timeout(IDLE)
        .user_agent(concat!("gantry/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| HttpTargetError::Client(error.into()))
}

/// TLS with the system's certificates. For plain HTTP it has none, so that a machine without any certificates, such as a
/// bare container, can still run.
fn tls(is_https: bool) -> Result<ClientConfig, HttpTargetError> {
    let failed = |error: rustls::Error| HttpTargetError::Client(error.into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = builder(provider).map_err(failed)?;
    let mut config = match is_https {
        true => builder.with_platform_verifier().map_err(failed)?.with_no_client_auth(),
        false => builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn builder(
    provider: Arc<CryptoProvider>,
) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, rustls::Error> {
    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()
}
