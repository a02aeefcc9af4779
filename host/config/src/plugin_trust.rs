//! Who may publish plugins to the catalogue: the operator's keys, what each may publish, and until when.
//!
//! These are the operator's settings; `gantry-security` decides by them whether a signature is accepted.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;
use gantry_core::{KeyId, KeyName, Timestamp};

/// The prefix of every public key.
const ALGORITHM: &str = "ed25519:";

/// Whose signatures are trusted when plugins are published. The default trusts nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PluginTrust {
    /// Whether plugins without a signature are accepted.
    pub allow_unsigned: bool,
    /// The keys, in the order of the host file; names and keys are unique.
    pub keys: Vec<TrustedKey>,
}

/// A key whose signatures are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// What the operator calls it.
    pub name: KeyName,
    /// The key itself.
    pub key: PublicKey,
    /// Which plugins it may publish.
    pub publish: Vec<NamePattern>,
    /// Nothing is published with it after this moment.
    pub not_after: Option<Timestamp>,
    /// Nothing it ever signed is trusted any more.
    pub revoked: bool,
}

impl PluginTrust {
    /// Adds itself to `[plugins]` as a host file would state it.
    pub(crate) fn add_to(&self, plugins: &mut serde_json::Value) {
        plugins["unsigned"] = if self.allow_unsigned { "allow" } else { "refuse" }.into();
        if !self.keys.is_empty() {
            plugins["trust"] = self.keys.iter().map(TrustedKey::to_json).collect();
        }
    }
}

impl TrustedKey {
    fn to_json(&self) -> serde_json::Value {
        let publish: Vec<_> = self.publish.iter().map(NamePattern::as_str).collect();
        let mut key = serde_json::json!({
            "name": self.name, "key": self.key.to_string(), "publish": publish, "revoked": self.revoked,
        });
        if let Some(not_after) = self.not_after {
            key["not_after"] = not_after.to_string().into();
        }
        key
    }
}

/// An ed25519 public key; as text `ed25519:` and base64.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// The key as a verifier.
    #[must_use]
    pub const fn verifier(&self) -> &VerifyingKey {
        &self.0
    }

    /// Which key it is.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId::of(self.0.as_bytes())
    }
}

impl From<VerifyingKey> for PublicKey {
    fn from(key: VerifyingKey) -> Self {
        Self(key)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ALGORITHM}{}", STANDARD.encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no public key.
#[derive(Debug, thiserror::Error)]
#[error("this is not a public key: write `ed25519:` and its 32 bytes in base64, as `gantry key generate` prints them")]
pub struct InvalidPublicKey;

impl FromStr for PublicKey {
    type Err = InvalidPublicKey;

    fn from_str(text: &str) -> Result<Self, InvalidPublicKey> {
        let bytes = text.strip_prefix(ALGORITHM).and_then(|base64| STANDARD.decode(base64).ok());
        let bytes: [u8; 32] = bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(InvalidPublicKey)?;
        // With a weak key, anybody could make signatures.
        let key = VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak());
        key.map(Self).ok_or(InvalidPublicKey)
    }
}

/// Names of plugins: one name, or with `*` for any characters, many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePattern(String);

/// The text is no pattern of names.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` names no plugin: use a-z, 0-9, `-`, `_`, and `*` for any characters")]
pub struct InvalidNamePattern(String);

impl NamePattern {
    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the pattern matches this name.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
        let Some(last) = parts.next_back() else { return rest.is_empty() };
        let Some(mut rest) = rest.strip_suffix(last) else { return false };
        for part in parts {
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
        true
    }
}

impl FromStr for NamePattern {
    type Err = InvalidNamePattern;

    fn from_str(text: &str) -> Result<Self, InvalidNamePattern> {
        let is_allowed =
            text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_*".contains(&byte));
        if (1..=64).contains(&text.len()) && is_allowed {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidNamePattern(text.to_owned()))
        }
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        pattern.parse::<NamePattern>().unwrap().matches(name)
    }

    #[test]
    fn a_star_stands_for_any_characters_and_everything_else_for_itself() {
        for (pattern, name) in [
            ("*", "orders"),
            ("orders", "orders"),
            ("order-*", "order-to-erp"),
            ("order-*", "order-"),
            ("*-to-*", "order-to-erp"),
            ("a*b*a", "abba"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("orders", "orders2"), ("order-*", "orders"), ("*-to-*", "order-erp"), ("ab*ba", "aba"), ("a*b*a", "ab")]
        {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
        assert!("Orders".parse::<NamePattern>().is_err() && "".parse::<NamePattern>().is_err());
    }

    #[test]
    fn a_public_key_survives_its_text_form_and_a_weak_one_is_refused() {
        let text = "ed25519:PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
        assert_eq!(text.parse::<PublicKey>().unwrap().to_string(), text);
        let weak = format!("ed25519:{}", STANDARD.encode([0; 32]));
        for wrong in ["", "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=", "ed25519:AAAA", weak.as_str()] {
            assert!(wrong.parse::<PublicKey>().is_err(), "{wrong}");
        }
    }
}
