//! What travels about plugins: the catalogue, and the header that carries signatures beside a component.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gantry_security::{SignatureFile, SignatureFileError};
use gantry_store::Published;
use serde::{Deserialize, Serialize};

/// The header that holds a `FILE.wasm.sig` as it is, in base64.
pub const SIGNATURES_HEADER: &str = "gantry-signatures";

/// Who publishes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct PublishQuery {
    /// Kept with the plugin.
    pub by: String,
}

/// Every published plugin.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Catalogue {
    /// By name, and then as they were published.
    pub plugins: Vec<Published>,
}

/// The header holds no signatures.
#[derive(Debug, thiserror::Error)]
pub enum SignaturesHeaderError {
    /// Not base64.
    #[error("the header Gantry-Signatures is not base64: it holds a FILE.wasm.sig, as `base64 -w0` prints it")]
    Base64,
    /// Not such a file.
    #[error("the header Gantry-Signatures: {0}")]
    File(#[from] SignatureFileError),
}

/// The header's value for these signatures.
///
/// # Errors
/// Never in practice: plain data always becomes JSON.
pub fn signatures_to_header(signatures: &SignatureFile) -> Result<String, SignatureFileError> {
    Ok(STANDARD.encode(signatures.to_json()?))
}

/// The signatures in the header's value.
///
/// # Errors
/// When it is no base64 of a file of signatures.
pub fn signatures_from_header(value: &[u8]) -> Result<SignatureFile, SignaturesHeaderError> {
    let json = STANDARD.decode(value.trim_ascii()).map_err(|_| SignaturesHeaderError::Base64)?;
    Ok(SignatureFile::read(&json)?)
}
