//! The files of a store, as the rest of this crate sees them: one ordered space of keys and values, changed by atomic writes.
//!
//! **Atomic and durable.** A write is one frame of the write-ahead log (`log`, `frame`), which a start finds whole or not at all.
//! Its changes are kept in memory (`memtable`) until they are moved (`mover`) into the base (`base`, which alone names the storage
//! engine). Frames are read in order up to the first that is not whole, so no write is found without those before it.
//!
//! **After a crash** the segments of the log that were not wholly moved are read again (`segment`). Moving the same changes twice
//! changes nothing, so a crash while they are moved needs no care.
//!
//! `tables` is what is read: changes over base.

mod base;
mod block_file;
mod frame;
mod log;
mod memtable;
mod mover;
mod range;
mod segment;
mod tables;

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use self::base::Base;
use self::log::Log;
use self::mover::{Mover, SEGMENTS};
use self::range::{Direction, Range};
use self::segment::{Content, Damaged, Found, Header};
use self::tables::Tables;
use crate::error::RecordError;
use crate::error::{Failure, FailureKind, StoreError};
use crate::keys;
use crate::lock::Lock;
use crate::record;

pub(crate) use self::base::LEAST_CACHE_BYTES;
pub use self::base::LOG_DIRECTIVE;

/// The directory of the log's segments, in that of the store.
const LOG: &str = "log";

/// The directory for what was damaged, in that of the store.
pub(crate) const QUARANTINE: &str = "quarantine";

/// Most pairs of the first page of a scan, and of all later ones.
const FIRST_PAGE: usize = 16;
const PAGE: usize = 256;

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

/// The open files.
pub(crate) struct Disk {
    tables: Arc<Tables>,
    mover: Arc<Mover>,
    moving: Option<JoinHandle<()>>,
    damaged_pieces: u64,
    // Held until the files are closed: fields are dropped in this order.
    _lock: Lock,
}

/// A key and its value.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

impl Disk {
    /// Opens the files in `dir`; `recovery` must have repaired them before. Changes are moved into the base about every `log_bytes`.
    pub(crate) fn open(dir: &Path, cache_bytes: u64, log_bytes: u32, lock: Lock) -> Result<Self, Failure> {
        let base = Base::open(dir, cache_bytes)?;
        let directory = dir.join(LOG);
        DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
        File::open(dir)?.sync_all()?;
        let moved = base.get(keys::MOVED)?.and_then(|value| Some(u64::from_be_bytes(value.try_into().ok()?)));
        let moved = moved.unwrap_or_default();
        let tables = Arc::new(Tables::over(base));
        let read = read_log(dir, &directory, moved, &tables)?;
        let log = Log::begin(&directory, read.next, log_bytes / SEGMENTS as u32)?;
        let (mover, moving) = Mover::start(tables.clone(), &directory, log)?;
        Ok(Self { tables, mover, moving: Some(moving), damaged_pieces: read.damaged_pieces, _lock: lock })
    }

    /// How many pieces of the log were found damaged at the start, and put in quarantine.
    pub(crate) const fn damaged_pieces(&self) -> u64 {
        self.damaged_pieces
    }

    /// Applies all changes as one write; they are visible at once and survive a crash once [`Self::sync`] returned.
    pub(crate) fn apply(&self, changes: impl IntoIterator<Item = (Vec<u8>, Option<Vec<u8>>)>) -> Result<(), Failure> {
        let changes: Vec<_> = changes.into_iter().collect();
        if changes.is_empty() {
            return Ok(());
        }
        self.mover.append(changes)
    }

    /// Sets one pair in the base itself: what must be there before the log is read.
    pub(crate) fn write_through(&self, key: &[u8], value: &[u8]) -> Result<(), Failure> {
        self.tables.base.put(key, Some(value))?;
        self.tables.base.sync()
    }

    /// Hands everything applied so far to the operating system, so that it survives a killed process.
    pub(crate) fn write_out(&self) -> Result<(), Failure> {
        self.mover.write_out()
    }

    /// Waits until everything that was written out is on stable storage, where the next start will find it.
    pub(crate) fn sync(&self) -> Result<(), Failure> {
        // What an earlier segment holds was synced before this one began.
        self.mover.last_segment().get().sync()?;
        self.check_in_place()
    }

    /// Whether something was written out that [`Self::sync`] has not waited for.
    pub(crate) fn has_unsynced(&self) -> bool {
        self.mover.last_segment().get().has_unsynced()
    }

    /// Fails if the files were removed, moved or replaced: what is written then is lost with the last open handle, or isn't
    /// where the next start looks. An error of the system says neither.
    pub(crate) fn check_in_place(&self) -> Result<(), Failure> {
        let segment = self.mover.last_segment().get();
        let base = &self.tables.base;
        if is_in_place(base.file(), base.path())? && is_in_place(segment.file(), segment.path())? {
            return Ok(());
        }
        let dir = base.path().parent().unwrap_or(base.path()).display();
        Err(Failure::new(FailureKind::Gone, format!("the store in {dir} was removed or replaced while it was open")))
    }

    /// The pairs whose keys begin with `prefix`, in order, after `after` if it is given.
    pub(crate) fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
    ) -> impl Iterator<Item = Result<Pair, Failure>> + use<> {
        let mut range = range::of_prefix(prefix);
        if let Some(after) = after {
            range.0 = std::ops::Bound::Excluded(after.to_vec());
        }
        Scan::over(&self.tables, range, Direction::Forwards)
    }

    /// The pairs whose keys begin with `prefix`, last first, before `before` if it is given.
    pub(crate) fn scan_back(
        &self,
        prefix: u8,
        before: Option<&[u8]>,
    ) -> impl Iterator<Item = Result<Pair, Failure>> + use<> {
        let mut range = range::of_prefix(&[prefix]);
        if let Some(before) = before {
            range.1 = std::ops::Bound::Excluded(before.to_vec());
        }
        Scan::over(&self.tables, range, Direction::Backwards)
    }

    /// True when nothing was ever stored.
    pub(crate) fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Moves everything into the base, so that the next start reads no log. If that fails, the log has it.
    pub(crate) fn move_all(&self) -> Result<(), Failure> {
        self.mover.move_all()
    }
}

impl Read for Disk {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        self.tables.get(key)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.mover.end();
        if let Some(moving) = self.moving.take() {
            // A panic was recorded as a failure already.
            let _ = moving.join();
        }
    }
}

/// Pairs that are read page by page.
struct Scan {
    tables: Arc<Tables>,
    /// What is not read yet.
    rest: Option<Range>,
    direction: Direction,
    limit: usize,
    page: std::vec::IntoIter<Pair>,
}

impl Scan {
    fn over(tables: &Arc<Tables>, range: Range, direction: Direction) -> Self {
        let page = Vec::new().into_iter();
        Self { tables: tables.clone(), rest: Some(range), direction, limit: FIRST_PAGE, page }
    }
}

impl Iterator for Scan {
    type Item = Result<Pair, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(pair) = self.page.next() {
                return Some(Ok(pair));
            }
            let range = self.rest.take()?;
            match self.tables.page(&range, self.direction, self.limit) {
                Ok((pairs, rest)) => {
                    self.page = pairs.into_iter();
                    self.rest = rest;
                }
                Err(failure) => return Some(Err(failure)),
            }
            self.limit = PAGE;
        }
    }
}

/// What a start has read of the log.
struct LogRead {
    /// The segment to go on with.
    next: Header,
    damaged_pieces: u64,
}

/// Reads the segments that are not in the base, and removes the others.
fn read_log(store: &Path, directory: &Path, moved: u64, tables: &Tables) -> Result<LogRead, Failure> {
    let (mut old, segments): (Vec<_>, Vec<_>) =
        segment::find(directory)?.into_iter().partition(|found| found.number <= moved);
    let mut read = read_segments(store, &segments, moved, tables)?;
    if !tables.has_changes() {
        old.extend(segments);
        read.next = Header { number: moved + 1, previous_end: 0 };
    }
    old.into_iter().try_for_each(|found| fs::remove_file(found.path))?;
    Ok(read)
}

fn read_segments(store: &Path, segments: &[Found], moved: u64, tables: &Tables) -> Result<LogRead, Failure> {
    let mut read = LogRead { next: Header { number: moved + 1, previous_end: 0 }, damaged_pieces: 0 };
    let mut segments = segments.iter().peekable();
    let mut content = segments.peek().map(|found| Content::read(found)).transpose()?;
    while let Some(found) = segments.next() {
        if found.number != read.next.number {
            return Err(missing(store, read.next.number));
        }
        let next = segments.peek().map(|found| Content::read(found)).transpose()?;
        let end = next.as_ref().and_then(Content::previous_end);
        let replayed = content.take().map(|content| content.replay(end, |changes| tables.put(changes)));
        content = next;
        let replayed = replayed.unwrap_or_default();
        for piece in &replayed.damaged {
            keep_aside(store, found, piece)?;
            read.damaged_pieces += 1;
        }
        read.next = Header { number: found.number + 1, previous_end: replayed.end };
    }
    Ok(read)
}

fn missing(store: &Path, number: u64) -> Failure {
    let file = store.join(LOG).join(Header { number, previous_end: 0 }.file_name());
    let text = format!(
        "{} is missing, and with it what was stored last: files were removed, or these are a copy made while the host ran",
        file.display()
    );
    Failure::new(FailureKind::Corrupt, text)
}

fn keep_aside(store: &Path, found: &Found, Damaged { from, bytes }: &Damaged) -> Result<(), Failure> {
    let quarantine = store.join(QUARANTINE);
    DirBuilder::new().recursive(true).mode(0o700).create(&quarantine)?;
    let name = found.path.file_name().unwrap_or_default().to_string_lossy();
    let kept: PathBuf = quarantine.join(format!("log-{name}-{from}"));
    fs::write(&kept, bytes)?;
    tracing::error!(
        segment = %found.path.display(),
        from,
        bytes = bytes.len(),
        kept = %kept.display(),
        "a piece of the log was damaged on disk and was put in quarantine: writes in it are lost"
    );
    Ok(())
}

fn is_in_place(opened: &File, path: &Path) -> io::Result<bool> {
    let opened = opened.metadata()?;
    Ok(match fs::metadata(path) {
        Ok(found) => (found.dev(), found.ino()) == (opened.dev(), opened.ino()),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    })
}

/// The engine asserts where it should report: a panic becomes a failure.
pub(crate) fn guarded<T, E: Into<Failure>>(call: impl FnOnce() -> Result<T, E>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(Into::into),
        Err(panic) => Err(Failure::of_panic(panic.as_ref())),
    }
}

#[cfg(test)]
mod tests;
