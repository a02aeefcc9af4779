//! How a value becomes bytes: an outer frame with a checksum and room for sealed payloads, around `MessagePack` with
//! named fields (so that fields can be added), cut into parts that the engine stores well.
//!
//! ```text
//! byte 0      sealing: 0 plain, 1 sealed (reserved: reading one is a typed error)
//! byte 1      encoding: 1 = MessagePack with named fields
//! bytes 2–5   CRC-32 of the body, little-endian
//! bytes 6–9   length of the body, little-endian
//! then        the body
//! ```
//!
//! The first [`PART`] bytes are stored under the record's key, the rest under continuation keys. The engine moves any
//! page above a quarter of a segment into a file of its own, which it never fsyncs, and it hangs when writing that
//! file fails. A page holds at most about 20 entries, so parts of 8 KiB keep every page inline: see `disk`.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{RecordError, StoreError};
use crate::keys;

/// Most bytes of one stored part.
pub(crate) const PART: usize = 8 * 1024;

const HEADER: usize = 10;
const PLAIN: u8 = 0;
const SEALED: u8 = 1;
const MESSAGE_PACK: u8 = 1;

/// A framed value, ready to be stored.
#[derive(Clone, Debug)]
pub(crate) struct Record(Vec<u8>);

fn unstorable(error: RecordError) -> StoreError {
    StoreError::Unstorable(std::sync::Arc::new(error))
}

impl Record {
    /// Frames a value.
    pub(crate) fn of<T: Serialize>(value: &T) -> Result<Self, StoreError> {
        let mut bytes = vec![0; HEADER];
        let mut serializer = rmp_serde::Serializer::new(&mut bytes).with_struct_map();
        value.serialize(&mut serializer).map_err(|error| unstorable(RecordError::Encode(error)))?;
        let len = bytes.len() - HEADER;
        let len = u32::try_from(len).map_err(|_| unstorable(RecordError::TooLarge(len)))?;
        let checksum = crc32fast::hash(&bytes[HEADER..]);
        bytes[0] = PLAIN;
        bytes[1] = MESSAGE_PACK;
        bytes[2..6].copy_from_slice(&checksum.to_le_bytes());
        bytes[6..HEADER].copy_from_slice(&len.to_le_bytes());
        Ok(Self(bytes))
    }

    /// Reads the value back.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        decode(&self.0).map_err(unstorable)
    }

    /// How many bytes it takes.
    pub(crate) fn len(&self) -> u32 {
        // The length of the body fits in four bytes; only the header could exceed that.
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// Its parts, each with its key.
    pub(crate) fn into_parts(self, key: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        if self.0.len() <= PART {
            return vec![(key.to_vec(), self.0)];
        }
        let keys = std::iter::once(key.to_vec()).chain((1..).map(|part| keys::continuation(key, part)));
        keys.zip(self.0.chunks(PART).map(<[u8]>::to_vec)).collect()
    }
}

/// How many continuations belong to the record that begins with `head`.
pub(crate) fn continuations(head: &[u8]) -> Result<u32, RecordError> {
    let len = head.get(6..HEADER).and_then(|len| len.try_into().ok()).map(u32::from_le_bytes);
    let total = len.ok_or(RecordError::Incomplete)? as usize + HEADER;
    Ok(u32::try_from(total.div_ceil(PART).saturating_sub(1)).unwrap_or(u32::MAX))
}

/// Reads the value back from all parts of a record, joined.
pub(crate) fn decode<T: DeserializeOwned>(record: &[u8]) -> Result<T, RecordError> {
    let (header, body) = record.split_at_checked(HEADER).ok_or(RecordError::Incomplete)?;
    match header[0] {
        PLAIN => {}
        SEALED => return Err(RecordError::Sealed),
        other => return Err(RecordError::UnknownSealing(other)),
    }
    if header[1] != MESSAGE_PACK {
        return Err(RecordError::UnknownEncoding(header[1]));
    }
    if body.len() != u32::from_le_bytes([header[6], header[7], header[8], header[9]]) as usize {
        return Err(RecordError::Incomplete);
    }
    if crc32fast::hash(body) != u32::from_le_bytes([header[2], header[3], header[4], header[5]]) {
        return Err(RecordError::Checksum);
    }
    rmp_serde::from_slice(body).map_err(RecordError::Decode)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(record: Record) -> Vec<u8> {
        record.into_parts(b"k").into_iter().flat_map(|(_, part)| part).collect()
    }

    #[test]
    fn a_record_of_any_size_survives_being_cut_into_parts() {
        for size in [0, 1, PART - 40, PART - 12, PART, PART + 1, 5 * PART, 100_000] {
            let text = "x".repeat(size);
            let record = Record::of(&text).unwrap();
            let parts = record.clone().into_parts(b"k");
            assert_eq!(continuations(&parts[0].1).unwrap() as usize, parts.len() - 1, "{size}");
            assert!(parts.iter().all(|(_, part)| part.len() <= PART));
            assert_eq!(decode::<String>(&joined(record)).unwrap(), text);
        }
    }

    #[test]
    fn a_sealed_record_is_refused_by_name() {
        let mut bytes = joined(Record::of(&1u8).unwrap());
        bytes[0] = SEALED;
        assert!(matches!(decode::<u8>(&bytes), Err(RecordError::Sealed)));
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let good = joined(Record::of(&"twelve orders").unwrap());
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x41;
            assert!(decode::<String>(&bad).is_err(), "byte {at}");
        }
        for cut in 0..good.len() {
            assert!(decode::<String>(&good[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn a_field_added_later_does_not_make_old_records_unreadable() {
        #[derive(Serialize)]
        struct Old {
            a: u8,
        }
        #[derive(serde::Deserialize)]
        struct New {
            a: u8,
            #[serde(default)]
            b: Option<String>,
        }
        let new: New = decode(&joined(Record::of(&Old { a: 1 }).unwrap())).unwrap();
        assert_eq!((new.a, new.b), (1, None));
    }
}
