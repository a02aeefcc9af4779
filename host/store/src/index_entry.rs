//! The index entry of a queued message, as it is stored: all that the schedule needs, so that a start reads no payload.

use gantry_core::{FlowName, MessageId, Timestamp};

use crate::schedule::{Entry, KeyHash};

/// The index entry of a queued message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexEntry {
    pub(crate) id: MessageId,
    pub(crate) key: Option<KeyHash>,
    pub(crate) since: Timestamp,
    pub(crate) due: Due,
    /// The size of the message's record in bytes; 0 if an earlier version did not record it.
    pub(crate) bytes: u32,
    /// Whether it is the replay of a dead letter; false for those of an earlier version.
    pub(crate) is_replay: bool,
    pub(crate) flow: FlowName,
}

/// When a queued message is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// At once.
    Now,
    /// When it is woken, or at the next start, which does not know what held it back.
    Held,
    /// At this time.
    At(Timestamp),
}

impl Due {
    /// The number stored for [`Due::Now`].
    const NOW: u64 = 0;
    /// The number stored for [`Due::Held`]; any greater number is a time.
    const HELD: u64 = 1;

    const fn to_number(self) -> u64 {
        match self {
            Self::Now => Self::NOW,
            Self::Held => Self::HELD,
            Self::At(Timestamp(millis)) if millis > Self::HELD => millis,
            // The first milliseconds of 1970 are due in any case.
            Self::At(_) => Self::HELD,
        }
    }

    const fn from_number(number: u64) -> Self {
        match number {
            Self::NOW => Self::Now,
            Self::HELD => Self::Held,
            millis => Self::At(Timestamp(millis)),
        }
    }
}

/// The version without the record's size.
const INDEX_VERSION_1: u8 = 1;
const INDEX_VERSION: u8 = 2;
/// The same, of a replay.
const INDEX_VERSION_OF_REPLAYS: u8 = 3;

impl IndexEntry {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(45 + self.flow.as_str().len());
        bytes.push(if self.is_replay { INDEX_VERSION_OF_REPLAYS } else { INDEX_VERSION });
        bytes.extend_from_slice(self.id.as_bytes());
        for number in [self.key.map_or(0, KeyHash::get), self.since.0, self.due.to_number()] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&self.bytes.to_be_bytes());
        bytes.extend_from_slice(self.flow.as_str().as_bytes());
        bytes
    }

    /// The entry for the schedule.
    pub(crate) const fn entry(&self, seq: u64) -> Entry {
        Entry { seq, key: self.key, since: self.since, bytes: self.bytes, is_replay: self.is_replay }
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        let (id, rest) = rest.split_first_chunk::<16>()?;
        let (key, rest) = rest.split_first_chunk::<8>()?;
        let (since, rest) = rest.split_first_chunk::<8>()?;
        let (due, rest) = rest.split_first_chunk::<8>()?;
        let (len, flow) = match *version {
            INDEX_VERSION_1 => (0, rest),
            INDEX_VERSION | INDEX_VERSION_OF_REPLAYS => {
                rest.split_first_chunk::<4>().map(|(len, flow)| (u32::from_be_bytes(*len), flow))?
            }
            _ => return None,
        };
        Some(Self {
            id: MessageId::from_bytes(*id),
            key: KeyHash::new(u64::from_be_bytes(*key)),
            since: Timestamp(u64::from_be_bytes(*since)),
            due: Due::from_number(u64::from_be_bytes(*due)),
            bytes: len,
            is_replay: *version == INDEX_VERSION_OF_REPLAYS,
            flow: std::str::from_utf8(flow).ok()?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_entry_survives_the_way_to_disk_and_back() {
        for due in [Due::Now, Due::Held, Due::At(Timestamp(77))] {
            for (key, is_replay) in [(None, true), (Some(KeyHash::MAX), false)] {
                let flow = "shop-orders".parse().unwrap();
                let id = MessageId::generate();
                let entry = IndexEntry { id, key, since: Timestamp(5), due, bytes: 9, is_replay, flow };
                assert_eq!(IndexEntry::from_bytes(&entry.to_bytes()), Some(entry));
            }
        }
        assert_eq!(IndexEntry::from_bytes(&[]), None);
        assert_eq!(IndexEntry::from_bytes(&[INDEX_VERSION; 45]), None, "no flow");
    }

    #[test]
    fn an_index_entry_of_an_earlier_version_is_of_unknown_length() {
        let mut bytes = vec![INDEX_VERSION_1];
        bytes.extend([7; 40]);
        bytes.extend(b"orders");
        let read = IndexEntry::from_bytes(&bytes).unwrap();
        assert_eq!((read.bytes, read.flow.as_str()), (0, "orders"));
    }
}
