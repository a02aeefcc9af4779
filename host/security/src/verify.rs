//! Who sent this webhook: proof over the raw bytes, as received, in constant time.
//!
//! A [`Verifier`] is built once per flow from its configuration; several secrets allow rotation, any one of them is
//! accepted. A [`Refusal`] says what is wrong in the sender's terms, and nothing a forger could learn from.

mod bearer;
mod body_hmac;
pub(crate) mod standard;

use gantry_config::{SecretRef, Verify};
use gantry_core::{Secret, Timestamp};
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
    /// A secret is not of the form its scheme asks for.
    #[error("`{reference}` is not {expected}")]
    Form {
        /// The reference.
        reference: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Nothing could ever be accepted.
    #[error("no secret is given, so that every request would be refused")]
    NoSecret,
}

/// Why a request is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A header the scheme needs is missing.
    #[error("the header `{0}` is missing")]
    MissingHeader(&'static str),
    /// A header is not of the form the scheme prescribes.
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
    /// No accepted secret made this proof over these bytes.
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

/// How one flow's senders prove themselves.
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

    /// Whether the sender of these bytes is to be believed at this moment.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), Refusal> {
        match &self.0 {
            Scheme::None => Ok(()),
            Scheme::Standard(standard) => standard.verify(headers, body, now),
            Scheme::BodyHmac(hmac) => hmac.verify(headers, body),
            Scheme::Bearer(bearer) => bearer.verify(headers),
        }
    }

    /// What `headers` alone already tell, so that a body needn't be read from someone who has no proof at all.
    pub fn precheck(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        match &self.0 {
            Scheme::None => Ok(()),
            Scheme::Standard(_) => standard::HEADERS.iter().try_for_each(|name| required(headers, name).map(drop)),
            Scheme::BodyHmac(hmac) => hmac.precheck(headers),
            Scheme::Bearer(bearer) => bearer.verify(headers),
        }
    }

    /// The value of `WWW-Authenticate` in a refusal; none where nothing is asked for.
    #[must_use]
    pub const fn challenge(&self) -> Option<&'static str> {
        match &self.0 {
            Scheme::None => None,
            Scheme::Bearer(_) => Some("Bearer"),
            Scheme::Standard(_) | Scheme::BodyHmac(_) => Some("Webhook-Signature"),
        }
    }
}

/// A resolved secret with the reference it came from, for errors about its form.
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
    let key = |reference| Ok(Key { secret: resolve(reference, env)?, reference: describe(reference) });
    references.iter().map(key).collect()
}

fn required<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a [u8], Refusal> {
    headers.get(name).map(http::HeaderValue::as_bytes).ok_or(Refusal::MissingHeader(name))
}
