//! Whether a plugin is trusted, by the operator's keys. This is checked when a plugin is published, and again whenever it
//! is used, because a key may have been revoked in between.
//!
//! One valid signature is enough, whatever the others are: this allows for a rotation of keys. With `unsigned = "allow"`
//! a plugin without any signature of a listed key is accepted; a signature of a listed key must be valid all the same,
//! so that a damaged or a revoked signature is never ignored.

use gantry_config::{NamePattern, PluginTrust};
use gantry_core::{Digest, KeyId, PluginSignature, PluginVersion, Timestamp, TrustedBy};

use crate::plugin_signature::{MAX_SIGNATURES, is_signed_by};

/// The operator's keys and the rules for them.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    policy: PluginTrust,
}

/// No signature makes the plugin trusted.
#[derive(Debug, thiserror::Error)]
#[error("{plugin} can't be trusted: {}", listed(.reasons))]
pub struct Untrusted {
    /// Which plugin.
    pub plugin: PluginVersion,
    /// What is wrong with each of its signatures; at least one.
    pub reasons: Vec<Distrust>,
}

/// What is wrong with a signature. Each text ends with the way to fix it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// There is none.
    #[error(
        "it is not signed, and this host takes signed plugins only; sign it with `gantry plugin sign FILE --key KEY`, or \
         set `unsigned = \"allow\"` under [plugins] of the host file"
    )]
    NotSigned,
    /// It was made by a key that isn't listed.
    #[error(
        "it is signed with the key {key}, which this host does not know; if you know whose it is, add [[plugins.trust]] \
         with `name`, `key = \"ed25519:…\"` and `publish = [\"{plugin}\"]` to the host file"
    )]
    UnknownKey {
        /// The key.
        key: KeyId,
        /// The plugin's name.
        plugin: String,
    },
    /// The signature is not valid.
    #[error(
        "the signature in the name of `{}` ({}) is not for these bytes, this name and this version; sign the plugin again",
        key.name, key.key
    )]
    Mismatch {
        /// The key that is named.
        key: TrustedBy,
    },
    /// It was made by a key that may publish other plugins only.
    #[error(
        "it is signed by `{}` ({}), which may publish {}; add \"{plugin}\" to its `publish` under [[plugins.trust]], or \
         have it signed by a key that may", key.name, key.key, patterns(.may)
    )]
    OtherNames {
        /// The key.
        key: TrustedBy,
        /// What it may publish.
        may: Vec<NamePattern>,
        /// The plugin's name.
        plugin: String,
    },
    /// It was made by a key that may no longer publish.
    #[error(
        "it is signed by `{}` ({}), which publishes nothing after {not_after}; have it signed by a key in force, or move \
         its `not_after` under [[plugins.trust]]", key.name, key.key
    )]
    Expired {
        /// The key.
        key: TrustedBy,
        /// Until when it could publish.
        not_after: Timestamp,
    },
    /// It was made by a key that is revoked.
    #[error("it is signed by `{}` ({}), which is revoked; have it signed by a key in force", key.name, key.key)]
    Revoked {
        /// The key.
        key: TrustedBy,
    },
}

impl Trust {
    /// The operator's keys.
    #[must_use]
    pub const fn new(policy: PluginTrust) -> Self {
        Self { policy }
    }

    /// The key because of which this plugin is trusted; none if it is not signed and doesn't have to be.
    ///
    /// `at` is the time of publishing: the present when it is published, and that time again when it is used later, so
    /// that `not_after` only ends publishing. A revoked key is never accepted.
    ///
    /// # Errors
    /// When no signature is good, with the reason for each.
    pub fn check(
        &self,
        plugin: &PluginVersion,
        digest: Digest,
        signatures: &[PluginSignature],
        at: Timestamp,
    ) -> Result<Option<TrustedBy>, Untrusted> {
        let mut reasons = Vec::new();
        for signature in signatures.iter().take(MAX_SIGNATURES) {
            match self.judge(plugin, digest, signature, at) {
                Ok(key) => return Ok(Some(key)),
                Err(reason) => reasons.push(reason),
            }
        }
        let by_a_listed_key = reasons.iter().any(|reason| !matches!(reason, Distrust::UnknownKey { .. }));
        if self.policy.allow_unsigned && !by_a_listed_key {
            return Ok(None);
        }
        if reasons.is_empty() {
            reasons.push(Distrust::NotSigned);
        }
        Err(Untrusted { plugin: plugin.clone(), reasons })
    }

    fn judge(
        &self,
        plugin: &PluginVersion,
        digest: Digest,
        signature: &PluginSignature,
        at: Timestamp,
    ) -> Result<TrustedBy, Distrust> {
        let Some(trusted) = self.policy.keys.iter().find(|trusted| trusted.key.id() == signature.key) else {
            return Err(Distrust::UnknownKey { key: signature.key, plugin: plugin.name().to_owned() });
        };
        let key = TrustedBy { name: trusted.name.clone(), key: signature.key };
        if !is_signed_by(trusted.key.verifier(), plugin, digest, &signature.signature) {
            return Err(Distrust::Mismatch { key });
        }
        if trusted.revoked {
            return Err(Distrust::Revoked { key });
        }
        if let Some(not_after) = trusted.not_after.filter(|not_after| at > *not_after) {
            return Err(Distrust::Expired { key, not_after });
        }
        if trusted.publish.iter().any(|pattern| pattern.matches(plugin.name())) {
            return Ok(key);
        }
        Err(Distrust::OtherNames { key, may: trusted.publish.clone(), plugin: plugin.name().to_owned() })
    }
}

fn listed(reasons: &[Distrust]) -> String {
    reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn patterns(patterns: &[NamePattern]) -> String {
    patterns.iter().map(|pattern| format!("\"{pattern}\"")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin_signature::sign_plugin;
    use ed25519_dalek::SigningKey;
    use gantry_config::TrustedKey;
    use gantry_core::PluginRef;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn trusted(seed: u8, publish: &str) -> TrustedKey {
        TrustedKey {
            name: format!("key-{seed}").parse().unwrap(),
            key: key(seed).verifying_key().into(),
            publish: vec![publish.parse().unwrap()],
            not_after: None,
            revoked: false,
        }
    }

    fn plugin() -> PluginRef {
        PluginRef { name: "order-to-erp".into(), version: "1.0.0".into(), digest: Digest::of(b"plugin") }
    }

    fn check(allow_unsigned: bool, keys: &[TrustedKey], signed_by: &[u8]) -> Result<Option<TrustedBy>, Untrusted> {
        let signatures: Vec<_> = signed_by.iter().map(|seed| sign_plugin(&key(*seed), &plugin())).collect();
        let trust = Trust::new(PluginTrust { allow_unsigned, keys: keys.to_vec() });
        trust.check(&plugin().plugin_version(), plugin().digest, &signatures, NOW)
    }

    fn refused(keys: &[TrustedKey], signed_by: &[u8]) -> String {
        check(false, keys, signed_by).unwrap_err().to_string()
    }

    #[test]
    fn one_good_signature_suffices_whatever_the_others_are() {
        let revoked = TrustedKey { revoked: true, ..trusted(2, "*") };
        let by = check(false, &[revoked, trusted(1, "order-*")], &[9, 2, 1]).unwrap().unwrap();
        assert_eq!(by.name.as_str(), "key-1");
    }

    #[test]
    fn an_unsigned_plugin_is_taken_only_where_the_operator_says_so() {
        assert!(refused(&[trusted(1, "*")], &[]).contains("unsigned = \"allow\""));
        assert_eq!(check(true, &[trusted(1, "*")], &[]).unwrap(), None);
        assert_eq!(check(true, &[], &[9]).unwrap(), None, "a key nobody knows is as none");
    }

    #[test]
    fn what_a_listed_key_signed_is_held_to_its_rules_also_where_unsigned_plugins_are_taken() {
        let revoked = TrustedKey { revoked: true, ..trusted(1, "*") };
        assert!(check(true, &[revoked], &[1]).is_err());
    }

    #[test]
    fn a_refusal_names_the_key_what_it_may_publish_and_the_line_that_helps() {
        let unknown = refused(&[trusted(1, "*")], &[9]);
        assert!(unknown.contains("does not know") && unknown.contains("publish = [\"order-to-erp\"]"), "{unknown}");
        let other = refused(&[trusted(1, "invoice-*")], &[1]);
        assert!(other.contains("`key-1` (") && other.contains("may publish \"invoice-*\";"), "{other}");
        assert!(other.contains("add \"order-to-erp\" to its `publish`"), "{other}");
        let revoked = refused(&[TrustedKey { revoked: true, ..trusted(1, "*") }], &[1]);
        assert!(revoked.contains("`key-1` (") && revoked.contains("revoked"), "{revoked}");
        let expired = refused(&[TrustedKey { not_after: Some(Timestamp(999_999)), ..trusted(1, "*") }], &[1]);
        assert!(expired.contains("nothing after 1970-01-01T00:16:39.999Z"), "{expired}");
    }

    #[test]
    fn what_was_published_in_time_stays_trusted_after_not_after_and_no_revoked_key_does() {
        let signatures = [sign_plugin(&key(1), &plugin())];
        let check = |key: TrustedKey, at| {
            let trust = Trust::new(PluginTrust { allow_unsigned: false, keys: vec![key] });
            trust.check(&plugin().plugin_version(), plugin().digest, &signatures, at).is_ok()
        };
        let until_now = TrustedKey { not_after: Some(NOW), ..trusted(1, "*") };
        assert!(check(until_now.clone(), NOW) && !check(until_now, Timestamp(NOW.0 + 1)));
        assert!(!check(TrustedKey { revoked: true, ..trusted(1, "*") }, Timestamp(0)));
    }

    #[test]
    fn a_signature_of_other_bytes_under_a_trusted_key_is_told_apart_from_an_unknown_key() {
        let other = PluginRef { digest: Digest::of(b"other"), ..plugin() };
        let trust = Trust::new(PluginTrust { allow_unsigned: true, keys: vec![trusted(1, "*")] });
        let signatures = [sign_plugin(&key(1), &other)];
        let error = trust.check(&plugin().plugin_version(), plugin().digest, &signatures, NOW).unwrap_err();
        assert!(matches!(error.reasons.as_slice(), [Distrust::Mismatch { .. }]), "{error}");
    }
}
