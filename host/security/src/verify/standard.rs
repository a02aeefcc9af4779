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
use gantry_core::{Digest, Timestamp};
use http::HeaderMap;
use subtle::ConstantTimeEq as _;

use super::body_hmac::{Keyed, keyed, mac_of};
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

/// Most signatures that are looked at of one request: a rotation needs two or three.
const MOST_SIGNATURES: usize = 16;

/// Most of them of ed25519. Each takes the host some 50 µs and reads the whole body, which a stranger must not multiply.
const MOST_ASYMMETRIC: usize = 4;

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

    /// Returns a digest of what was signed.
    pub(super) fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Digest, Refusal> {
        let names = Names::of(headers);
        let id = required(headers, names.id)?;
        let timestamp = required(headers, names.timestamp)?;
        let signatures = required(headers, names.signature)?;
        self.check_age(names.timestamp, timestamp, now)?;
        let signed = signed_parts(id, timestamp, body);
        let offered = signatures.split(|byte| *byte == b' ').take(MOST_SIGNATURES);
        let offered: Vec<_> = offered.filter_map(Offered::read).collect();
        let is_ours = self.has_mac(&offered, &signed) || self.has_signature(&offered, &signed);
        is_ours.then(|| Digest::of(&signed.concat())).ok_or(Refusal::Mismatch)
    }

    /// How long what was signed is remembered: afterwards its timestamp is too old.
    pub(super) const fn window(&self) -> Duration {
        self.tolerance.saturating_mul(2)
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

    /// The MAC of each secret is computed once, however many signatures are offered.
    fn has_mac(&self, offered: &[Offered], signed: &[&[u8]; 5]) -> bool {
        let offered: Vec<_> = offered.iter().filter_map(Offered::mac).collect();
        if offered.is_empty() {
            return false;
        }
        let mut macs = self.secrets.iter().map(|key| mac_of(key, signed));
        macs.any(|mac| offered.iter().any(|offered| bool::from(mac.ct_eq(offered))))
    }

    fn has_signature(&self, offered: &[Offered], signed: &[&[u8]; 5]) -> bool {
        let mut offered = offered.iter().filter_map(Offered::signature).take(MOST_ASYMMETRIC).peekable();
        if self.public_keys.is_empty() || offered.peek().is_none() {
            return false;
        }
        let signed = signed.concat();
        offered.any(|signature| self.public_keys.iter().any(|key| key.verify_strict(&signed, signature).is_ok()))
    }
}

/// A signature of a request, in the form that its scheme prescribes.
enum Offered {
    Mac(Vec<u8>),
    Asymmetric(Box<Signature>),
}

impl Offered {
    fn read(text: &[u8]) -> Option<Self> {
        if let Some(mac) = text.strip_prefix(b"v1,") {
            return decode_base64(mac).map(Self::Mac);
        }
        let signature = decode_base64(text.strip_prefix(b"v1a,")?)?;
        Signature::from_slice(&signature).ok().map(|signature| Self::Asymmetric(Box::new(signature)))
    }

    fn mac(&self) -> Option<&[u8]> {
        if let Self::Mac(mac) = self { Some(mac) } else { None }
    }

    fn signature(&self) -> Option<&Signature> {
        if let Self::Asymmetric(signature) = self { Some(signature) } else { None }
    }
}

/// What is signed: `id.timestamp.body`.
pub(crate) fn signed_parts<'a>(id: &'a [u8], timestamp: &'a [u8], body: &'a [u8]) -> [&'a [u8]; 5] {
    [id, b".", timestamp, b".", body]
}

/// Standard base64, padded or not.
pub(crate) fn decode_base64(text: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    LENIENT.decode(text).ok()
}
