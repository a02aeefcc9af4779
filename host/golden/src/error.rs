//! Why a golden case can't be run. None of this is a difference: the plugin did not run.

use std::path::PathBuf;

use gantry_core::id::InvalidName;
use gantry_sandbox::PrepareError;

/// A golden case can't be read or run.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The text is no JSON.
    #[error("this is not JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// JSON, but of another shape.
    #[error("this is not a golden case: {0}")]
    Shape(#[source] serde_json::Error),
    /// Inputs and outcomes that can't be paired.
    #[error("the case has {inputs} messages in `input` and {outcomes} outcomes in `expected`")]
    Unpaired {
        /// Messages in `input`.
        inputs: usize,
        /// Outcomes in `expected`.
        outcomes: usize,
    },
    /// Settings that are expected to be refused, together with messages.
    #[error("the case says that its settings are refused: then no message can be in `input`")]
    RefusedWithMessages,
    /// A short form that stands for none, or for too many.
    #[error("`{form}` in `{list}`: {times} is not a whole number between 1 and {most}")]
    Times {
        /// `repeat` or `times`.
        form: &'static str,
        /// `input` or `expected`.
        list: &'static str,
        /// What the case says.
        times: String,
        /// The largest it may be here.
        most: usize,
    },
    /// The expanded case is too large.
    #[error("written out, `{list}` is more than {most} bytes: repeat less, or shorter payloads")]
    TooBig {
        /// `input` or `expected`.
        list: &'static str,
        /// The cap.
        most: usize,
    },
    /// A payload that is not base64 though it says so.
    #[error("`{text}` is not base64: {source}")]
    Base64 {
        /// The text.
        text: String,
        /// What is wrong with it.
        source: base64::DecodeError,
    },
    /// A route that can't be a target's name.
    #[error("a `route` of the case is no target's name: {0}")]
    Route(#[source] InvalidName),
    /// The plugin can't run with what the case gives it.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
}

/// The cases of a folder can't be read.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The folder or one of its files can't be read.
    #[error("failed to read {}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A case is not UTF-8.
    #[error("{} is not UTF-8: save it as UTF-8", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
}
