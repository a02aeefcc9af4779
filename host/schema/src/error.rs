//! Why a schema can't be used. The texts follow the name of its file.

use std::io;

use crate::json::JsonError;

/// A file can't be read as a schema.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It can't be read at all.
    #[error("can't be read: {0}")]
    Read(#[from] io::Error),
    /// It isn't JSON.
    #[error("is not JSON: {0}")]
    Json(#[from] JsonError),
    /// An object has a member twice, and nobody knows which is meant.
    #[error("has the member #{0} twice")]
    Duplicate(String),
    /// It is written for a draft that is not supported.
    #[error("is written for `{0}`; known are the drafts 2020-12, 2019-09, 7, 6 and 4")]
    Draft(String),
    /// It holds a number that would be rounded.
    #[error("holds a number at #{0} that has more digits than are compared exactly; at most 17 are, or 64 bits")]
    Digits(String),
    /// It holds a text that is none.
    #[error("holds a text at #{0} with half of a surrogate pair, which is no character")]
    Unpaired(String),
    /// It holds a value that is nested too deep.
    #[error("is nested too deep at #{0}")]
    TooDeep(String),
    /// It breaks the rules for schemas, or contains an invalid pattern.
    #[error("is not a schema: at #{place}: {text}")]
    Invalid {
        /// JSON Pointer into the file.
        place: String,
        /// What is wrong there.
        text: String,
    },
}

/// A schema can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file can't be.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A `$ref` leads nowhere.
    #[error("refers to what is not there{}: {text}", .place.as_ref().map(|place| format!(", at #{place}")).unwrap_or_default())]
    Reference {
        /// JSON Pointer into the schema; none where the reference stands in another file.
        place: Option<String>,
        /// What is missing.
        text: String,
    },
}
