//! The token of the admin API: configured by reference, or generated at the first start and stored in `admin.token` with
//! mode 0600. Who can read the host's data directory can therefore operate the host.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gantry_config::SecretRef;
use gantry_core::Secret;

use crate::key_file::{self, KeyFileError};
use crate::resolve::{Environment, SecretError, resolve};
use crate::verify::Fingerprint;

/// Name of the token's file in the data directory.
pub const ADMIN_TOKEN_FILE: &str = "admin.token";

/// There is no usable admin token.
#[derive(Debug, thiserror::Error)]
pub enum AdminTokenError {
    /// From the configured reference.
    #[error(transparent)]
    Reference(#[from] SecretError),
    /// From the data directory.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// No host has generated one yet.
    #[error("{0} does not exist: the host draws it at its first start")]
    Missing(PathBuf),
}

/// What the admin API's callers must present.
#[derive(Clone, Debug)]
pub struct AdminToken(Secret<String>);

impl AdminToken {
    /// The host's side: the configured token, or the generated one, which is made if there is none.
    pub fn for_host(
        configured: Option<&SecretRef>,
        data_dir: &Path,
        env: Environment<'_>,
    ) -> Result<Self, AdminTokenError> {
        match configured {
            Some(reference) => Ok(Self(resolve(reference, env)?)),
            None => {
                let path = data_dir.join(ADMIN_TOKEN_FILE);
                let bytes = key_file::load_or_create(&path, draw)?;
                Self::from_file(path, bytes)
            }
        }
    }

    /// The client's side: the configured token, or the one a host has generated; none is made.
    pub fn for_client(
        configured: Option<&SecretRef>,
        data_dir: &Path,
        env: Environment<'_>,
    ) -> Result<Self, AdminTokenError> {
        match configured {
            Some(reference) => Ok(Self(resolve(reference, env)?)),
            None => {
                let path = data_dir.join(ADMIN_TOKEN_FILE);
                let bytes = key_file::load(&path)?.ok_or_else(|| AdminTokenError::Missing(path.clone()))?;
                Self::from_file(path, bytes)
            }
        }
    }

    /// Whether `presented` is the token. The comparison takes the same time wherever they differ.
    #[must_use]
    pub fn matches(&self, presented: &str) -> bool {
        Fingerprint::of(self.0.expose()).matches(presented)
    }

    /// The token, for a request to the host.
    #[must_use]
    pub const fn secret(&self) -> &Secret<String> {
        &self.0
    }

    fn from_file(path: PathBuf, bytes: Vec<u8>) -> Result<Self, AdminTokenError> {
        let text = String::from_utf8(bytes).unwrap_or_default();
        match text.trim_end() {
            token if token.len() >= 32 => Ok(Self(Secret::new(token.to_owned()))),
            _ => Err(KeyFileError::Damaged { path, expected: "a token of at least 32 characters" }.into()),
        }
    }
}

fn draw() -> Result<Vec<u8>, KeyFileError> {
    Ok(format!("{}\n", URL_SAFE_NO_PAD.encode(key_file::random()?)).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_env(_: &str) -> Option<std::ffi::OsString> {
        None
    }

    #[test]
    fn a_drawn_token_is_the_same_for_the_host_and_its_client() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(
            AdminToken::for_client(None, dir.path(), &no_env),
            Err(AdminTokenError::Missing(path)) if path.ends_with(ADMIN_TOKEN_FILE)
        ));
        let host = AdminToken::for_host(None, dir.path(), &no_env).unwrap();
        let client = AdminToken::for_client(None, dir.path(), &no_env).unwrap();
        assert!(host.matches(client.secret().expose()));
        assert!(!host.matches("") && !host.matches("guess"));
    }

    #[test]
    fn a_configured_token_wins_and_nothing_is_drawn() {
        let dir = tempfile::tempdir().unwrap();
        let reference = SecretRef::Env("T".into());
        let token = AdminToken::for_host(Some(&reference), dir.path(), &|_| Some("configured".into())).unwrap();
        assert!(token.matches("configured"));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_emptied_token_file_is_refused_rather_than_matched_by_an_empty_token() {
        let dir = tempfile::tempdir().unwrap();
        AdminToken::for_host(None, dir.path(), &no_env).unwrap();
        std::fs::write(dir.path().join(ADMIN_TOKEN_FILE), "\n").unwrap();
        assert!(AdminToken::for_host(None, dir.path(), &no_env).is_err());
    }
}
