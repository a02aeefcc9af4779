//! A newtype for every identity, so that a flow's name can't be passed where a target's belongs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

macro_rules! uuid {
    ($(#[$doc:meta])* $name:ident, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id that sorts behind every id this process made before.
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// The sixteen bytes of the id, in sorting order.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id those sixteen bytes stand for.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text)
                    .map(Self)
                    .map_err(|_| InvalidId { text: text.to_owned(), expected: $expected })
            }
        }
    };
}

uuid! {
    /// A message's identity: a `UUIDv7`, given at intake, stable across retries, replays and restarts.
    MessageId, "a message id (a UUID)"
}

uuid! {
    /// A host event's identity: a `UUIDv7`, the same wherever the event is published.
    EventId, "an event id (a UUID)"
}

uuid! {
    /// A job's identity: a `UUIDv7`, so that jobs sort by their beginning.
    JobId, "a job id (a UUID)"
}

/// The text is not an id of the expected form.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidId {
    text: String,
    expected: &'static str,
}

/// A dead letter's identity: the message's id, and the position of the delivery where only that one failed.
///
/// It is derived from them, not random: when a crash makes the host write the same failure twice, there is one dead
/// letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeadLetterId {
    /// The message that failed.
    pub message: MessageId,
    /// The delivery that failed, counted from 0; none when the message itself failed.
    pub position: Option<u32>,
}

impl fmt::Display for DeadLetterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            None => self.message.fmt(f),
            Some(position) => write!(f, "{}.{position}", self.message),
        }
    }
}

impl FromStr for DeadLetterId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = || InvalidId { text: text.to_owned(), expected: "a dead letter id (a UUID, or UUID.POSITION)" };
        let (message, position) = match text.split_once('.') {
            None => (text, None),
            Some((message, position)) => (message, Some(position.parse().map_err(|_| invalid())?)),
        };
        Ok(Self { message: message.parse().map_err(|_| invalid())?, position })
    }
}

impl Serialize for DeadLetterId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DeadLetterId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The SHA-256 of a component's bytes: what a plugin *is*, whatever it is called.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The raw digest.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = || InvalidId { text: text.to_owned(), expected: "a digest (`sha256:` and 64 hex digits)" };
        let hex = text.strip_prefix("sha256:").filter(|hex| hex.len() == 64 && hex.is_ascii()).ok_or_else(invalid)?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| invalid())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| invalid())?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// One to 64 characters of `a-z`, `0-9`, `-` and `_`, so that it is safe in paths, URLs and metric labels.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                if (1..=64).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')) {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidName(text.to_owned()))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// The text is no valid name of a flow, a target or a plugin.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a name: use 1 to 64 characters of a-z, 0-9, `-` and `_`")]
pub struct InvalidName(String);

name! {
    /// A flow's name, unique in a host.
    FlowName
}

name! {
    /// A target's name, unique in its flow.
    TargetName
}

name! {
    /// What an operator calls a key that may publish plugins.
    KeyName
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_letter_id_survives_its_text_form() {
        let message = MessageId::generate();
        for position in [None, Some(0), Some(17)] {
            let id = DeadLetterId { message, position };
            assert_eq!(id.to_string().parse::<DeadLetterId>().unwrap(), id);
        }
    }

    #[test]
    fn message_ids_sort_in_the_order_they_were_made() {
        let ids: Vec<_> = (0..1000).map(|_| MessageId::generate()).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn a_digest_survives_its_text_form_and_rejects_others() {
        let digest = Digest::of(b"gantry");
        assert_eq!(digest.to_string().parse::<Digest>().unwrap(), digest);
        for wrong in ["", "sha256:", "sha256:zz", "md5:0000", &"é".repeat(40)] {
            assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_refuses_what_a_path_or_a_label_could_not_hold() {
        assert!("shop-orders_2".parse::<FlowName>().is_ok());
        for wrong in ["", "Shop", "a/b", "a b", "ä", &"x".repeat(65)] {
            assert!(wrong.parse::<FlowName>().is_err(), "{wrong}");
        }
    }
}
