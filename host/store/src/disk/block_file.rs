//! A file that is written in whole blocks, each once, and past the page cache where the file system can do that: through the page
//! cache, a message of 450 bytes costs the disk a whole page, and what the kernel has to note about it.
//!
//! The file is filled with zeros some way ahead, so that most writes change neither its length nor what belongs to it: a sync is
//! then one write of the disk, without the file system's journal.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::OFlags;
use rustix::io::Errno;

/// Sizes of blocks that disks have, smallest first.
const BLOCKS: [u32; 2] = [512, LARGEST_BLOCK as u32];

/// The largest block: what comes first in a file has as much room.
pub(super) const LARGEST_BLOCK: usize = 4096;

/// By how many bytes the file is filled with zeros.
const STEP: u64 = CHUNK as u64;

/// Most bytes of one write.
const CHUNK: usize = 1024 * 1024;

/// The open file.
#[derive(Debug)]
pub(super) struct BlockFile {
    file: Arc<File>,
    block: u32,
    /// How long the file is.
    allocated: u64,
    chunk: Chunk,
}

impl BlockFile {
    /// Creates a file with this beginning, which is on stable storage when it returns.
    pub(super) fn create(path: &Path, beginning: &[u8]) -> io::Result<Self> {
        let file = open(path, OpenOptions::new().create_new(true))?;
        Self::begin(file, path, beginning, 0)
    }

    /// Writes over a file that was made by [`Self::create`], up to `length`; what is behind is cut off.
    pub(super) fn reuse(path: &Path, beginning: &[u8], length: u64) -> io::Result<Self> {
        let file = open(path, &mut OpenOptions::new())?;
        let length = file.metadata()?.len().min(length);
        file.set_len(length)?;
        Self::begin(file, path, beginning, length)
    }

    fn begin(file: File, path: &Path, beginning: &[u8], allocated: u64) -> io::Result<Self> {
        let mut this = Self { file: Arc::new(file), block: BLOCKS[0], allocated, chunk: Chunk::new() };
        this.find_block(path, beginning)?;
        this.fill_to(STEP)?;
        this.file.sync_all()?;
        Ok(this)
    }

    /// Writes the beginning, in the smallest block that the file system takes.
    fn find_block(&mut self, path: &Path, beginning: &[u8]) -> io::Result<()> {
        for block in BLOCKS {
            self.block = block;
            match self.write_padded(beginning) {
                Err(error) if Errno::from_io_error(&error) == Some(Errno::INVAL) => {}
                written => return written,
            }
        }
        // Past the page cache it takes none of them.
        self.file = Arc::new(OpenOptions::new().write(true).open(path)?);
        self.write_padded(beginning)
    }

    fn write_padded(&mut self, beginning: &[u8]) -> io::Result<()> {
        let mut padded = beginning.to_vec();
        padded.resize(beginning.len().next_multiple_of(self.block as usize), 0);
        self.write(0, &padded)
    }

    /// Begins and lengths of writes are multiples of it.
    pub(super) const fn block(&self) -> u32 {
        self.block
    }

    pub(super) const fn file(&self) -> &Arc<File> {
        &self.file
    }

    /// Writes whole blocks at a position that is one.
    pub(super) fn write(&mut self, position: u64, bytes: &[u8]) -> io::Result<()> {
        let mut at = position;
        for part in bytes.chunks(CHUNK) {
            self.file.write_all_at(self.chunk.holding(part), at)?;
            at += part.len() as u64;
        }
        self.allocated = self.allocated.max(at);
        Ok(())
    }

    /// Fills the file with zeros so that there is room for at least one more block behind `end`.
    pub(super) fn make_room_behind(&mut self, end: u64) -> io::Result<()> {
        if end < self.allocated { Ok(()) } else { self.fill_to((end + 1).next_multiple_of(STEP)) }
    }

    fn fill_to(&mut self, length: u64) -> io::Result<()> {
        while self.allocated < length {
            let missing = usize::try_from(length - self.allocated).unwrap_or(CHUNK);
            self.write(self.allocated, &ZEROS[..missing.min(CHUNK)])?;
        }
        Ok(())
    }
}

static ZEROS: [u8; CHUNK] = [0; CHUNK];

fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let options = options.write(true).mode(0o600);
    #[expect(clippy::cast_possible_wrap, reason = "flags are bits")]
    let direct = options.clone().custom_flags(OFlags::DIRECT.bits() as i32).open(path);
    match direct {
        // The file system has no such writes.
        Err(error) if Errno::from_io_error(&error) == Some(Errno::INVAL) => {
            options.clone().create_new(false).create(true).truncate(false).open(path)
        }
        opened => opened,
    }
}

/// Memory that begins where the system wants it for writes past the page cache.
struct Chunk {
    bytes: Vec<u8>,
    offset: usize,
}

impl Chunk {
    fn new() -> Self {
        let bytes = vec![0; CHUNK + LARGEST_BLOCK];
        let offset = bytes.as_ptr().align_offset(LARGEST_BLOCK);
        Self { bytes, offset }
    }

    fn holding(&mut self, part: &[u8]) -> &[u8] {
        let held = &mut self.bytes[self.offset..][..part.len()];
        held.copy_from_slice(part);
        held
    }
}

impl std::fmt::Debug for Chunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chunk").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    #[test]
    fn what_was_written_is_read_in_its_place_before_zeros() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let mut file = BlockFile::create(&path, b"beginning").unwrap();
        let block = file.block() as usize;
        let long = vec![7; CHUNK + 2 * block];
        file.write(LARGEST_BLOCK as u64, &long).unwrap();
        file.make_room_behind((LARGEST_BLOCK + long.len()) as u64).unwrap();
        let found = fs::read(&path).unwrap();
        assert!(found.starts_with(b"beginning\0"));
        assert_eq!(found[LARGEST_BLOCK..][..long.len()], long);
        assert!(found[LARGEST_BLOCK + long.len()..].iter().all(|byte| *byte == 0));
        assert_eq!(found.len(), 2 * CHUNK);
    }

    #[test]
    fn a_file_that_is_written_over_is_no_longer_than_stated_and_the_same_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let mut file = BlockFile::create(&path, b"first").unwrap();
        file.write(LARGEST_BLOCK as u64, &vec![7; 3 * CHUNK]).unwrap();
        let before = file.file().metadata().unwrap();
        let reused = BlockFile::reuse(&path, b"second", 2 * STEP).unwrap();
        let after = reused.file().metadata().unwrap();
        assert_eq!((after.ino(), after.len()), (before.ino(), 2 * STEP));
        assert!(fs::read(&path).unwrap().starts_with(b"second\0"));
    }
}
