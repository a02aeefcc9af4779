//! The base: the storage engine, which holds what was moved there from the log. The only module that names sled (0.34.7), and
//! what must be known about it.
//!
//! **Durable.** On Linux, `flush` ends in `sync_file_range`, which neither waits for the drive's cache nor writes the
//! file's new length. Data then survives a killed process, but not a power cut. [`Base::sync`] therefore calls
//! `fdatasync` afterwards, on a file handle of our own. That handle also sees write-back errors that the engine's
//! background thread has already received, logged and dropped.
//!
//! **Small pages.** A log entry of more than a quarter of a segment goes to a file under `blobs/`, which is never
//! fsynced; when writing it fails (disk full), the log waits forever for the entry. With parts of at most 8 KiB
//! (`record::PART`) and pages of at most about 20 entries, a quarter of [`SEGMENT_BYTES`] is never reached.
//!
//! **Unusable after an error.** After a failed write the engine refuses everything; it must be opened again. One error
//! path does not wake the threads that wait for it: see [`Base::nudge`].

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::error::{Failure, FailureKind};
use crate::keys;
use crate::lock::LOG_FILE;

use super::range::Range;
use super::{Pair, guarded};

/// Log directive that silences the engine's own WARN and INFO lines: this crate handles what they report, and logs it
/// itself.
pub const LOG_DIRECTIVE: &str = "sled=error";

/// Unit of the engine's log and of its space reclamation. It is part of the on-disk format: never change it for an
/// existing store. Twice the default, so that a full page (20 × 8 KiB) stays below a quarter of it.
const SEGMENT_BYTES: usize = 1024 * 1024;

/// How often the engine's own thread writes out unflushed writes and reclaims space. A round without new writes costs nothing.
const BACKGROUND_FLUSH_MS: u64 = 200;

/// Below this, the engine's 256 cache shards hold less than one full page each.
pub(crate) const LEAST_CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// The open engine.
pub(super) struct Base {
    db: sled::Db,
    file: File,
    path: PathBuf,
}

impl Base {
    /// Opens the engine's files in `dir`; `recovery` must have repaired them before.
    pub(super) fn open(dir: &Path, cache_bytes: u64) -> Result<Self, Failure> {
        let config = sled::Config::new()
            .path(dir)
            .cache_capacity(cache_bytes.max(LEAST_CACHE_BYTES))
            .segment_size(SEGMENT_BYTES)
            // Declared, but without effect in this version; the default, stated so that an update does not surprise.
            .mode(sled::Mode::LowSpace)
            // Payloads are often compressed or encrypted already, and the codec would be one more native library.
            .use_compression(false)
            .flush_every_ms(Some(BACKGROUND_FLUSH_MS));
        let db = guarded(|| config.open())?;
        let path = dir.join(LOG_FILE);
        let file = File::open(&path)?;
        File::open(dir)?.sync_all()?;
        Ok(Self { db, file, path })
    }

    /// Sets or removes one pair. It counts once [`Self::sync`] has returned.
    pub(super) fn put(&self, key: &[u8], value: Option<&[u8]>) -> Result<(), Failure> {
        match value {
            Some(value) => self.db.insert(key, value)?,
            None => self.db.remove(key)?,
        };
        Ok(())
    }

    /// Waits until everything that was put is on stable storage.
    pub(super) fn sync(&self) -> Result<(), Failure> {
        self.db.flush()?;
        self.file.sync_data()?;
        Ok(())
    }

    /// Wakes a [`Self::sync`] that waits for a write which has failed: the engine stores that error without
    /// notifying (`Log::exit_reservation`), but any later reservation that sees it does. Harmless otherwise.
    pub(super) fn nudge(&self, count: u64) {
        // A value equal to the present one would be skipped; an error is what the waiting call is about to report.
        let _ = self.db.insert(keys::NUDGE, &count.to_be_bytes());
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self.db.get(key)?.map(|value| value.to_vec()))
    }

    /// The pairs within these bounds, in the order of their keys.
    pub(super) fn range(&self, range: Range) -> impl DoubleEndedIterator<Item = Result<Pair, Failure>> + use<> {
        self.db.range::<Vec<u8>, _>(range).map(|pair| Ok(pair.map(|(key, value)| (key.to_vec(), value.to_vec()))?))
    }

    /// True when nothing was ever put.
    pub(super) fn is_empty(&self) -> bool {
        self.db.is_empty()
    }

    pub(super) const fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl From<sled::Error> for Failure {
    fn from(error: sled::Error) -> Self {
        match error {
            sled::Error::Io(error) => error.into(),
            sled::Error::Corruption { .. } => Self::new(FailureKind::Corrupt, error.to_string()),
            other => Self::new(FailureKind::Internal, other.to_string()),
        }
    }
}
