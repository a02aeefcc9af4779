//! The host's own record of its last write to a file: where the write begins, how long it is, and its first bytes, which
//! hold the id of a message.
//!
//! It is an extended attribute of the file, so it goes where the file goes. It is written before the bytes: if a crash
//! leaves only some of them, the next writer knows that the torn line is the host's. Where the file system has no such
//! attributes, there is no record, and then no byte of the file is ever cut.

use std::fs::File;

use rustix::fs::{XattrFlags, fgetxattr, fsetxattr};

const NAME: &str = "user.gantry.last-write";

/// How many of the first bytes are recorded: a line end, the member's name and the id. No data of a message is among them.
const FIRST: usize = 44;

/// What a write was meant to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LastWrite {
    /// The length of the file before.
    pub(super) begin: u64,
    length: u64,
    first: Vec<u8>,
}

impl LastWrite {
    pub(super) fn of(begin: u64, bytes: &[u8]) -> Self {
        Self { begin, length: bytes.len() as u64, first: bytes[..bytes.len().min(FIRST)].to_vec() }
    }

    /// Records it. A file system that can't is no reason not to write.
    pub(super) fn record(&self, file: &File) {
        let mut value = format!("{} {} ", self.begin, self.length).into_bytes();
        value.extend_from_slice(&self.first);
        if let Err(error) = fsetxattr(file, NAME, &value, XattrFlags::empty()) {
            tracing::debug!(%error, "the file system keeps no record of writes; a torn line would stay");
        }
    }

    /// What was recorded last; none if nothing was.
    pub(super) fn recorded(file: &File) -> Option<Self> {
        let mut value = [0; 128];
        let length = fgetxattr(file, NAME, &mut value[..]).ok()?;
        let mut parts = value.get(..length)?.splitn(3, |byte| *byte == b' ');
        let mut number = || std::str::from_utf8(parts.next()?).ok()?.parse().ok();
        let begin = number()?;
        let length = number()?;
        Some(Self { begin, length, first: parts.next()?.to_vec() })
    }

    /// Whether a file of this length holds only a part of what the write was meant to add.
    pub(super) const fn is_torn(&self, file_length: u64) -> bool {
        self.begin < file_length && file_length < self.begin.saturating_add(self.length)
    }

    /// Whether these bytes are the ones that were written.
    pub(super) fn begins(&self, bytes: &[u8]) -> bool {
        let length = bytes.len().min(self.first.len());
        bytes[..length] == self.first[..length]
    }
}
