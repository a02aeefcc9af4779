//! Keys by which a target recognises a repetition, from any texts: [`idempotency_key`].
//!
//! The rule is the same in the SDK of every language, so that a plugin ported to another one keeps its keys;
//! `tests/conformance/idempotency-keys.json` holds them all to it.

mod sha256;

use std::fmt::Write as _;

/// Longest key that the contract allows, in bytes.
const LONGEST: usize = 255;
/// How much of a longer one stays readable.
const KEPT: usize = 64;
/// Stands for an empty part, and before the digest of a long key. No part contains it unescaped.
const MARK: char = '~';

/// An idempotency key of these parts: say what kind of thing it is, which one, and which change of it.
///
/// ```
/// # use gantry_sdk::prelude::*;
/// let key = idempotency_key(&["customer", "C-17", "2026-11-30T09:15:00Z"]);
/// assert_eq!(key, "customer/C-17/2026-11-30T09:15:00Z");
/// assert_eq!(idempotency_key(&["customer", "Αθήνα"]), "customer/%CE%91%CE%B8%CE%AE%CE%BD%CE%B1");
/// ```
///
/// The same parts make the same key, other parts another one. Without what changes (a version, the time of the change)
/// the second change of a customer would carry the key of the first, and a target that honours keys would drop it: if
/// the data has no such part, leave the key to the host.
///
/// Letters, digits and `. _ - + @ :` stay; other bytes of UTF-8 become `%` and two digits; an empty part becomes `~`;
/// `/` joins the parts. Of more than 255 bytes the first 64 stay, followed by `~` and the SHA-256 of them all.
///
/// # Panics
///
/// Without any part: such a key would be that of every message.
#[must_use]
pub fn idempotency_key(parts: &[&str]) -> String {
    assert!(!parts.is_empty(), "an idempotency key needs at least one part");
    let mut key = String::new();
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            key.push('/');
        }
        push(&mut key, part);
    }
    if key.len() > LONGEST {
        let digest = sha256::hex(key.as_bytes());
        key.truncate(KEPT);
        key.push(MARK);
        key.push_str(&digest);
    }
    key
}

fn push(key: &mut String, part: &str) {
    if part.is_empty() {
        key.push(MARK);
    }
    for &byte in part.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"._-+@:".contains(&byte) {
            key.push(char::from(byte));
        } else {
            let _ = write!(key, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "at least one part")]
    fn a_key_of_nothing_is_a_bug() {
        let _ = idempotency_key(&[]);
    }

    #[test]
    fn a_key_is_that_of_every_other_language() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/conformance/idempotency-keys.json");
        let vectors: Vec<(Vec<String>, String)> =
            serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        assert!(vectors.len() >= 20);
        for (parts, key) in vectors {
            let parts: Vec<_> = parts.iter().map(String::as_str).collect();
            assert_eq!(idempotency_key(&parts), key, "{parts:?}");
        }
    }
}
