//! The authorities of a target's `ca`: a file of certificates, read with the flow that names it.

use std::path::PathBuf;

use gantry_config::table::{At, PathText};
use gantry_config::{Code, Lower};
use gantry_core::Digest;
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

/// Certificates that are trusted besides those of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorities {
    /// Where they are.
    pub file: PathBuf,
    /// Of the file as it was read: another one is taken up by a reload.
    pub digest: Digest,
    /// Each in DER.
    pub certificates: Vec<Vec<u8>>,
}

impl Authorities {
    /// Reads a file of certificates, or reports what is wrong with it.
    pub(super) fn read(path: &At<PathText>, lower: &mut Lower<'_>) -> Option<Self> {
        let file = lower.file(path)?;
        let shown = lower.directory().join(&*path.value);
        let shown = shown.display();
        let bytes = match std::fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) => {
                let message = format!("the certificates in {shown} can't be read: {error}");
                lower.report(Code::MissingFile, &path.span, message, "state a file in PEM format");
                return None;
            }
        };
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
        match read {
            Ok(certificates) if !certificates.is_empty() => {
                if let Some((number, problem)) = unusable(&certificates) {
                    let message = format!("certificate {number} of {shown} can't be used: {problem}");
                    lower.invalid(
                        &path.span,
                        message,
                        "replace it or remove it; `openssl x509 -in FILE` reads the first",
                    );
                    return None;
                }
                let certificates = certificates.into_iter().map(|certificate| certificate.to_vec()).collect();
                Some(Self { digest: Digest::of(&bytes), file, certificates })
            }
            _ => {
                let message = format!("{shown} holds no certificate that can be read");
                let help = "it must be in PEM format: `-----BEGIN CERTIFICATE-----`; `openssl x509 -inform der -in FILE` \
                        converts one";
                lower.invalid(&path.span, message, help);
                None
            }
        }
    }
}

/// The first certificate that can't be an authority, counted from 1, and why.
fn unusable(certificates: &[CertificateDer<'_>]) -> Option<(usize, rustls::Error)> {
    let mut store = RootCertStore::empty();
    (1..).zip(certificates).find_map(|(number, certificate)| {
        store.add(certificate.clone().into_owned()).err().map(|problem| (number, problem))
    })
}
