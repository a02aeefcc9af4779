//! Verifies who sent a webhook, over the raw bytes as received, in constant time.
//!
//! A [`Verifier`] is built once per flow from its configuration. Several secrets allow for a rotation: any one of them is
//! accepted. A [`Refusal`] tells the sender what is wrong, and nothing that helps a forger.

mod bearer;
mod body_hmac;
pub(crate) mod standard;

use std::time::Duration;

use gantry_config::{SecretRef, Verify};
use gantry_core::{Digest, Secret, Timestamp};
use http::HeaderMap;

use crate::resolve::{Environment, SecretError, describe, resolve};
use bearer::Bearer;
pub(crate) use bearer::Fingerprint;
use body_hmac::BodyHmac;
use standard::StandardWebhooks;

/// A verifier can't be built from its configuration.
#[derive(Debug, thiserror::Error)]
pub enum VerifierError {
    /// A secret can't be resolved.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// A secret doesn't have the form that its scheme requires.
    #[error("`{reference}` is not {expected}")]
    Form {
        /// The reference.
        reference: String,
        /// What it should be.
        expected: &'static str,
    },
    /// There is no secret, so nothing could ever be accepted.
    #[error("no secret is given, so that every request would be refused")]
    NoSecret,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A header the scheme needs is missing.
    #[error("the header `{0}` is missing")]
    MissingHeader(&'static str),
    /// A header doesn't have the form that the scheme prescribes.
    #[error("the header `{header}` is not {expected}")]
    Malformed {
        /// The header.
        header: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// Signed too long ago, or in the future.
    #[error("the timestamp is more than {tolerance_seconds} seconds from the present")]
    Stale {
        /// How far it may be.
        tolerance_seconds: u64,
    },
    /// The signature or token was not made with an accepted secret for these bytes.
    #[error("the signature or token is not valid for this request")]
    Mismatch,
}

impl Refusal {
    /// The reason as metrics spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissingHeader(_) => "missing_credentials",
            Self::Malformed { .. } => "malformed_credentials",
            Self::Stale { .. } => "stale_timestamp",
            Self::Mismatch => "invalid_credentials",
        }
    }
}

/// What a sender signed: a request with the same is that request, sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    /// A digest of it, or of a MAC of it.
    pub digest: Digest,
    /// How long such a request verifies; none: for ever.
    pub valid_for: Option<Duration>,
}

/// How one flow's senders are verified.
#[derive(Clone, Debug)]
pub struct Verifier(Scheme);

#[derive(Clone, Debug)]
enum Scheme {
    None,
    Standard(StandardWebhooks),
    BodyHmac(BodyHmac),
    Bearer(Bearer),
}

impl Verifier {
    /// Resolves the secrets that `verify` refers to and prepares their keys.
    pub fn new(verify: &Verify, env: Environment<'_>) -> Result<Self, VerifierError> {
        Ok(Self(match verify {
            Verify::None => Scheme::None,
            Verify::StandardWebhooks { secrets, tolerance } => {
                Scheme::Standard(StandardWebhooks::new(&keys(secrets, env)?, *tolerance)?)
            }
            Verify::Github { secrets } => Scheme::BodyHmac(BodyHmac::github(&keys(secrets, env)?)),
            Verify::Shopify { secrets } => Scheme::BodyHmac(BodyHmac::shopify(&keys(secrets, env)?)),
            Verify::Bearer { tokens } => Scheme::Bearer(Bearer::new(&keys(tokens, env)?)),
        }))
    }

    /// Verifies the sender of these bytes at this time. Returns what it signed, if it signed anything.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Option<Signed>, Refusal> {
        match &self.0 {
            Scheme::None => Ok(None),
            Scheme::Standard(standard) => {
                let digest = standard.verify(headers, body, now)?;
                Ok(Some(Signed { digest, valid_for: Some(standard.window()) }))
            }
            Scheme::BodyHmac(hmac) => Ok(Some(Signed { digest: hmac.verify(headers, body)?, valid_for: None })),
            Scheme::Bearer(bearer) => bearer.verify(headers).map(|()| None),
        }
    }

    /// Checks what can be checked from `headers` alone, so that the body of a request without any proof isn't read.
    pub fn precheck(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        match &self.0 {
            Scheme::None => Ok(()),
            Scheme::Standard(_) => standard::precheck(headers),
            Scheme::BodyHmac(hmac) => hmac.precheck(headers),
            Scheme::Bearer(bearer) => bearer.verify(headers),
        }
    }

    /// The value of `WWW-Authenticate` in a refusal; none if the scheme has none.
    #[must_use]
    pub const fn challenge(&self) -> Option<&'static str> {
        match &self.0 {
            Scheme::None => None,
            Scheme::Bearer(_) => Some("Bearer"),
            Scheme::Standard(_) | Scheme::BodyHmac(_) => Some("Webhook-Signature"),
        }
    }
}

/// A resolved secret with its reference, for errors about its form.
pub(crate) struct Key {
    secret: Secret<String>,
    reference: String,
}

impl Key {
    fn malformed(&self, expected: &'static str) -> VerifierError {
        VerifierError::Form { reference: self.reference.clone(), expected }
    }
}

fn keys(references: &[SecretRef], env: Environment<'_>) -> Result<Vec<Key>, VerifierError> {
    if references.is_empty() {
        return Err(VerifierError::NoSecret);
    }
    references
        .iter()
        .map(|reference| Ok(Key { secret: resolve(reference, env)?, reference: describe(reference) }))
        .collect()
}

fn required<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a [u8], Refusal> {
    headers.get(name).map(http::HeaderValue::as_bytes).ok_or(Refusal::MissingHeader(name))
}
