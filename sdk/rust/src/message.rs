//! The message as the plugin sees it, and how the author's input type is read from it.

use serde::de::DeserializeOwned;

use crate::json;
use crate::outcome::Refusal;

/// Header names in lower case with their values; a name may repeat.
pub type Headers = Vec<(String, String)>;

/// The data of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// The content type is textual and the bytes are valid UTF-8.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl Payload {
    /// The bytes, whichever kind they are.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl Default for Payload {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl From<String> for Payload {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// One unit of data, as the host hands it to the plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Stable across retries, replays and restarts.
    pub id: String,
    /// Messages with the same key are handled in order.
    pub key: Option<String>,
    /// Media type of the payload.
    pub content_type: String,
    /// What the source sent along.
    pub headers: Headers,
    /// Milliseconds since the Unix epoch, as the source states it, else the time of arrival.
    pub event_time_ms: u64,
    /// 1 on the first run.
    pub attempt: u32,
    /// The data.
    pub payload: Payload,
    /// For additions of later versions of the contract. Ignore unknown names.
    pub extensions: Vec<(String, String)>,
}

impl Message {
    /// A message with this JSON text: the start of a unit test.
    #[must_use]
    pub fn json(text: impl Into<String>) -> Self {
        Self {
            id: "test".into(),
            content_type: "application/json".into(),
            attempt: 1,
            payload: Payload::Text(text.into()),
            ..Self::default()
        }
    }

    /// The first header of this name, compared without regard to case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The payload read as JSON into `T`; a mismatch is a violation with its path.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        Ok(match &self.payload {
            Payload::Text(text) => json::read(text),
            Payload::Bytes(bytes) => json::read_bytes(bytes),
        }?)
    }
}

/// The typed data together with its message, for mappings that also use headers or the key.
#[derive(Clone, Debug)]
pub struct Incoming<T> {
    /// The payload, read as JSON.
    pub data: T,
    /// The message as it came.
    pub message: Message,
}

/// What a mapping may take: the raw [`Message`], any type that JSON can be read into, or both as [`Incoming`].
pub trait FromMessage: Sized {
    /// Reads the input, or says what is wrong with it.
    fn from_message(message: Message) -> Result<Self, Refusal>;
}

impl FromMessage for Message {
    fn from_message(message: Message) -> Result<Self, Refusal> {
        Ok(message)
    }
}

impl<T: DeserializeOwned> FromMessage for Incoming<T> {
    fn from_message(message: Message) -> Result<Self, Refusal> {
        Ok(Self { data: message.read()?, message })
    }
}

impl<T: DeserializeOwned> FromMessage for T {
    fn from_message(message: Message) -> Result<Self, Refusal> {
        message.read()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_whatever_their_case() {
        let message = Message { headers: vec![("x-shop".into(), "a".into())], ..Message::default() };
        assert_eq!(message.header("X-Shop"), Some("a"));
        assert_eq!(message.header("x-other"), None);
    }

    #[test]
    fn typed_data_and_the_message_come_together() {
        let message = Message { key: Some("k".into()), ..Message::json("[1, 2]") };
        let incoming = Incoming::<Vec<u8>>::from_message(message).unwrap();
        assert_eq!((incoming.data, incoming.message.key.as_deref()), (vec![1, 2], Some("k")));
    }
}
