//! Keys that the host generates for itself and stores in its data directory, readable by its own user only.
//!
//! A key file appears whole or not at all. When two processes start at once, one creates the key and the other reads it.
//! A key file that other users may read is refused: the key may have been stolen.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use gantry_core::Secret;

/// Name of the file that holds the key of the compile cache.
pub(crate) const CACHE_KEY_FILE: &str = "cache.key";

/// A key file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It can't be read or written.
    #[error("{path} can't be {action}")]
    Io {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        action: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Other users than its owner may use it.
    #[error("{path} may be used by others (mode {mode:04o}): remove it, or make it private with `chmod 600`")]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It doesn't hold such a key.
    #[error("{path} does not hold {expected}: remove it to have a new one drawn")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
    },
    /// The system provides no randomness.
    #[error("no random bytes can be drawn: {0}")]
    Random(getrandom::Error),
}

/// The 32 random bytes that authenticate the compile cache in `data_dir`; generated at first use.
pub fn cache_key(data_dir: &Path) -> Result<Secret<[u8; 32]>, KeyFileError> {
    let path = data_dir.join(CACHE_KEY_FILE);
    let bytes = load_or_create(&path, || random().map(|key| key.to_vec()))?;
    let key = bytes.try_into().map_err(|_| KeyFileError::Damaged { path, expected: "a key of 32 bytes" })?;
    Ok(Secret::new(key))
}

/// Thirty-two random bytes.
pub(crate) fn random() -> Result<[u8; 32], KeyFileError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(KeyFileError::Random)?;
    Ok(bytes)
}

/// The contents of the file; none if there is no such file.
pub(crate) fn load(path: &Path) -> Result<Option<Vec<u8>>, KeyFileError> {
    let failed = |source| KeyFileError::Io { path: path.to_owned(), action: "read", source };
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(failed)?,
    };
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::TooOpen { path: path.to_owned(), mode });
    }
    fs::read(path).map(Some).map_err(failed)
}

/// The contents of the file. If there is none, it is created with what `draw` returns.
pub(crate) fn load_or_create(
    path: &Path,
    draw: impl FnOnce() -> Result<Vec<u8>, KeyFileError>,
) -> Result<Vec<u8>, KeyFileError> {
    if let Some(bytes) = load(path)? {
        return Ok(bytes);
    }
    let bytes = draw()?;
    match create(path, &bytes) {
        Ok(()) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => load(path)?.ok_or_else(|| written(path, error)),
        Err(error) => Err(written(path, error)),
    }
}

/// Writes a private file beside `path` and links it there, which fails if there is a file already.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let outcome = write_private(&draft, bytes).and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft).ok();
    outcome?;
    File::open(dir)?.sync_all()
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A file left by a crashed process with the same id would otherwise block the key for ever.
    fs::remove_file(path).ok();
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn written(path: &Path, source: io::Error) -> KeyFileError {
    KeyFileError::Io { path: path.to_owned(), action: "written", source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_key_is_drawn_once_kept_private_and_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let first = cache_key(dir.path()).unwrap();
        let mode = fs::metadata(dir.path().join(CACHE_KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(cache_key(dir.path()).unwrap(), first);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn two_hosts_that_start_at_once_agree_on_one_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let ours = load_or_create(&path, || {
            create(&path, b"theirs").unwrap();
            Ok(b"ours".to_vec())
        });
        assert_eq!(ours.unwrap(), b"theirs");
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        cache_key(dir.path()).unwrap();
        let path = dir.path().join(CACHE_KEY_FILE);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(cache_key(dir.path()), Err(KeyFileError::TooOpen { mode: 0o640, .. })));
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        create(&dir.path().join(CACHE_KEY_FILE), b"short").unwrap();
        assert!(matches!(cache_key(dir.path()), Err(KeyFileError::Damaged { .. })));
    }
}
