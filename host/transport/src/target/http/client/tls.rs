//! TLS to a target: which certificates are trusted, and which protocols offered.

use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_platform_verifier::Verifier;

use super::super::authorities::Authorities;

/// Trusts the certificates of the system and those in `ca`. For plain HTTP there are none, so that a machine without any
/// certificates, such as a bare container, can still run.
pub(super) fn config(is_https: bool, ca: Option<&Authorities>) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let mut config = match is_https {
        true => builder.dangerous().with_custom_certificate_verifier(verifier(ca, provider)?).with_no_client_auth(),
        false => builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn verifier(
    ca: Option<&Authorities>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
    let ca = ca.into_iter().flat_map(|ca| &ca.certificates).map(|der| CertificateDer::from(der.clone()));
    Ok(Arc::new(Verifier::new_with_extra_roots(ca, provider)?))
}
