//! The storage engine: the only module that names sled (0.34.7), and what must be known about it.
//!
//! **Atomic.** `Tree::apply_batch` reserves a manifest in the log before the first write of the batch and stores in it
//! the log position of the last one. Recovery stops at a manifest whose last position lies beyond the contiguous end of
//! the log, so a batch is found whole or not at all, however much of it reached the disk. Our atomicity rests on this
//! alone: every state change is one batch.
//!
//! **Durable.** On Linux, `flush` ends in `sync_file_range`, which neither waits for the drive's cache nor writes the
//! file's new length. Data then survives a killed process, but not a power cut. [`Disk::sync`] therefore calls
//! `fdatasync` afterwards, on a file handle of our own. That handle also sees write-back errors that the engine's
//! background thread has already received, logged and dropped.
//!
//! **Small pages.** A log entry of more than a quarter of a segment goes to a file under `blobs/`, which is never
//! fsynced; when writing it fails (disk full), the log waits forever for the entry. With parts of at most 8 KiB
//! (`record::PART`) and pages of at most about 20 entries, a quarter of [`SEGMENT_BYTES`] is never reached.
//!
//! **Unusable after an error.** After a failed write the engine refuses everything; it must be opened again. One error
//! path does not wake the threads that wait for it: see [`Disk::nudge`].

use std::fs::File;
use std::io;
use std::ops::Bound;
use std::os::unix::fs::MetadataExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::error::RecordError;
use crate::error::{Failure, FailureKind, StoreError};
use crate::keys;
use crate::lock::{LOG_FILE, Lock};
use crate::record;

/// Log directive that silences the engine's own WARN and INFO lines: this crate handles what they report, and logs it
/// itself.
pub const LOG_DIRECTIVE: &str = "sled=error";

/// Unit of the engine's log and of its space reclamation. It is part of the on-disk format: never change it for an
/// existing store. Twice the default, so that a full page (20 × 8 KiB) stays below a quarter of it.
const SEGMENT_BYTES: usize = 1024 * 1024;

/// How often the engine's own thread writes out unflushed writes and reclaims space. Short, because a settlement that
/// was not written out is repeated after a crash. A round without new writes costs nothing.
const BACKGROUND_FLUSH_MS: u64 = 200;

/// Below this, the engine's 256 cache shards hold less than one full page each.
pub(crate) const LEAST_CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// Something keys can be read from: the disk, or a write in preparation on top of it.
pub(crate) trait Read {
    /// The value under this key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure>;

    /// The whole record under this key, and how many bytes it has.
    fn load<T: serde::de::DeserializeOwned>(&self, key: &[u8]) -> Result<Option<(T, usize)>, StoreError> {
        let Some(head) = self.get(key)? else { return Ok(None) };
        let (value, len) = self.load_all(key, head)?;
        Ok(Some((value, len)))
    }

    /// The record under this key whose first part is already read.
    fn load_from<T: serde::de::DeserializeOwned>(&self, key: &[u8], head: Vec<u8>) -> Result<T, StoreError> {
        Ok(self.load_all(key, head)?.0)
    }

    /// Reads the rest of a record whose first part is given; returns it with its total number of bytes.
    fn load_all<T: serde::de::DeserializeOwned>(
        &self,
        key: &[u8],
        mut bytes: Vec<u8>,
    ) -> Result<(T, usize), StoreError> {
        for part in 1..=record::continuations(&bytes).map_err(damaged)? {
            let more = self.get(&keys::continuation(key, part))?;
            bytes.extend_from_slice(&more.ok_or_else(|| damaged(RecordError::Incomplete))?);
        }
        Ok((record::decode(&bytes).map_err(damaged)?, bytes.len()))
    }
}

fn damaged(error: RecordError) -> StoreError {
    StoreError::Damaged(std::sync::Arc::new(error))
}

/// The open engine.
pub(crate) struct Disk {
    db: sled::Db,
    log: File,
    log_path: PathBuf,
    // Held until the engine is gone: fields are dropped in this order.
    _lock: Lock,
}

/// A key and its value.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

impl Disk {
    /// Opens the engine's files in `dir`; `recovery` must have repaired them before.
    pub(crate) fn open(dir: &Path, cache_bytes: u64, lock: Lock) -> Result<Self, Failure> {
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
        let log_path = dir.join(LOG_FILE);
        let log = File::open(&log_path)?;
        File::open(dir)?.sync_all()?;
        Ok(Self { db, log, log_path, _lock: lock })
    }

    /// Applies all writes as one; they are visible at once and survive a crash once [`Self::sync`] returned.
    pub(crate) fn apply(&self, writes: impl IntoIterator<Item = (Vec<u8>, Option<Vec<u8>>)>) -> Result<(), Failure> {
        let mut batch = sled::Batch::default();
        for (key, value) in writes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        Ok(self.db.apply_batch(batch)?)
    }

    /// Hands everything applied so far to the operating system, so that it survives a killed process.
    pub(crate) fn write_out(&self) -> Result<(), Failure> {
        self.db.flush()?;
        Ok(())
    }

    /// Waits until everything that was written out is on stable storage, where the next start will find it.
    pub(crate) fn sync(&self) -> Result<(), Failure> {
        self.log.sync_data()?;
        self.check_in_place()
    }

    /// Fails if the files were removed, moved or replaced: what is written then is lost with the last open handle, or isn't
    /// where the next start looks. An error of the system says neither.
    pub(crate) fn check_in_place(&self) -> Result<(), Failure> {
        let opened = self.log.metadata()?;
        let is_in_place = match std::fs::metadata(&self.log_path) {
            Ok(found) => (found.dev(), found.ino()) == (opened.dev(), opened.ino()),
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        };
        if is_in_place {
            return Ok(());
        }
        let dir = self.log_path.parent().unwrap_or(&self.log_path).display();
        Err(Failure::new(FailureKind::Gone, format!("the store in {dir} was removed or replaced while it was open")))
    }

    /// Wakes a [`Self::write_out`] that waits for a write which has failed: the engine stores that error without
    /// notifying (`Log::exit_reservation`), but any later reservation that sees it does. Harmless otherwise.
    pub(crate) fn nudge(&self, count: u64) {
        // A value equal to the present one would be skipped; an error is what the waiting call is about to report.
        let _ = self.db.insert(keys::NUDGE, &count.to_be_bytes());
    }

    /// The pairs whose keys begin with `prefix`, in order, after `after` if it is given.
    pub(crate) fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
    ) -> impl Iterator<Item = Result<Pair, Failure>> + use<> {
        let start = after.map_or(Bound::Included(prefix), Bound::Excluded).map(<[u8]>::to_vec);
        let prefix = prefix.to_vec();
        self.db
            .range::<Vec<u8>, _>((start, Bound::Unbounded))
            .map(|pair| Ok(pair.map(|(key, value)| (key.to_vec(), value.to_vec()))?))
            .take_while(move |pair| pair.as_ref().is_ok_and(|(key, _)| key.starts_with(&prefix)) || pair.is_err())
    }

    /// The pairs whose keys begin with `prefix`, last first, before `before` if it is given.
    pub(crate) fn scan_back(
        &self,
        prefix: u8,
        before: Option<&[u8]>,
    ) -> impl Iterator<Item = Result<Pair, Failure>> + use<> {
        let end = before.map_or_else(|| vec![prefix + 1], <[u8]>::to_vec);
        let range = self.db.range(vec![prefix]..end);
        range.rev().map(|pair| Ok(pair.map(|(key, value)| (key.to_vec(), value.to_vec()))?))
    }

    /// True when nothing was ever stored.
    pub(crate) fn is_empty(&self) -> bool {
        self.db.is_empty()
    }
}

impl Read for Disk {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self.db.get(key)?.map(|value| value.to_vec()))
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

/// The engine asserts where it should report: a panic becomes a failure.
pub(crate) fn guarded<T, E: Into<Failure>>(call: impl FnOnce() -> Result<T, E>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(Into::into),
        Err(panic) => Err(Failure::of_panic(panic.as_ref())),
    }
}
