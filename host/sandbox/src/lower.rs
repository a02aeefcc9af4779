//! Messages as the guest sees them, borrowed from the host's.

use std::fmt::Write as _;

use gantry_core::Message;

use crate::guest::types::{Message as GuestMessage, PayloadParam};
use crate::invocation::Invocation;

/// The parts of a batch that the guest takes in another form than the host has them: one allocation for the headers of
/// all messages, and one for their ids.
pub(crate) struct Parts<'a> {
    ids: String,
    headers: Vec<(&'a str, &'a str)>,
}

/// How long the text of an id is.
const ID_BYTES: usize = 36;

impl<'a> Parts<'a> {
    pub(crate) fn of(batch: &[Invocation<'a>]) -> Self {
        let mut ids = String::with_capacity(batch.len() * ID_BYTES);
        for invocation in batch {
            // Writing into a text can't fail.
            let _ = write!(ids, "{}", invocation.message.id);
        }
        Self { ids, headers: batch.iter().flat_map(|invocation| invocation.message.headers.iter()).collect() }
    }

    /// One guest message for each message of the same batch.
    pub(crate) fn messages<'b>(&'b self, batch: &[Invocation<'b>]) -> Vec<GuestMessage<'b>> {
        let mut ids = self.ids.as_str();
        let mut headers = self.headers.as_slice();
        // Messages of one source are mostly of one type.
        let mut last = ("", false);
        let mut messages = Vec::with_capacity(batch.len());
        for invocation in batch {
            let (id, other_ids) = ids.split_at(ID_BYTES);
            let (own_headers, other_headers) = headers.split_at(invocation.message.headers.len());
            ids = other_ids;
            headers = other_headers;
            let content_type = invocation.message.content_type.as_str();
            if content_type != last.0 {
                last = (content_type, is_textual(content_type));
            }
            messages.push(message(invocation, id, own_headers, last.1));
        }
        messages
    }
}

fn message<'b>(
    invocation: &Invocation<'b>,
    id: &'b str,
    headers: &'b [(&'b str, &'b str)],
    is_textual: bool,
) -> GuestMessage<'b> {
    let message = invocation.message;
    GuestMessage {
        id,
        key: message.key.as_deref(),
        content_type: &message.content_type,
        headers,
        event_time_ms: message.event_time.0,
        attempt: invocation.attempt,
        payload: payload(message, is_textual),
        extensions: &[],
    }
}

/// As text if the content type says so and the bytes are valid UTF-8: for a guest in a dynamic language, text costs a
/// third of what bytes cost.
fn payload(message: &Message, is_textual: bool) -> PayloadParam<'_> {
    if is_textual && let Ok(text) = std::str::from_utf8(&message.payload) {
        return PayloadParam::Text(text);
    }
    PayloadParam::Bytes(&message.payload)
}

/// `text/*`, JSON, XML, YAML, CSV, forms, and everything built on JSON, XML or YAML.
fn is_textual(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    kind.eq_ignore_ascii_case("text") || kind.eq_ignore_ascii_case("application") && is_textual_subtype(subtype)
}

fn is_textual_subtype(subtype: &str) -> bool {
    const NAMES: [&str; 8] = ["json", "x-ndjson", "ndjson", "xml", "yaml", "x-yaml", "csv", "x-www-form-urlencoded"];
    const SUFFIXES: [&str; 3] = ["+json", "+xml", "+yaml"];
    NAMES.iter().any(|name| subtype.eq_ignore_ascii_case(name))
        || SUFFIXES.iter().any(|suffix| {
            subtype.len() > suffix.len()
                && subtype.as_bytes()[subtype.len() - suffix.len()..].eq_ignore_ascii_case(suffix.as_bytes())
        })
}

#[cfg(test)]
mod tests {
    use super::{ID_BYTES, is_textual};

    #[test]
    fn every_id_is_as_long_as_the_cut_takes_it_to_be() {
        for id in [gantry_core::MessageId::generate(), gantry_core::MessageId::from_bytes([0; 16])] {
            assert_eq!(id.to_string().len(), ID_BYTES);
        }
    }

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
