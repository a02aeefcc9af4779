//! Why a body can't be taken as what it should be.

use gantry_schema::JsonError;

use crate::charset::CharsetError;

/// A body can't be taken as what it should be. The texts may be shown to the sender.
#[derive(Debug, thiserror::Error)]
pub(super) enum ContentError {
    #[error("the content encoding `{0}` is not known here: send the body as it is, or as gzip, deflate, br or zstd")]
    UnsupportedEncoding(String),
    #[error("the body is not complete `{0}`, as its content encoding says")]
    InvalidEncoding(&'static str),
    #[error("unpacked, the body is longer than the {limit} bytes this flow accepts")]
    TooLargeUnpacked { limit: usize },
    #[error(transparent)]
    Charset(#[from] CharsetError),
    #[error(
        "the body is a form, and this flow takes JSON: have the sender send application/json, or have the flow unwrap \
         forms by the setting `form` of its source"
    )]
    Form,
    #[error("the form can't be unwrapped: {0}")]
    InvalidForm(String),
    #[error("the payload is not valid JSON: {0}")]
    Json(#[from] JsonError),
    #[error("the content type is `{content_type}` and the body is not JSON, which this flow takes: {error}")]
    OtherType { content_type: String, error: JsonError },
    #[error("the payload has no array at `{0}`, and this flow takes the items of one as messages")]
    NoArray(String),
    #[error("the array has more than the {most} items this flow takes at once: send it in parts")]
    TooMany { most: usize },
}

impl ContentError {
    /// The reason as metrics and the problem document spell it.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::UnsupportedEncoding(_) => "unsupported_encoding",
            Self::InvalidEncoding(_) => "invalid_encoding",
            Self::TooLargeUnpacked { .. } => "too_large",
            Self::Charset(CharsetError::Unknown(_)) => "unsupported_charset",
            Self::Charset(CharsetError::Malformed(_)) => "invalid_charset",
            Self::Form => "form_encoded",
            Self::InvalidForm(_) => "invalid_form",
            Self::Json(_) | Self::OtherType { .. } => "invalid_json",
            Self::NoArray(_) => "missing_array",
            Self::TooMany { .. } => "too_many_messages",
        }
    }
}
