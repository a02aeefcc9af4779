//! Resolves references to secrets. Configuration holds only references; the composition root resolves them once. Every
//! error names the reference, never the secret.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::Path;

use gantry_config::SecretRef;
use gantry_core::{Secret, text_without_mark};

/// Longest secret file that is read. A key or token is far shorter: a longer file is the wrong file.
const LONGEST_SECRET: u64 = 64 << 10;

/// Reads environment variables. It is passed in, so that tests and embedders can provide their own.
pub type Environment<'a> = &'a (dyn Fn(&str) -> Option<OsString> + Send + Sync);

/// A secret can't be resolved.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set.
    #[error("`env:{name}`: the environment variable {name} is not set")]
    Unset {
        /// The variable.
        name: String,
    },
    /// The file can't be read.
    #[error("`file:{path}`: the file can't be read")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It holds nothing but line ends.
    #[error("`{reference}` is empty")]
    Empty {
        /// The reference.
        reference: String,
    },
    /// The file is longer than any secret.
    #[error("`{reference}` is longer than {LONGEST_SECRET} bytes")]
    TooLong {
        /// The reference.
        reference: String,
    },
    /// Secrets are text.
    #[error("`{reference}` is not valid UTF-8: save it as UTF-8")]
    NotText {
        /// The reference.
        reference: String,
    },
}

/// The environment of this process.
#[must_use]
pub fn process_environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// The secret behind `reference`, without a byte order mark before it and line ends behind it. An empty one is refused.
pub fn resolve(reference: &SecretRef, env: Environment<'_>) -> Result<Secret<String>, SecretError> {
    let mut text = match reference {
        SecretRef::Env(name) => from_environment(name, env)?,
        SecretRef::File(path) => from_file(path)?,
    };
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    text.drain(..text.len() - text_without_mark(&text).len());
    if text.is_empty() {
        return Err(SecretError::Empty { reference: describe(reference) });
    }
    Ok(Secret::new(text))
}

/// The reference as configuration spells it.
#[must_use]
pub fn describe(reference: &SecretRef) -> String {
    match reference {
        SecretRef::Env(name) => format!("env:{name}"),
        SecretRef::File(path) => format!("file:{}", path.display()),
    }
}

fn from_environment(name: &str, env: Environment<'_>) -> Result<String, SecretError> {
    let value = env(name).ok_or_else(|| SecretError::Unset { name: name.to_owned() })?;
    value.into_string().map_err(|_| SecretError::NotText { reference: format!("env:{name}") })
}

fn from_file(path: &Path) -> Result<String, SecretError> {
    let reference = || format!("file:{}", path.display());
    let unreadable = |source| SecretError::Unreadable { path: path.display().to_string(), source };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(LONGEST_SECRET + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LONGEST_SECRET {
        return Err(SecretError::TooLong { reference: reference() });
    }
    String::from_utf8(bytes).map_err(|_| SecretError::NotText { reference: reference() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<OsString> {
        match name {
            "TOKEN" => Some("hunter2\r\n".into()),
            "EMPTY" => Some("\n".into()),
            "MARKED" => Some("\u{feff}hunter2\n".into()),
            _ => None,
        }
    }

    #[test]
    fn a_variable_is_read_through_the_environment_that_is_passed_in() {
        let secret = resolve(&SecretRef::Env("TOKEN".into()), &env).unwrap();
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_secret() {
        assert_eq!(resolve(&SecretRef::Env("MARKED".into()), &env).unwrap().expose(), "hunter2");
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"\xef\xbb\xbfhunter2\r\n").unwrap();
        assert_eq!(resolve(&SecretRef::File(file.path().into()), &env).unwrap().expose(), "hunter2");
    }

    #[test]
    fn an_unset_or_empty_variable_is_named() {
        let text = |name: &str| resolve(&SecretRef::Env(name.into()), &env).unwrap_err().to_string();
        assert_eq!(text("NONE"), "`env:NONE`: the environment variable NONE is not set");
        assert_eq!(text("EMPTY"), "`env:EMPTY` is empty");
    }

    #[test]
    fn a_file_loses_only_its_trailing_line_ends() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        std::fs::write(&path, "a b\n c \n\n").unwrap();
        assert_eq!(resolve(&SecretRef::File(path), &env).unwrap().expose(), "a b\n c ");
    }

    #[test]
    fn a_missing_or_oversized_file_is_named_and_its_content_is_not_shown() {
        let dir = tempfile::tempdir().unwrap();
        let missing = SecretRef::File(dir.path().join("none"));
        assert!(resolve(&missing, &env).unwrap_err().to_string().contains("none"));
        let big = dir.path().join("big");
        std::fs::write(&big, "x".repeat(70_000)).unwrap();
        let error = resolve(&SecretRef::File(big), &env).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("xxx"));
    }
}
