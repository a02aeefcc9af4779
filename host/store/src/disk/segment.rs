//! A segment of the log, as a start reads it.
//!
//! ```text
//! bytes 0–7    47 41 4E 54 52 59 4C 31 ("GANTRYL1")
//! bytes 8–15   number of the segment, little-endian
//! bytes 16–19  where the segment before it ends, little-endian; 0 if there is none
//! bytes 20–23  CRC-32 of bytes 0–19
//! from 4096    frames, and whatever the file had before
//! ```
//!
//! A segment ends where no frame begins: what a power cut left of frames that were not yet on stable storage is not read. But where
//! a later frame, or the next segment, says that something was on stable storage, it was damaged afterwards: that is told, and what
//! follows is read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::block_file::LARGEST_BLOCK;
use super::frame::{self, At, Change, Frame};

/// Where the first frame begins.
pub(super) const FIRST: u32 = LARGEST_BLOCK as u32;

/// Bytes of the header.
const HEADER: usize = 24;

const MAGIC: &[u8; 8] = b"GANTRYL1";

/// What stands before the frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) number: u64,
    /// Where the segment before it ends; 0 if there is none.
    pub(super) previous_end: u32,
}

impl Header {
    pub(super) fn file_name(self) -> String {
        format!("{:016x}", self.number)
    }

    pub(super) fn to_bytes(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..16].copy_from_slice(&self.number.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.previous_end.to_le_bytes());
        let checksum = crc32fast::hash(&bytes[..20]);
        bytes[20..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// None if it is damaged, or was never written.
    fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..HEADER)?;
        let previous_end = u32::from_le_bytes(bytes[16..20].try_into().ok()?);
        let header = Self { number: u64::from_le_bytes(bytes[8..16].try_into().ok()?), previous_end };
        (header.to_bytes() == bytes).then_some(header)
    }
}

/// A segment that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) number: u64,
    pub(super) path: PathBuf,
}

/// The segments in a directory, by number. Other files are left alone.
pub(super) fn find(directory: &Path) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some(number) = u64::from_str_radix(name, 16).ok().filter(|_| name.len() == 16) {
            found.push(Found { number, path });
        }
    }
    found.sort_unstable_by_key(|segment| segment.number);
    Ok(found)
}

/// The content of a segment.
pub(super) struct Content {
    number: u64,
    bytes: Vec<u8>,
}

/// A piece of a segment that was damaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Damaged {
    pub(super) from: u32,
    pub(super) bytes: Vec<u8>,
}

/// What was read of a segment.
#[derive(Debug, Default)]
pub(super) struct Replayed {
    /// Where reading ended.
    pub(super) end: u32,
    pub(super) damaged: Vec<Damaged>,
}

impl Content {
    pub(super) fn read(segment: &Found) -> io::Result<Self> {
        Ok(Self { number: segment.number, bytes: fs::read(&segment.path)? })
    }

    /// Where the segment before it ends, as far as it is known.
    pub(super) fn previous_end(&self) -> Option<u32> {
        Some(Header::read(&self.bytes)?.previous_end)
    }

    /// Hands each write to `apply`, in order. `end` is where the segment is known to end.
    pub(super) fn replay(&self, end: Option<u32>, mut apply: impl FnMut(Vec<Change>)) -> Replayed {
        let mut replayed = Replayed { end: FIRST, damaged: Vec::new() };
        loop {
            while let Some((changes, next)) =
                self.frame_at(replayed.end).and_then(|(frame, next)| Some((frame.changes()?, next)))
            {
                apply(changes);
                replayed.end = next;
            }
            let Some(next) = self.after_damage(replayed.end, end) else { return replayed };
            let piece = self.bytes.get(replayed.end as usize..next as usize).unwrap_or_default();
            replayed.damaged.push(Damaged { from: replayed.end, bytes: piece.to_vec() });
            replayed.end = next;
        }
    }

    fn frame_at(&self, position: u32) -> Option<(Frame<'_>, u32)> {
        let frame = frame::read(self.bytes.get(position as usize..)?, At { segment: self.number, position })?;
        let next = position.checked_add(u32::try_from(frame.len()).ok()?)?;
        Some((frame, next))
    }

    /// Where reading goes on if something at this position was on stable storage.
    fn after_damage(&self, position: u32, end: Option<u32>) -> Option<u32> {
        let length = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        let later =
            (position + 1..length).find(|at| self.frame_at(*at).is_some_and(|(frame, _)| frame.durable > position));
        later.or(end.filter(|end| *end > position))
    }
}
