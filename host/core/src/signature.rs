//! Signatures of plugins, as data that the catalogue stores and the API shows: who signed, and the signature itself.
//! `gantry-security` makes and verifies them.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::id::KeyName;

/// Which public key: the first eight bytes of the SHA-256 of its 32 bytes, as sixteen hex digits. It serves to find the
/// key; a signature is verified with the key itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl KeyId {
    /// The id of an ed25519 public key.
    #[must_use]
    pub fn of(public_key: &[u8; 32]) -> Self {
        let digest: [u8; 32] = Sha256::digest(public_key).into();
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        Self(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no key id, or no signature.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidSignature {
    text: String,
    expected: &'static str,
}

impl FromStr for KeyId {
    type Err = InvalidSignature;

    fn from_str(text: &str) -> Result<Self, InvalidSignature> {
        let is_id = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16).ok().filter(|_| is_id);
        number
            .map(|number| Self(number.to_be_bytes()))
            .ok_or_else(|| InvalidSignature { text: text.to_owned(), expected: "a key id (16 hex digits)" })
    }
}

/// The sixty-four bytes of an ed25519 signature; as text in base64.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SignatureBytes(pub [u8; 64]);

impl fmt::Display for SignatureBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for SignatureBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for SignatureBytes {
    type Err = InvalidSignature;

    fn from_str(text: &str) -> Result<Self, InvalidSignature> {
        let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes
            .map(Self)
            .ok_or_else(|| InvalidSignature { text: text.to_owned(), expected: "a signature (64 bytes in base64)" })
    }
}

macro_rules! as_text {
    ($($type:ty),*) => {
        $(impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        })*
    };
}

as_text!(KeyId, SignatureBytes);

/// Somebody's signature of a plugin: over its digest, name and version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PluginSignature {
    /// With which key.
    pub key: KeyId,
    /// The signature.
    pub signature: SignatureBytes,
}

/// The key because of which a plugin was trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustedBy {
    /// What the operator calls it.
    pub name: KeyName,
    /// Which it is.
    pub key: KeyId,
}

impl fmt::Display for TrustedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_survives_its_text_form() {
        let signature = PluginSignature { key: KeyId::of(&[7; 32]), signature: SignatureBytes([9; 64]) };
        let text = serde_json::to_string(&signature).unwrap();
        assert_eq!(serde_json::from_str::<PluginSignature>(&text).unwrap(), signature);
        assert_eq!(signature.key.to_string().len(), 16);
    }

    #[test]
    fn what_is_no_key_id_or_signature_is_refused() {
        for wrong in ["", "+123456789abcdef", "0123456789abcde", "0123456789abcdeg"] {
            assert!(wrong.parse::<KeyId>().is_err(), "{wrong}");
        }
        for wrong in ["", "AAAA", "not base64"] {
            assert!(wrong.parse::<SignatureBytes>().is_err(), "{wrong}");
        }
    }
}
