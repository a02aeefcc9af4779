//! The write-ahead log: every atomic write is appended to it before it counts, and one `fdatasync` makes all of them durable.
//! It is a row of files, the segments. What is in the base isn't read again; its segments are removed, or written over.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;

use super::block_file::BlockFile;
use super::frame::{self, At, Change};
use super::segment::{FIRST, Found, Header};
use crate::error::{Failure, FailureKind};

/// The open log: its last segment, to which is written.
#[derive(Debug)]
pub(super) struct Log {
    directory: PathBuf,
    /// Bytes of a segment after which the next one is begun.
    segment_bytes: u32,
    segment: Arc<Segment>,
    file: BlockFile,
    /// Where the next frame begins.
    end: u32,
    /// Frames that are not yet handed to the operating system.
    unwritten: Vec<u8>,
    last: Arc<LastSegment>,
    spares: Arc<Spares>,
}

/// The last segment, for those who sync.
#[derive(Debug)]
pub(super) struct LastSegment(Mutex<Arc<Segment>>);

impl LastSegment {
    pub(super) fn get(&self) -> Arc<Segment> {
        self.0.lock().clone()
    }
}

/// A segment that is written to.
#[derive(Debug)]
pub(super) struct Segment {
    number: u64,
    file: Arc<File>,
    path: PathBuf,
    /// Up to where it was handed to the operating system.
    written: AtomicU32,
    /// Up to where it is on stable storage.
    durable: AtomicU32,
}

impl Segment {
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn has_unsynced(&self) -> bool {
        self.durable.load(Ordering::Acquire) < self.written.load(Ordering::Acquire)
    }

    /// Waits until what was written so far is on stable storage.
    pub(super) fn sync(&self) -> io::Result<()> {
        let written = self.written.load(Ordering::Acquire);
        self.file.sync_data()?;
        self.durable.fetch_max(written, Ordering::AcqRel);
        Ok(())
    }
}

/// Full segments that are in the base, to be written over: that is half the work of writing a new one. All others are removed,
/// because what was once in a message would be readable in them for long.
#[derive(Debug, Default)]
pub(super) struct Spares(Mutex<VecDeque<Found>>);

/// Most spare segments.
const SPARES: usize = 3;

impl Spares {
    /// Keeps or removes a full segment that is in the base.
    pub(super) fn give(&self, segment: Found) -> io::Result<()> {
        let mut spares = self.0.lock();
        if spares.len() < SPARES {
            spares.push_back(segment);
            return Ok(());
        }
        fs::remove_file(segment.path)
    }

    /// Removes all.
    pub(super) fn clear(&self) -> io::Result<()> {
        std::mem::take(&mut *self.0.lock()).into_iter().try_for_each(|spare| fs::remove_file(spare.path))
    }

    /// Whether this segment is one of them.
    pub(super) fn have(&self, number: u64) -> bool {
        self.0.lock().iter().any(|spare| spare.number == number)
    }

    fn take(&self) -> Option<Found> {
        // The oldest, so that each is written over soon.
        self.0.lock().pop_front()
    }
}

impl Log {
    /// Begins with a segment of this header; each is to have about so many bytes.
    pub(super) fn begin(directory: &Path, header: Header, segment_bytes: u32) -> io::Result<Self> {
        let spares = Arc::default();
        let (file, segment) = create(directory, header, segment_bytes, &spares)?;
        let segment = Arc::new(segment);
        let last = Arc::new(LastSegment(Mutex::new(segment.clone())));
        let directory = directory.to_owned();
        Ok(Self { directory, segment_bytes, segment, file, end: FIRST, unwritten: Vec::new(), last, spares })
    }

    pub(super) const fn last_segment(&self) -> &Arc<LastSegment> {
        &self.last
    }

    pub(super) const fn spares(&self) -> &Arc<Spares> {
        &self.spares
    }

    pub(super) fn segment_number(&self) -> u64 {
        self.segment.number
    }

    pub(super) const fn is_segment_full(&self) -> bool {
        self.end >= self.segment_bytes
    }

    /// Appends a write. It survives a killed process once [`Self::write_out`] has returned.
    pub(super) fn append(&mut self, changes: &[Change]) -> Result<(), Failure> {
        let at = self.at();
        let before = self.unwritten.len();
        let durable = self.segment.durable.load(Ordering::Acquire);
        frame::write(&mut self.unwritten, at, durable, changes)?;
        self.advance_from(before)
    }

    /// Hands everything appended so far to the operating system.
    pub(super) fn write_out(&mut self) -> Result<(), Failure> {
        if self.unwritten.is_empty() {
            return Ok(());
        }
        let at = self.at();
        let before = self.unwritten.len();
        let durable = self.segment.durable.load(Ordering::Acquire);
        frame::pad(&mut self.unwritten, at, durable, self.file.block());
        self.advance_from(before)?;
        let written = self.segment.written.load(Ordering::Acquire);
        self.file.write(u64::from(written), &self.unwritten)?;
        self.file.make_room_behind(u64::from(self.end))?;
        self.unwritten.clear();
        self.segment.written.store(self.end, Ordering::Release);
        Ok(())
    }

    /// Goes on with the next segment; returns the number of the one before, which is complete and on stable storage.
    pub(super) fn rotate(&mut self) -> Result<u64, Failure> {
        self.write_out()?;
        self.segment.sync()?;
        let number = self.segment.number;
        let header = Header { number: number + 1, previous_end: self.end };
        let (file, segment) = create(&self.directory, header, self.segment_bytes, &self.spares)?;
        self.file = file;
        self.segment = Arc::new(segment);
        self.end = FIRST;
        *self.last.0.lock() = self.segment.clone();
        Ok(number)
    }

    fn at(&self) -> At {
        At { segment: self.segment.number, position: self.end }
    }

    /// Regards what was added to the unwritten frames.
    fn advance_from(&mut self, before: usize) -> Result<(), Failure> {
        let length = u32::try_from(self.unwritten.len() - before).ok();
        let end = length.and_then(|length| self.end.checked_add(length));
        self.end =
            end.ok_or_else(|| Failure::new(FailureKind::Internal, "a segment of the log is longer than 4 GiB"))?;
        Ok(())
    }
}

/// Creates a segment with this header, out of a spare one if there is one.
fn create(directory: &Path, header: Header, segment_bytes: u32, spares: &Spares) -> io::Result<(BlockFile, Segment)> {
    let path = directory.join(header.file_name());
    let file = match spares.take() {
        Some(spare) => {
            fs::rename(spare.path, &path)?;
            BlockFile::reuse(&path, &header.to_bytes(), u64::from(segment_bytes))?
        }
        None => BlockFile::create(&path, &header.to_bytes())?,
    };
    File::open(directory)?.sync_all()?;
    let segment = Segment {
        number: header.number,
        file: file.file().clone(),
        path,
        written: AtomicU32::new(FIRST),
        durable: AtomicU32::new(FIRST),
    };
    Ok((file, segment))
}
