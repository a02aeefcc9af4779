//! Messages as the guest sees them, borrowed from the host's.

use gantry_core::Message;

use crate::guest::types::{Message as GuestMessage, PayloadParam};
use crate::run::Invocation;

/// The parts of a batch that the host holds in another form than the guest takes them: one allocation for all
/// headers, one small string for each id.
pub(crate) struct Parts<'a> {
    ids: Vec<String>,
    headers: Vec<(&'a str, &'a str)>,
}

impl<'a> Parts<'a> {
    pub(crate) fn of(batch: &[Invocation<'a>]) -> Self {
        Self {
            ids: batch.iter().map(|invocation| invocation.message.id.to_string()).collect(),
            headers: batch.iter().flat_map(|invocation| invocation.message.headers.iter()).collect(),
        }
    }

    /// One guest message for each of the same batch.
    pub(crate) fn messages<'b>(&'b self, batch: &[Invocation<'b>]) -> Vec<GuestMessage<'b>> {
        let mut headers = self.headers.as_slice();
        let with_id = batch.iter().zip(&self.ids);
        let lower = |(invocation, id): (&Invocation<'b>, &'b String)| {
            let (own, rest) = headers.split_at(invocation.message.headers.len());
            headers = rest;
            message(invocation, id, own)
        };
        with_id.map(lower).collect()
    }
}

fn message<'b>(invocation: &Invocation<'b>, id: &'b str, headers: &'b [(&'b str, &'b str)]) -> GuestMessage<'b> {
    let message = invocation.message;
    GuestMessage {
        id,
        key: message.key.as_deref(),
        content_type: &message.content_type,
        headers,
        event_time_ms: message.event_time.0,
        attempt: invocation.attempt,
        payload: payload(message),
        extensions: &[],
    }
}

/// Text when the content type says so and the bytes are; a guest in a dynamic language takes text at a third of the
/// cost of bytes.
fn payload(message: &Message) -> PayloadParam<'_> {
    if is_textual(&message.content_type)
        && let Ok(text) = std::str::from_utf8(&message.payload)
    {
        return PayloadParam::Text(text);
    }
    PayloadParam::Bytes(&message.payload)
}

/// `text/*`, JSON, XML, YAML, CSV, forms, and everything built on JSON, XML or YAML.
fn is_textual(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    let is = |one: &str| subtype.eq_ignore_ascii_case(one);
    let ends = |suffix: &str| {
        subtype.len() > suffix.len()
            && subtype.as_bytes()[subtype.len() - suffix.len()..].eq_ignore_ascii_case(suffix.as_bytes())
    };
    kind.eq_ignore_ascii_case("text")
        || kind.eq_ignore_ascii_case("application")
            && (["json", "x-ndjson", "ndjson", "xml", "yaml", "x-yaml", "csv", "x-www-form-urlencoded"]
                .into_iter()
                .any(is)
                || ["+json", "+xml", "+yaml"].into_iter().any(ends))
}

#[cfg(test)]
mod tests {
    use super::is_textual;

    #[test]
    fn textual_media_types_are_known_whatever_their_case_and_parameters() {
        for textual in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "text/csv",
            "application/cloudevents+json",
            "application/soap+XML",
            "application/x-www-form-urlencoded",
            "application/yaml",
        ] {
            assert!(is_textual(textual), "{textual}");
        }
        for binary in ["", "json", "image/png", "application/octet-stream", "application/+json", "image/svg+xml-not"] {
            assert!(!is_textual(binary), "{binary}");
        }
    }
}
