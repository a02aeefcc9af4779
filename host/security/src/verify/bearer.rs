//! `Authorization: Bearer <token>`, compared by digest, so that the time of a comparison shows neither content nor length.

use http::HeaderMap;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::{Key, Refusal, required};

const HEADER: &str = "authorization";

/// Accepted tokens.
#[derive(Clone, Debug)]
pub(super) struct Bearer(Vec<Fingerprint>);

/// The digest of a token: enough to recognise it, and useless to others.
#[derive(Clone)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    pub(crate) fn matches(&self, presented: &str) -> bool {
        self.equals(&Self::of(presented)).into()
    }

    fn equals(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

impl Bearer {
    pub(super) fn new(keys: &[Key]) -> Self {
        Self(keys.iter().map(|key| Fingerprint::of(key.secret.expose())).collect())
    }

    pub(super) fn verify(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let presented = Fingerprint::of(token(required(headers, HEADER)?)?);
        let any = self.0.iter().fold(Choice::from(0), |any, known| any | known.equals(&presented));
        if any.into() { Ok(()) } else { Err(Refusal::Mismatch) }
    }
}

fn token(header: &[u8]) -> Result<&str, Refusal> {
    let malformed = Refusal::Malformed { header: HEADER, expected: "`Bearer` and a token" };
    let text = std::str::from_utf8(header).map_err(|_| malformed)?;
    let (scheme, token) = text.split_once(' ').ok_or(malformed)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(malformed) }
}
