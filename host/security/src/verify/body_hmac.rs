//! HMAC-SHA256 over the body alone, as GitHub (hex behind `sha256=`) and Shopify (base64) send it.
//!
//! These schemes have no timestamp, so a recorded request still verifies when it is sent again. What stops it is that the
//! host remembers what was signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gantry_core::Digest;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::{Key, Refusal, required};

/// An HMAC with its key already mixed in; cloned for each request.
pub(super) type Keyed = Hmac<Sha256>;

/// A signature in one header over the whole body.
#[derive(Clone)]
pub(super) struct BodyHmac {
    header: &'static str,
    expected: &'static str,
    decode: fn(&[u8]) -> Option<Vec<u8>>,
    keys: Vec<Keyed>,
}

impl std::fmt::Debug for BodyHmac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BodyHmac").field("header", &self.header).finish_non_exhaustive()
    }
}

impl BodyHmac {
    pub(super) fn github(keys: &[Key]) -> Self {
        let expected = "`sha256=` and 64 hex digits";
        Self { header: "x-hub-signature-256", expected, decode: from_github, keys: keyed_all(keys) }
    }

    pub(super) fn shopify(keys: &[Key]) -> Self {
        let expected = "the base64 of 32 bytes";
        Self { header: "x-shopify-hmac-sha256", expected, decode: from_base64, keys: keyed_all(keys) }
    }

    pub(super) fn precheck(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        self.signature(headers).map(drop)
    }

    pub(super) fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<Digest, Refusal> {
        let signature = self.signature(headers)?;
        let mut macs = self.keys.iter().map(|key| mac_of(key, &[body]));
        let ours = macs.find(|mac| bool::from(mac.ct_eq(signature.as_slice())));
        ours.map(|mac| Digest::of(&mac)).ok_or(Refusal::Mismatch)
    }

    fn signature(&self, headers: &HeaderMap) -> Result<Vec<u8>, Refusal> {
        let malformed = Refusal::Malformed { header: self.header, expected: self.expected };
        (self.decode)(required(headers, self.header)?).filter(|mac| mac.len() == 32).ok_or(malformed)
    }
}

/// The MAC of these bytes.
pub(super) fn mac_of(key: &Keyed, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = key.clone();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// The HMAC keyed with these bytes.
pub(super) fn keyed(key: &[u8]) -> Keyed {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    Keyed::new_from_slice(key).expect("a key of any length")
}

fn keyed_all(keys: &[Key]) -> Vec<Keyed> {
    keys.iter().map(|key| keyed(key.secret.expose().as_bytes())).collect()
}

fn from_github(header: &[u8]) -> Option<Vec<u8>> {
    let hex = header.strip_prefix(b"sha256=").filter(|hex| hex.len() == 64)?;
    hex.chunks_exact(2).map(|pair| Some(hex_digit(pair[0])? << 4 | hex_digit(pair[1])?)).collect()
}

fn hex_digit(byte: u8) -> Option<u8> {
    u8::try_from(char::from(byte).to_digit(16)?).ok()
}

fn from_base64(header: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(header).ok()
}
