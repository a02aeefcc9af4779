//! One atomic write as it is in the log.
//!
//! ```text
//! bytes 0–1    mark: 57 4C
//! byte 2       sealing: 0 plain, 1 sealed (reserved: then the body begins with key id and nonce, and ends with the tag)
//! byte 3       kind: 0 changes, 1 padding, which ends a block
//! bytes 4–7    length of the body, little-endian
//! bytes 8–11   position up to which the segment was on stable storage when this was written, little-endian
//! bytes 12–15  CRC-32 of the body, little-endian
//! bytes 16–19  CRC-32 of segment number, position in the segment, and bytes 2–15, little-endian
//! then         the body: for each change
//!                0 key              removes the pair
//!                1 key value        sets it
//!              where key and value are their length (u32, little-endian) and their bytes
//! ```
//!
//! As segment and position are part of the checksum, bytes that something else left in a file are no frame; and as the header has a
//! checksum of its own, looking for frames costs little, whatever the bytes are.

use crate::error::{Failure, FailureKind};

/// A change of one pair: its key, and its value unless it is removed.
pub(super) type Change = (Vec<u8>, Option<Vec<u8>>);

const HEADER: usize = 20;
const MARK: [u8; 2] = *b"WL";
const PLAIN: u8 = 0;
const CHANGES: u8 = 0;
const PADDING: u8 = 1;
const REMOVED: u8 = 0;
const SET: u8 = 1;

/// Where a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    pub(super) segment: u64,
    pub(super) position: u32,
}

/// A frame that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    kind: u8,
    body: &'a [u8],
    /// Up to where its segment was on stable storage when it was written.
    pub(super) durable: u32,
}

/// Adds the frame of these changes to `out`.
pub(super) fn write(out: &mut Vec<u8>, at: At, durable: u32, changes: &[Change]) -> Result<(), Failure> {
    let begin = out.len();
    out.extend_from_slice(&[0; HEADER]);
    for (key, value) in changes {
        out.push(if value.is_some() { SET } else { REMOVED });
        put(out, key)?;
        value.iter().try_for_each(|value| put(out, value))?;
    }
    let length = length_of(&out[begin + HEADER..])?;
    finish(&mut out[begin..], CHANGES, length, at, durable);
    Ok(())
}

/// Adds what is missing to a multiple of `block`.
pub(super) fn pad(out: &mut Vec<u8>, at: At, durable: u32, block: u32) {
    let mut missing = at.position.next_multiple_of(block) - at.position;
    if missing == 0 {
        return;
    }
    if missing < HEADER as u32 {
        missing += block;
    }
    let begin = out.len();
    out.resize(begin + missing as usize, 0);
    finish(&mut out[begin..], PADDING, missing - HEADER as u32, at, durable);
}

/// Fills in the header of a frame.
fn finish(frame: &mut [u8], kind: u8, length: u32, at: At, durable: u32) {
    let body = crc32fast::hash(&frame[HEADER..]);
    frame[..2].copy_from_slice(&MARK);
    frame[2] = PLAIN;
    frame[3] = kind;
    frame[4..8].copy_from_slice(&length.to_le_bytes());
    frame[8..12].copy_from_slice(&durable.to_le_bytes());
    frame[12..16].copy_from_slice(&body.to_le_bytes());
    let header = checksum(at, frame);
    frame[16..HEADER].copy_from_slice(&header.to_le_bytes());
}

/// The frame at the beginning of `bytes`; none if there is none that is whole and sound.
pub(super) fn read(bytes: &[u8], at: At) -> Option<Frame<'_>> {
    let (header, rest) = bytes.split_at_checked(HEADER)?;
    if header[..2] != MARK || number_in(header, 16) != checksum(at, header) || header[2] != PLAIN {
        return None;
    }
    let body = rest.get(..number_in(header, 4) as usize)?;
    let is_sound = number_in(header, 12) == crc32fast::hash(body);
    is_sound.then_some(Frame { kind: header[3], body, durable: number_in(header, 8) })
}

impl Frame<'_> {
    /// Its bytes in the segment.
    pub(super) fn len(&self) -> usize {
        HEADER + self.body.len()
    }

    /// Its changes; none if they are not what [`write`] makes, which the checksum rules out but for a mistake of ours.
    pub(super) fn changes(&self) -> Option<Vec<Change>> {
        let mut rest = if self.kind == CHANGES { self.body } else { &[] };
        let mut changes = Vec::new();
        while let Some((kind, after)) = rest.split_first() {
            let (key, after) = take(after)?;
            let (value, after) = match *kind {
                REMOVED => (None, after),
                SET => take(after).map(|(value, after)| (Some(value), after))?,
                _ => return None,
            };
            changes.push((key, value));
            rest = after;
        }
        Some(changes)
    }
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Failure> {
    out.extend_from_slice(&length_of(bytes)?.to_le_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}

fn take(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (taken, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    Some((taken.to_vec(), rest))
}

fn length_of(bytes: &[u8]) -> Result<u32, Failure> {
    u32::try_from(bytes.len()).map_err(|_| Failure::new(FailureKind::Internal, "a write is longer than 4 GiB"))
}

fn number_in(header: &[u8], from: usize) -> u32 {
    header[from..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn checksum(At { segment, position }: At, frame: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&segment.to_le_bytes());
    hasher.update(&position.to_le_bytes());
    hasher.update(&frame[2..16]);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: At = At { segment: 7, position: 32 };

    fn framed(changes: &[Change]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, AT, 9, changes).unwrap();
        bytes
    }

    fn some_changes() -> Vec<Change> {
        vec![(b"key".to_vec(), Some(b"value".to_vec())), (b"gone".to_vec(), None), (Vec::new(), Some(Vec::new()))]
    }

    #[test]
    fn a_write_survives_the_way_into_the_log_and_back() {
        for changes in [Vec::new(), some_changes()] {
            let bytes = framed(&changes);
            let frame = read(&bytes, AT).unwrap();
            assert_eq!((frame.durable, frame.len()), (9, bytes.len()));
            assert_eq!(frame.changes(), Some(changes));
        }
    }

    #[test]
    fn a_frame_that_is_cut_changed_or_elsewhere_is_none() {
        let bytes = framed(&some_changes());
        for cut in 0..bytes.len() {
            assert_eq!(read(&bytes[..cut], AT), None, "{cut}");
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x41;
            assert_eq!(read(&changed, AT), None, "{at}");
        }
        assert_eq!(read(&bytes, At { segment: 8, ..AT }), None);
        assert_eq!(read(&bytes, At { position: 33, ..AT }), None);
        assert_eq!(read(&[0; 64], AT), None);
    }

    #[test]
    fn padding_ends_a_block_and_changes_nothing() {
        for position in [0, 1, 200, 511 - HEADER as u32, 512 - HEADER as u32, 513 - HEADER as u32, 511] {
            let at = At { segment: 7, position };
            let mut padding = Vec::new();
            pad(&mut padding, at, 0, 512);
            assert!((position as usize + padding.len()).is_multiple_of(512), "{position}");
            assert_eq!(padding.is_empty(), position == 0, "{position}");
            let found = read(&padding, at).map(|frame| (frame.len(), frame.changes()));
            assert_eq!(found, (!padding.is_empty()).then(|| (padding.len(), Some(Vec::new()))), "{position}");
        }
    }
}
