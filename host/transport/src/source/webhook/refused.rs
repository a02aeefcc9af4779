//! Turns refusals into HTTP, here and nowhere else: `application/problem+json` (RFC 9457) with a countable `reason`.
//!
//! Texts are for the sender: they say what it can fix, and reveal nothing about the host.

use std::time::Duration;

use bytes::Bytes;
use gantry_security::Refusal;
use http::header::{ACCEPT_ENCODING, ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use http_body_util::Full;

use super::budget::NoRoom;
use super::content_error::ContentError;
use super::encoding;
use super::idempotency::IdempotencyError;
use crate::charset::CharsetError;
use crate::intake::IntakeError;
use crate::keys::KeyError;
use crate::server;

/// When senders shall come again to a flow that somebody has to repair: soon after, and not all the time until then.
const REPAIR_SECONDS: u64 = 60;

/// Why a request is not accepted.
#[derive(Debug)]
pub(super) enum Refused {
    NotFound,
    /// A flow has this path, and can't run at present.
    FlowBroken,
    UnknownMessage,
    Method {
        allow: &'static str,
    },
    TooLarge {
        limit: usize,
    },
    TooSlow {
        limit: Duration,
    },
    Incomplete,
    /// All bodies that the host reads at present take as much memory as they may.
    NoRoom,
    /// It goes no further than the server.
    Server(server::Refused),
    Unverified {
        refusal: Refusal,
        challenge: Option<&'static str>,
    },
    Content(ContentError),
    Keys(KeyError),
    /// A key of one message among several, counted from one.
    KeysOf {
        message: usize,
        error: KeyError,
    },
    Idempotency(IdempotencyError),
    Intake(IntakeError),
}

impl From<IdempotencyError> for Refused {
    fn from(error: IdempotencyError) -> Self {
        Self::Idempotency(error)
    }
}

impl From<ContentError> for Refused {
    fn from(error: ContentError) -> Self {
        Self::Content(error)
    }
}

impl From<NoRoom> for Refused {
    fn from(NoRoom: NoRoom) -> Self {
        Self::NoRoom
    }
}

impl Refused {
    /// Every reason for which a flow refuses a request.
    pub(super) const REASONS: [&str; 33] = [
        "method_not_allowed",
        "missing_credentials",
        "invalid_credentials",
        "stale_timestamp",
        "malformed_credentials",
        "too_large",
        "too_slow",
        "incomplete_body",
        "invalid_json",
        "invalid_xml",
        "unsupported_encoding",
        "invalid_encoding",
        "unsupported_charset",
        "invalid_charset",
        "form_encoded",
        "invalid_form",
        "missing_array",
        "too_many_messages",
        "missing_dedupe_key",
        "invalid_key",
        "missing_idempotency_key",
        "invalid_idempotency_key",
        "idempotency_key_reused",
        "idempotency_in_flight",
        "body_memory_full",
        "queue_full",
        "over_quota",
        "dead_letters_full",
        "disk_full",
        "intake_closed",
        "first_undecided",
        "stopping",
        "store_unavailable",
    ];

    /// The reason as metrics and the problem document spell it.
    pub(super) const fn reason(&self) -> &'static str {
        match self {
            Self::NotFound => "unknown_path",
            Self::FlowBroken => "flow_broken",
            Self::UnknownMessage => "unknown_message",
            Self::Method { .. } => "method_not_allowed",
            Self::TooLarge { .. } => "too_large",
            Self::TooSlow { .. } => "too_slow",
            Self::Incomplete => "incomplete_body",
            Self::NoRoom => "body_memory_full",
            Self::Server(refused) => refused.name(),
            Self::Unverified { refusal, .. } => refusal.name(),
            Self::Content(error) => error.name(),
            Self::Keys(error) | Self::KeysOf { error, .. } => error.name(),
            Self::Idempotency(error) => error.name(),
            Self::Intake(error) => error.name(),
        }
    }

    /// Whether its sender is not who it should be.
    pub(super) fn is_unauthorized(&self) -> bool {
        self.status() == StatusCode::UNAUTHORIZED
    }

    /// Whether it may come before the whole body was read, so that the connection can't be used again.
    const fn may_leave_body_unread(&self) -> bool {
        match self {
            Self::Keys(_) | Self::KeysOf { .. } | Self::Idempotency(_) | Self::Intake(_) => false,
            Self::Content(error) => matches!(error, ContentError::UnsupportedEncoding(_)),
            _ => true,
        }
    }

    /// The answer to a request with or without a body. It says `connection: close` if the body stays unread.
    pub(super) fn into_response(self, has_body: bool) -> Response<Full<Bytes>> {
        let status = self.status();
        let mut response = Response::new(Full::new(self.document()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if has_body && self.may_leave_body_unread() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        match self {
            Self::Method { allow } => {
                headers.insert(ALLOW, HeaderValue::from_static(allow));
            }
            Self::Unverified { challenge: Some(challenge), .. } if status == StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
            }
            Self::Content(ContentError::UnsupportedEncoding(_)) => {
                headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(encoding::ACCEPTED));
            }
            Self::FlowBroken => {
                headers.insert(RETRY_AFTER, HeaderValue::from(REPAIR_SECONDS));
            }
            Self::NoRoom | Self::Idempotency(IdempotencyError::InFlight) => {
                headers.insert(RETRY_AFTER, HeaderValue::from(1));
            }
            Self::Intake(error) => {
                // Never zero: then all senders would come again at once.
                let seconds = error.retry_after().as_secs_f64().ceil().max(1.0);
                headers.insert(RETRY_AFTER, HeaderValue::from(seconds as u64));
            }
            _ => {}
        }
        response
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::UnknownMessage => StatusCode::NOT_FOUND,
            Self::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Content(error) => match error {
                ContentError::UnsupportedEncoding(_)
                | ContentError::Charset(CharsetError::Unknown(_))
                | ContentError::Form => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                ContentError::TooLargeUnpacked { .. } | ContentError::TooMany { .. } => StatusCode::PAYLOAD_TOO_LARGE,
                ContentError::InvalidEncoding(_)
                | ContentError::Charset(CharsetError::Malformed(_))
                | ContentError::InvalidForm(_)
                | ContentError::Json(_)
                | ContentError::OtherType { .. }
                | ContentError::NoArray(_) => StatusCode::BAD_REQUEST,
            },
            Self::Unverified { refusal: Refusal::Malformed { .. }, .. }
            | Self::Incomplete
            | Self::Keys(_)
            | Self::KeysOf { .. } => StatusCode::BAD_REQUEST,
            Self::Unverified { .. } => StatusCode::UNAUTHORIZED,
            Self::Server(refused) => refused.status(),
            Self::Idempotency(IdempotencyError::Missing | IdempotencyError::Invalid(_)) => StatusCode::BAD_REQUEST,
            Self::Idempotency(IdempotencyError::Reused) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Idempotency(IdempotencyError::InFlight) => StatusCode::CONFLICT,
            Self::Intake(IntakeError::QueueFull { .. }) => StatusCode::TOO_MANY_REQUESTS,
            Self::FlowBroken | Self::NoRoom | Self::Intake(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NotFound => "no flow takes messages at this path".to_owned(),
            Self::FlowBroken => "no messages are taken here at present; send the request again later".to_owned(),
            Self::UnknownMessage => "there is no such message, or its history has expired".to_owned(),
            Self::Method { allow } => format!("only {allow} is allowed here"),
            Self::TooLarge { limit } => format!("the body is longer than the {limit} bytes this flow accepts"),
            Self::TooSlow { limit } => format!("the request did not arrive completely within {limit:?}"),
            Self::Incomplete => "the body ended before it was complete, or is not framed correctly".to_owned(),
            Self::NoRoom => {
                "the host reads as many bodies as it has memory for; send the request again later".to_owned()
            }
            Self::Server(refused) => refused.to_string(),
            Self::Unverified { refusal, .. } => refusal.to_string(),
            Self::Content(error) => error.to_string(),
            Self::Keys(error) => error.to_string(),
            Self::KeysOf { message, error } => format!("message {message} of this request: {error}"),
            Self::Idempotency(error) => error.to_string(),
            Self::Intake(error) => format!("{error}; send the request again later"),
        }
    }

    pub(super) fn document(&self) -> Bytes {
        let status = self.status();
        let document = serde_json::json!({
            "type": "about:blank",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": self.detail(),
            "reason": self.reason(),
        });
        document.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/errors.md");

    /// Refusals of files, and those that are no flow's.
    const OTHERS: [&str; 9] = [
        "unknown_path",
        "flow_broken",
        "unknown_message",
        "invalid_host",
        "invalid_framing",
        "unknown_expectation",
        "too_many_connections",
        "bad_file",
        "changed_file",
    ];

    #[test]
    fn the_error_catalogue_lists_every_reason_in_the_same_order() {
        let page = std::fs::read_to_string(PAGE).unwrap();
        let section = page.split("\n## Intake\n").nth(1).unwrap().split("\n## ").next().unwrap();
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let reasons: Vec<_> = rows.filter(|reason| !OTHERS.contains(reason)).collect();
        assert_eq!(reasons, Refused::REASONS);
    }
}
