//! Why an attempt failed, as a text for people: what the target said, or where it points, or what to do.

use std::error::Error;

use gantry_core::FailureCause;
use http::header::{ALLOW, HeaderMap, LOCATION};
use hyper_util::client::legacy;

use super::headers;

/// An exchange that failed.
pub(super) struct Exchange {
    /// Whether an answer came whose form is against the rules.
    pub(super) is_form: bool,
    pub(super) cause: FailureCause,
    pub(super) text: String,
}

/// What an answer with a status that is not success means. `text` is the text of its body.
pub(super) fn of(status: u16, headers: &HeaderMap, text: &str) -> String {
    let said = |value: &http::HeaderValue| headers::text(value);
    let text = text.trim();
    match status {
        200..=299 => joined(&format!("the answer is no success: {status} is not among `success.status`"), text),
        300..=399 => match headers.get(LOCATION).map(said) {
            Some(place) => {
                joined(&format!("it points to {place}; redirects are not followed: put the new place in `url`"), text)
            }
            None => joined("it redirects without saying where to; redirects are not followed: check `url`", text),
        },
        _ if !text.is_empty() => text.to_owned(),
        401 => "the credentials are refused (401, without a text): check `auth` and its secret".to_owned(),
        403 => {
            "the target, or a firewall before it, refuses this (403, without a text): check what `auth` may do there"
                .to_owned()
        }
        404 => "nothing is there (404, without a text): check `url`".to_owned(),
        413 => "the payload is too large for the target (413, without a text)".to_owned(),
        415 => "the target doesn't take this content type (415, without a text)".to_owned(),
        405 | 501 => {
            let allowed = headers.get(ALLOW).map(said).filter(|allowed| !allowed.trim().is_empty());
            let allowed = allowed.map_or_else(String::new, |allowed| format!(", it allows {allowed}"));
            format!("the method is not known there ({status}, without a text{allowed}): check `method` and `url`")
        }
        _ => String::new(),
    }
}

pub(super) fn of_exchange(error: &legacy::Error) -> Exchange {
    let mut cause = error.source();
    let hyper = cause.and_then(|error| error.downcast_ref::<hyper::Error>());
    let is_form = hyper.is_some_and(hyper::Error::is_parse);
    // hyper's own names of the place in its code say nothing to users.
    let text = cause.map_or_else(|| error.to_string(), chain);
    while let Some(error) = cause {
        if error.is::<h2::Error>() {
            return Exchange { is_form, cause: FailureCause::ConnectionBroken, text };
        }
        cause = error.source();
    }
    let cause = if is_form { FailureCause::UnreadableAnswer } else { FailureCause::ConnectionBroken };
    Exchange { is_form, cause, text }
}

/// An error with its causes.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn joined(first: &str, text: &str) -> String {
    if text.is_empty() { first.to_owned() } else { format!("{first} -- {text}") }
}
