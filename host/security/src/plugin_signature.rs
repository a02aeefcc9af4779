//! Signatures of plugins: what is signed, and the file beside a plugin that holds the signatures.
//!
//! The signed message begins with a domain of its own and contains digest, name and version: a signature is valid for no
//! other plugin, no other version, and nothing but a plugin. The signatures are in a file of their own, `FILE.wasm.sig`,
//! so that a plugin's digest doesn't depend on who signed it. Format: `docs/guides/plugin-catalogue.md`.

use std::collections::HashSet;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use gantry_core::{Digest, KeyId, PluginRef, PluginSignature, PluginVersion, SignatureBytes};
use serde::{Deserialize, Serialize};

/// The beginning of every signed message, so that a signature of a plugin is valid for nothing else.
const DOMAIN: &[u8] = b"gantry plugin signature 1\0";

/// The format of the file.
const FORMAT: &str = "gantry-plugin-signatures-1";

/// Most signatures in a file: a rotation of keys needs two or three, and verifying one takes some 50 µs.
pub const MAX_SIGNATURES: usize = 16;

/// Longest file, in bytes.
pub const MAX_SIGNATURE_FILE_BYTES: usize = 16 << 10;

/// What `FILE.wasm.sig` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureFile {
    format: String,
    /// Which plugin was signed.
    pub plugin: PluginVersion,
    /// Its digest.
    pub digest: Digest,
    /// The signatures.
    pub signatures: Vec<PluginSignature>,
}

/// Signatures can't be read.
#[derive(Debug, thiserror::Error)]
pub enum SignatureFileError {
    /// Not the JSON of such a file.
    #[error("this is no file of signatures: {0}")]
    Json(#[source] serde_json::Error),
    /// Another format.
    #[error("the signatures have the format `{0}`; this version reads `{FORMAT}`")]
    Format(String),
    /// More signatures, or more text, than anybody needs.
    #[error("more than {MAX_SIGNATURES} signatures, or {MAX_SIGNATURE_FILE_BYTES} bytes: sign again into a new file")]
    TooMany,
    /// Signatures of something else.
    #[error("the signatures are for {found} ({}), not for {plugin} ({}): sign the plugin again", found.digest, plugin.digest)]
    OtherPlugin {
        /// What the file is about.
        found: Box<PluginRef>,
        /// The plugin they were given with.
        plugin: Box<PluginRef>,
    },
}

impl SignatureFile {
    /// A file without signatures yet.
    #[must_use]
    pub fn of(plugin: &PluginRef) -> Self {
        Self {
            format: FORMAT.to_owned(),
            plugin: plugin.plugin_version(),
            digest: plugin.digest,
            signatures: Vec::new(),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it is no file of signatures, or holds too many.
    pub fn read(json: &[u8]) -> Result<Self, SignatureFileError> {
        if json.len() > MAX_SIGNATURE_FILE_BYTES {
            return Err(SignatureFileError::TooMany);
        }
        let mut file: Self = serde_json::from_slice(json).map_err(SignatureFileError::Json)?;
        if file.format != FORMAT {
            return Err(SignatureFileError::Format(file.format));
        }
        let mut seen = HashSet::new();
        file.signatures.retain(|signature| seen.insert(*signature));
        if file.signatures.len() > MAX_SIGNATURES { Err(SignatureFileError::TooMany) } else { Ok(file) }
    }

    /// The signatures, if they belong to this plugin.
    ///
    /// # Errors
    /// When the file is about another plugin, version or digest.
    pub fn for_plugin(self, plugin: &PluginRef) -> Result<Vec<PluginSignature>, SignatureFileError> {
        if self.plugin == plugin.plugin_version() && self.digest == plugin.digest {
            return Ok(self.signatures);
        }
        let found = PluginRef {
            name: self.plugin.name().to_owned(),
            version: self.plugin.version().to_owned(),
            digest: self.digest,
        };
        Err(SignatureFileError::OtherPlugin { found: Box::new(found), plugin: Box::new(plugin.clone()) })
    }

    /// Adds a signature, in place of any by the same key.
    ///
    /// # Errors
    /// When the file is full.
    pub fn add(&mut self, signature: PluginSignature) -> Result<(), SignatureFileError> {
        self.signatures.retain(|other| other.key != signature.key);
        if self.signatures.len() >= MAX_SIGNATURES {
            return Err(SignatureFileError::TooMany);
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// The file's text.
    ///
    /// # Errors
    /// Never in practice: plain data always becomes JSON.
    pub fn to_json(&self) -> Result<String, SignatureFileError> {
        serde_json::to_string_pretty(self).map(|json| json + "\n").map_err(SignatureFileError::Json)
    }
}

/// Signs a plugin.
#[must_use]
pub fn sign_plugin(key: &SigningKey, plugin: &PluginRef) -> PluginSignature {
    let signature = key.sign(&message(&plugin.plugin_version(), plugin.digest));
    PluginSignature { key: KeyId::of(key.verifying_key().as_bytes()), signature: SignatureBytes(signature.to_bytes()) }
}

/// Whether this key made this signature of this plugin.
#[must_use]
pub fn is_signed_by(key: &VerifyingKey, plugin: &PluginVersion, digest: Digest, signature: &SignatureBytes) -> bool {
    key.verify_strict(&message(plugin, digest), &Signature::from_bytes(&signature.0)).is_ok()
}

/// The domain, the digest, and name and version, each preceded by its length, so that no two plugins have the same
/// message.
fn message(plugin: &PluginVersion, digest: Digest) -> Vec<u8> {
    let mut message = [DOMAIN, digest.as_bytes()].concat();
    for text in [plugin.name(), plugin.version()] {
        message.extend((text.len() as u64).to_be_bytes());
        message.extend(text.as_bytes());
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plugin(version: &str, bytes: &[u8]) -> PluginRef {
        PluginRef { name: "orders".into(), version: version.into(), digest: Digest::of(bytes) }
    }

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    #[test]
    fn a_signature_holds_for_one_digest_name_and_version_and_no_other() {
        let signed = plugin("1.0.0", b"a");
        let signature = sign_plugin(&key(), &signed).signature;
        let holds = |plugin: &PluginRef, signature: &SignatureBytes| {
            is_signed_by(&key().verifying_key(), &plugin.plugin_version(), plugin.digest, signature)
        };
        assert!(holds(&signed, &signature));
        let renamed = PluginRef { name: "invoices".into(), ..signed.clone() };
        for other in [plugin("1.0.1", b"a"), plugin("1.0.0", b"b"), renamed] {
            assert!(!holds(&other, &signature), "{other}");
        }
        for byte in [0, 31, 32, 63] {
            let mut tampered = signature;
            tampered.0[byte] ^= 1;
            assert!(!holds(&signed, &tampered), "byte {byte}");
        }
    }

    #[test]
    fn the_signed_message_is_the_documented_one() {
        let digest = Digest::of(b"");
        let message = message(&"a@1.0.0".parse().unwrap(), digest);
        let expected = [
            b"gantry plugin signature 1\0".as_slice(),
            digest.as_bytes(),
            &[0, 0, 0, 0, 0, 0, 0, 1],
            b"a",
            &[0, 0, 0, 0, 0, 0, 0, 5],
            b"1.0.0",
        ];
        assert_eq!(message, expected.concat(), "whoever signs with a tool of their own relies on it");
    }

    #[test]
    fn a_file_survives_its_text_form_and_signing_again_replaces() {
        let plugin = plugin("1.0.0", b"a");
        let mut file = SignatureFile::of(&plugin);
        for key in [key(), key(), SigningKey::from_bytes(&[8; 32])] {
            file.add(sign_plugin(&key, &plugin)).unwrap();
        }
        assert_eq!(file.signatures.len(), 2);
        let read = SignatureFile::read(file.to_json().unwrap().as_bytes()).unwrap();
        assert_eq!(read, file);
        assert_eq!(read.for_plugin(&plugin).unwrap(), file.signatures);
    }

    #[test]
    fn signatures_of_another_plugin_and_other_files_are_refused() {
        let file = SignatureFile::of(&plugin("1.0.0", b"a"));
        let error = file.clone().for_plugin(&plugin("1.0.0", b"b")).unwrap_err().to_string();
        assert!(error.contains("are for orders@1.0.0") && error.contains("sign the plugin again"), "{error}");
        let json = file.to_json().unwrap();
        let newer = json.replace("signatures-1", "signatures-2");
        assert!(matches!(SignatureFile::read(newer.as_bytes()), Err(SignatureFileError::Format(_))));
        assert!(matches!(SignatureFile::read(b"{}"), Err(SignatureFileError::Json(_))));
        assert!(matches!(SignatureFile::read(&[b' '; 20_000]), Err(SignatureFileError::TooMany)));
    }
}
