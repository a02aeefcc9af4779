//! Standard Webhooks (standardwebhooks.com): `webhook-id`, `webhook-timestamp` and a space-separated list of
//! signatures over `id.timestamp.body`: `v1,` HMAC-SHA256 with `whsec_` secrets, `v1a,` ed25519 with `whpk_` keys.
//!
//! Svix, from which the specification grew, and those who send through it name the same headers `svix-…`. A request has
//! all three under one of the names.

use std::time::Duration;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use ed25519_dalek::{Signature, VerifyingKey};
use gantry_core::Timestamp;
use hmac::Mac as _;
use http::HeaderMap;

use super::body_hmac::{Keyed, keyed};
use super::{Key, Refusal, VerifierError, required};

/// The headers the scheme needs, by the names that a sender uses.
struct Names {
    id: &'static str,
    timestamp: &'static str,
    signature: &'static str,
}

const STANDARD: Names = Names { id: "webhook-id", timestamp: "webhook-timestamp", signature: "webhook-signature" };
const SVIX: Names = Names { id: "svix-id", timestamp: "svix-timestamp", signature: "svix-signature" };

impl Names {
    /// Those of a request: the standard's, unless it has none of them and one of Svix's.
    fn of(headers: &HeaderMap) -> Self {
        if !STANDARD.are_in(headers) && SVIX.are_in(headers) { SVIX } else { STANDARD }
    }

    fn are_in(&self, headers: &HeaderMap) -> bool {
        self.all().iter().any(|name| headers.contains_key(*name))
    }

    const fn all(&self) -> [&'static str; 3] {
        [self.id, self.timestamp, self.signature]
    }
}

/// Checks that the headers are there.
pub(super) fn precheck(headers: &HeaderMap) -> Result<(), Refusal> {
    Names::of(headers).all().into_iter().try_for_each(|name| required(headers, name).map(drop))
}

/// Most signatures that are checked of one request. A rotation needs two or three, and each ed25519 signature takes the
/// host some 50 µs, which a stranger must not multiply.
const MOST_SIGNATURES: usize = 16;

/// Accepts base64 with and without padding: senders differ.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The keys of one flow and how old a request may be.
#[derive(Clone)]
pub(super) struct StandardWebhooks {
    secrets: Vec<Keyed>,
    public_keys: Vec<VerifyingKey>,
    tolerance: Duration,
}

impl std::fmt::Debug for StandardWebhooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StandardWebhooks").field("tolerance", &self.tolerance).finish_non_exhaustive()
    }
}

impl StandardWebhooks {
    pub(super) fn new(keys: &[Key], tolerance: Duration) -> Result<Self, VerifierError> {
        let mut all = Self { secrets: Vec::new(), public_keys: Vec::new(), tolerance };
        keys.iter().try_for_each(|key| all.add(key))?;
        Ok(all)
    }

    fn add(&mut self, key: &Key) -> Result<(), VerifierError> {
        let text = key.secret.expose().as_str();
        if text.starts_with("whsk_") {
            return Err(key.malformed("for the receiver: `whsk_` is the sender's private key, give its `whpk_` key"));
        }
        if let Some(public) = text.strip_prefix("whpk_") {
            let public = decode_base64(public)
                .and_then(|bytes| VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok())
                .ok_or_else(|| key.malformed("`whpk_` and the base64 of an ed25519 key"))?;
            self.public_keys.push(public);
        } else {
            let secret = decode_base64(text.strip_prefix("whsec_").unwrap_or(text)).filter(|bytes| !bytes.is_empty());
            self.secrets.push(keyed(&secret.ok_or_else(|| key.malformed("`whsec_` and base64, or bare base64"))?));
        }
        Ok(())
    }

    pub(super) fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), Refusal> {
        let names = Names::of(headers);
        let id = required(headers, names.id)?;
        let timestamp = required(headers, names.timestamp)?;
        let signatures = required(headers, names.signature)?;
        self.check_age(names.timestamp, timestamp, now)?;
        let signed = signed_parts(id, timestamp, body);
        let mut offered = signatures.split(|byte| *byte == b' ').take(MOST_SIGNATURES);
        if offered.any(|signature| self.is_ours(signature, &signed)) { Ok(()) } else { Err(Refusal::Mismatch) }
    }

    fn check_age(&self, header: &'static str, timestamp: &[u8], now: Timestamp) -> Result<(), Refusal> {
        let malformed = Refusal::Malformed { header, expected: "whole seconds since 1970" };
        let seconds: u64 = std::str::from_utf8(timestamp).ok().and_then(|text| text.parse().ok()).ok_or(malformed)?;
        let signed_at = Timestamp(seconds.saturating_mul(1000));
        let distance = now.since(signed_at).max(signed_at.since(now));
        if distance <= self.tolerance {
            return Ok(());
        }
        Err(Refusal::Stale { tolerance_seconds: self.tolerance.as_secs() })
    }

    fn is_ours(&self, signature: &[u8], signed: &[&[u8]; 5]) -> bool {
        if let Some(mac) = signature.strip_prefix(b"v1,").and_then(decode_base64) {
            return self.secrets.iter().any(|key| is_mac_of(&mac, key, signed));
        }
        let signature = signature.strip_prefix(b"v1a,").and_then(decode_base64);
        let Some(signature) = signature.and_then(|bytes| Signature::from_slice(&bytes).ok()) else { return false };
        let signed = signed.concat();
        self.public_keys.iter().any(|key| key.verify_strict(&signed, &signature).is_ok())
    }
}

fn is_mac_of(mac: &[u8], key: &Keyed, signed: &[&[u8]; 5]) -> bool {
    let mut hmac = key.clone();
    signed.iter().for_each(|part| hmac.update(part));
    hmac.verify_slice(mac).is_ok()
}

/// What is signed: `id.timestamp.body`.
pub(crate) fn signed_parts<'a>(id: &'a [u8], timestamp: &'a [u8], body: &'a [u8]) -> [&'a [u8]; 5] {
    [id, b".", timestamp, b".", body]
}

/// Standard base64, padded or not.
pub(crate) fn decode_base64(text: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    LENIENT.decode(text).ok()
}
