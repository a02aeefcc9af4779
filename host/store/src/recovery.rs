//! Prepares the directory before the engine opens: locks it for this process, and moves snapshots aside that would stop
//! the engine from opening.
//!
//! The engine (sled 0.34.7) writes a snapshot of its page table at every start: to `snap.N.generating`, then renamed to
//! `snap.N`. A crash in between leaves the `.generating` file behind. The next start treats every `snap.*` as a
//! snapshot and picks the one whose name sorts last, which is the leftover file. If that file is incomplete, the engine
//! refuses to open (spacejam/sled#1527, #1533).
//!
//! A snapshot only shortens the start: without one, the engine reads the log from its beginning and rebuilds the page
//! table. So a leftover `.generating` file is always moved to `quarantine/`, and a finished snapshot if its length or
//! checksum is wrong. The engine then uses an older snapshot or the log. An intact snapshot is left alone, so that
//! damage elsewhere is reported and not hidden.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::disk::QUARANTINE;
use crate::error::OpenError;
use crate::lock::{self, Lock};

/// Makes the directory ready for the engine; the returned lock must be held as long as the store is open.
pub(crate) fn prepare(dir: &Path) -> Result<Lock, OpenError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|source| OpenError::Io { path: dir.to_owned(), source })?;
    let lock = lock::take(dir)?;
    lock::await_engine(dir)?;
    quarantine_unusable_snapshots(dir)?;
    Ok(lock)
}

fn quarantine_unusable_snapshots(dir: &Path) -> Result<(), OpenError> {
    for entry in fs::read_dir(dir).map_err(io_error(dir))? {
        let path = entry.map_err(io_error(dir))?.path();
        let Some(fault) = fault_of_snapshot(&path).map_err(io_error(&path))? else { continue };
        let moved = move_aside(dir, &path).map_err(io_error(&path))?;
        tracing::warn!(
            file = %path.display(),
            moved_to = %moved.display(),
            fault,
            "a snapshot of the store's page table was unusable and was moved aside; the log holds all data"
        );
    }
    Ok(())
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> OpenError {
    let path = path.to_owned();
    move |source| OpenError::Io { path, source }
}

/// What is wrong with this file if it is a snapshot; none for intact snapshots and for other files.
fn fault_of_snapshot(path: &Path) -> io::Result<Option<&'static str>> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Ok(None) };
    if !name.starts_with("snap.") {
        return Ok(None);
    }
    if name.ends_with(".generating") {
        return Ok(Some("left over by a crash"));
    }
    let bytes = fs::read(path)?;
    let Some((body, trailer)) = bytes.split_last_chunk::<12>() else { return Ok(Some("too short")) };
    let [.., a, b, c, d] = *trailer;
    let sound = !body.is_empty() && crc32fast::hash(body) == u32::from_le_bytes([a, b, c, d]);
    Ok((!sound).then_some("its checksum is wrong"))
}

fn move_aside(dir: &Path, path: &Path) -> io::Result<PathBuf> {
    let quarantine = dir.join(QUARANTINE);
    fs::create_dir_all(&quarantine)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // An earlier file of the same name is kept as well.
    let free = (0u32..).map(|n| quarantine.join(format!("{name}.{n}"))).find(|candidate| !candidate.exists());
    let target = free.ok_or_else(|| io::Error::from(io::ErrorKind::AlreadyExists))?;
    fs::rename(path, &target)?;
    File::open(dir)?.sync_all()?;
    Ok(target)
}
