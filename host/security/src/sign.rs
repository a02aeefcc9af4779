//! Makes the signatures that `verify` checks: for targets whose requests are signed, and for tests, stand-ins and load
//! generators.
//!
//! Each function returns a header value for one body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use gantry_core::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::verify::standard::{decode_base64, signed_parts};

/// A key that can't sign.
#[derive(Debug, thiserror::Error)]
#[error("a signing key must be {0}")]
pub struct InvalidKey(&'static str);

/// `webhook-signature` for this id, time and body: `v1,…` with a `whsec_…` or bare base64 secret.
///
/// The matching `webhook-timestamp` is the time in whole seconds: [`webhook_timestamp`].
pub fn standard(secret: &str, id: &str, at: Timestamp, body: &[u8]) -> Result<String, InvalidKey> {
    let key = decode_base64(secret.strip_prefix("whsec_").unwrap_or(secret)).ok_or(InvalidKey("base64"))?;
    let timestamp = webhook_timestamp(at);
    let mac = hmac(&key, signed_parts(id.as_bytes(), timestamp.as_bytes(), body));
    Ok(format!("v1,{}", STANDARD.encode(mac)))
}

/// `webhook-signature` with a `whsk_…` private key: `v1a,…`.
pub fn standard_ed25519(private_key: &str, id: &str, at: Timestamp, body: &[u8]) -> Result<String, InvalidKey> {
    let message = signed_parts(id.as_bytes(), webhook_timestamp(at).as_bytes(), body).concat();
    Ok(format!("v1a,{}", STANDARD.encode(ed25519_key(private_key)?.sign(&message).to_bytes())))
}

/// The `whpk_…` public key that verifies what this `whsk_…` private key signs.
pub fn standard_public_key(private_key: &str) -> Result<String, InvalidKey> {
    Ok(format!("whpk_{}", STANDARD.encode(ed25519_key(private_key)?.verifying_key().as_bytes())))
}

/// `webhook-timestamp`: whole seconds since the epoch.
#[must_use]
pub fn webhook_timestamp(at: Timestamp) -> String {
    (at.0 / 1000).to_string()
}

/// `X-Hub-Signature-256` as GitHub sends it.
#[must_use]
pub fn github(secret: &str, body: &[u8]) -> String {
    let mac = hmac(secret.as_bytes(), [body]);
    let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

/// `X-Shopify-Hmac-SHA256` as Shopify sends it.
#[must_use]
pub fn shopify(secret: &str, body: &[u8]) -> String {
    STANDARD.encode(hmac(secret.as_bytes(), [body]))
}

fn hmac<'a>(key: &[u8], parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    parts.into_iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn ed25519_key(text: &str) -> Result<ed25519_dalek::SigningKey, InvalidKey> {
    const EXPECTED: InvalidKey = InvalidKey("`whsk_` and the base64 of 32 or 64 bytes");
    let bytes = text.strip_prefix("whsk_").and_then(decode_base64).ok_or(EXPECTED)?;
    // Some libraries append the public key to the seed.
    let seed = bytes.get(..32).filter(|_| matches!(bytes.len(), 32 | 64)).and_then(|seed| seed.try_into().ok());
    seed.map(|seed| ed25519_dalek::SigningKey::from_bytes(&seed)).ok_or(EXPECTED)
}
