//! One message to send on.

use serde::Serialize;

use crate::json;
use crate::message::{Headers, Message, Payload};
use crate::outcome::Refusal;

/// The media type of what [`Output::json`] makes.
const JSON: &str = "application/json";

/// One message to send on, as the plugin made it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// A target of the flow; none means its default target.
    pub route: Option<String>,
    /// None: the key of the message it came from.
    pub key: Option<String>,
    /// None: the host derives one from the message's id and the output's position.
    pub idempotency_key: Option<String>,
    /// Media type of the payload.
    pub content_type: String,
    /// Sent along to the target; names in lower case.
    pub headers: Headers,
    /// The data.
    pub payload: Payload,
    /// For additions of later versions of the contract.
    pub extensions: Vec<(String, String)>,
}

impl Output {
    /// This value as JSON. A value that has no JSON form (for instance a map whose keys are not text, or a float that is no
    /// number) is a bug of the plugin, and the message is rejected as `not-serialisable`.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, Refusal> {
        let text = json::write(value).map_err(|error| Refusal::reject("not-serialisable", error.to_string()))?;
        Ok(Self::new(JSON, text))
    }

    /// A payload of any kind.
    pub fn new(content_type: impl Into<String>, payload: impl Into<Payload>) -> Self {
        Self { content_type: content_type.into(), payload: payload.into(), ..Self::default() }
    }

    /// The message as it came: payload, content type and headers.
    #[must_use]
    pub fn unchanged(message: Message) -> Self {
        Self {
            content_type: message.content_type,
            headers: message.headers,
            payload: message.payload,
            ..Self::default()
        }
    }

    /// Sends it to this target of the flow instead of the default one.
    #[must_use]
    pub fn route(mut self, target: impl Into<String>) -> Self {
        self.route = Some(target.into());
        self
    }

    /// Outputs with the same key are delivered in order.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The key by which the target recognises a repetition. Derive it from the business object and its version, never from
    /// random numbers; [`idempotency_key`](crate::idempotency_key()) makes one of any texts.
    #[must_use]
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// One more header for the target.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let mut name = name.into();
        name.make_ascii_lowercase();
        self.headers.push((name, value.into()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn what_json_cannot_hold_is_rejected_and_never_sent() {
        let map = BTreeMap::from([(vec![1], 2)]);
        assert!(matches!(Output::json(&[f64::NAN]), Err(Refusal::Reject(fault)) if fault.code == "not-serialisable"));
        assert!(matches!(Output::json(&map), Err(Refusal::Reject(fault)) if fault.code == "not-serialisable"));
    }

    #[test]
    fn header_names_are_put_in_lower_case() {
        let output = Output::new("text/plain", "x".to_owned()).header("X-Shop", "A");
        assert_eq!(output.headers, [("x-shop".to_owned(), "A".to_owned())]);
    }
}
