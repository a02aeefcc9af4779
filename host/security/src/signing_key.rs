//! The keys with which plugins are signed: private keys in PKCS#8 PEM, readable by their owner only, and public keys as
//! one line of text. Any tool for ed25519 can make them. Nothing here prints a private key.

use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use gantry_config::plugin_trust::{InvalidPublicKey, PublicKey};
use gantry_core::signature::PluginSignature;
use gantry_core::{PluginRef, text_without_mark};

use crate::key_file::{self, KeyFileError};
use crate::plugin_signature::sign_plugin;

/// A key can't be made, read or written.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// Its file.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// There is none.
    #[error("{} does not exist: `gantry key generate NAME` makes one", .0.display())]
    Missing(PathBuf),
    /// Keys are never overwritten: the signatures of the old one could no longer be verified.
    #[error("{} is there already: choose another name, or another folder with `--out`", .0.display())]
    Exists(PathBuf),
    /// Not a private key.
    #[error("{} holds no private ed25519 key in PKCS#8 PEM", .0.display())]
    NotPrivate(PathBuf),
    /// The public key where the private one belongs.
    #[error("{} holds the public key: sign with the private one, usually NAME.key", .0.display())]
    PublicInstead(PathBuf),
    /// Not a public key.
    #[error("{}: {source}", path.display())]
    NotPublic {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: InvalidPublicKey,
    },
}

/// A private key.
pub struct PrivateKey(SigningKey);

impl PrivateKey {
    /// A new one.
    ///
    /// # Errors
    /// When the system has no randomness to offer.
    pub fn generate() -> Result<Self, SigningKeyError> {
        Ok(Self(SigningKey::from_bytes(&key_file::random()?)))
    }

    /// The one in this file.
    ///
    /// # Errors
    /// When there is none, others may use it, or it holds something else.
    pub fn load(path: &Path) -> Result<Self, SigningKeyError> {
        // Checked first: a public key is usually readable for all, and its mode would not be the mistake.
        if load_public(path).is_ok() {
            return Err(SigningKeyError::PublicInstead(path.to_owned()));
        }
        let bytes = key_file::load(path)?.ok_or_else(|| SigningKeyError::Missing(path.to_owned()))?;
        let key = std::str::from_utf8(&bytes).ok().and_then(|pem| SigningKey::from_pkcs8_pem(pem).ok());
        key.map(Self).ok_or_else(|| SigningKeyError::NotPrivate(path.to_owned()))
    }

    /// Writes it, for its owner alone, where no file is yet.
    ///
    /// # Errors
    /// When there is one, or it can't be written.
    pub fn save(&self, path: &Path) -> Result<(), SigningKeyError> {
        let pem = self.0.to_pkcs8_pem(LineEnding::LF).map_err(|_| SigningKeyError::NotPrivate(path.to_owned()))?;
        key_file::create(path, pem.as_bytes()).map_err(|source| match source.kind() {
            std::io::ErrorKind::AlreadyExists => SigningKeyError::Exists(path.to_owned()),
            _ => KeyFileError::Io { path: path.to_owned(), action: "written", source }.into(),
        })
    }

    /// The public key that belongs to it.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.0.verifying_key().into()
    }

    /// Signs a plugin.
    #[must_use]
    pub fn sign(&self, plugin: &PluginRef) -> PluginSignature {
        sign_plugin(&self.0, plugin)
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PrivateKey").field(&self.public().id()).finish()
    }
}

/// The public key in this file: one line, as `gantry key generate` writes it.
///
/// # Errors
/// When the file can't be read, or holds something else.
pub fn load_public(path: &Path) -> Result<PublicKey, SigningKeyError> {
    let text = std::fs::read_to_string(path).map_err(|source| KeyFileError::Io {
        path: path.to_owned(),
        action: "read",
        source,
    })?;
    text_without_mark(&text)
        .trim()
        .parse()
        .map_err(|source| SigningKeyError::NotPublic { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_private_key_is_kept_for_its_owner_alone_and_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("release.key");
        let key = PrivateKey::generate().unwrap();
        key.save(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("-----BEGIN PRIVATE KEY-----\n"));
        assert_eq!(PrivateKey::load(&path).unwrap().public(), key.public());
        let again = PrivateKey::generate().unwrap().save(&path);
        assert!(matches!(again, Err(SigningKeyError::Exists(_))));
        assert_eq!(PrivateKey::load(&path).unwrap().public(), key.public());
    }

    #[test]
    fn a_key_that_others_may_read_a_public_one_and_none_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let key = PrivateKey::generate().unwrap();
        key.save(&path("open.key")).unwrap();
        std::fs::set_permissions(path("open.key"), PermissionsExt::from_mode(0o644)).unwrap();
        assert!(PrivateKey::load(&path("open.key")).unwrap_err().to_string().contains("chmod 600"));
        std::fs::write(path("release.pub"), format!("{}\n", key.public())).unwrap();
        assert_eq!(load_public(&path("release.pub")).unwrap(), key.public());
        let error = PrivateKey::load(&path("release.pub")).unwrap_err().to_string();
        assert!(error.contains("holds the public key"), "{error}");
        assert!(matches!(PrivateKey::load(&path("absent")), Err(SigningKeyError::Missing(_))));
        assert!(!format!("{key:?}").contains("PRIVATE"));
    }

    #[test]
    fn a_key_made_by_openssl_signs() {
        const PEM: &str = "-----BEGIN PRIVATE KEY-----\n\
                           MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
                           -----END PRIVATE KEY-----\n";
        let dir = tempfile::tempdir().unwrap();
        key_file::create(&dir.path().join("k"), PEM.as_bytes()).unwrap();
        let key = PrivateKey::load(&dir.path().join("k")).unwrap();
        // The first test vector of RFC 8032.
        assert_eq!(key.public().to_string(), "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    }
}
