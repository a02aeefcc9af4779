//! Appends to a file: all or nothing, under a lock, and on disk before it counts as written.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use gantry_core::ErrorClass;

/// Bytes read in one step when searching backwards for the last line end.
const STEP: usize = 64 << 10;

/// Why nothing was appended, with the error of the system.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum AppendError {
    /// The disk is full, the quota is used up, or the file has its greatest size.
    #[error("{0}")]
    NoSpace(String),
    /// The host, or everybody, lacks the permission to write there.
    #[error("{0}")]
    Denied(String),
    /// The lock can't be taken.
    #[error("the file can't be locked: {0}")]
    Locked(String),
    /// Anything else: a directory that is missing, a device that fails.
    #[error("{0}")]
    Io(String),
    /// The thread that wrote ended early.
    #[error("the writer stopped")]
    Stopped,
}

impl AppendError {
    /// The class for the retry decision. Without space the target takes no message at all; all other errors are temporary,
    /// or somebody has to fix them.
    pub(super) const fn class(&self) -> ErrorClass {
        match self {
            Self::NoSpace(_) => ErrorClass::NoSpace,
            Self::Denied(_) | Self::Locked(_) | Self::Io(_) | Self::Stopped => ErrorClass::Unavailable,
        }
    }
}

impl From<io::Error> for AppendError {
    fn from(error: io::Error) -> Self {
        let text = error.to_string();
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Self::NoSpace(text),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::Denied(text),
            _ => Self::Io(text),
        }
    }
}

/// Opens the file, or creates it and flushes its entry in the directory.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        File::open(dir)?.sync_all()?;
    }
    Ok(file)
}

/// Appends all of `bytes` under the file's lock, or nothing.
pub(super) fn whole(file: &mut File, bytes: &[u8]) -> Result<(), AppendError> {
    lock(file)?;
    let result = append(file, bytes);
    file.unlock().ok();
    Ok(result?)
}

/// Waits for the lock. File systems without locks are used without.
fn lock(file: &File) -> Result<(), AppendError> {
    match file.lock() {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        other => other.map_err(|error| AppendError::Locked(error.to_string())),
    }
}

/// False once the file was moved away, as log rotation does.
pub(super) fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same = |a: &std::fs::Metadata, b: &std::fs::Metadata| a.dev() == b.dev() && a.ino() == b.ino();
    matches!((&file.metadata(), &std::fs::metadata(path)), (Ok(open), Ok(named)) if same(open, named))
}

fn append(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    let start = cut_torn_line(file)?;
    let result = file.write_all(bytes).and_then(|()| file.sync_data());
    if result.is_err() {
        // If this fails too, the torn line is cut before the next write.
        file.set_len(start).ok();
    }
    result
}

/// Cuts off what is behind the last line end, and returns the new length.
fn cut_torn_line(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let whole = end_of_last_line(file, length)?;
    if whole < length {
        file.set_len(whole)?;
    }
    Ok(whole)
}

fn end_of_last_line(file: &mut File, length: u64) -> io::Result<u64> {
    let mut end = length;
    // Nearly always the last byte is the line end.
    let mut step = 1;
    while end > 0 {
        let begin = end.saturating_sub(step as u64);
        let mut block = vec![0; usize::try_from(end - begin).unwrap_or(STEP)];
        file.seek(SeekFrom::Start(begin))?;
        file.read_exact(&mut block)?;
        if let Some(at) = block.iter().rposition(|byte| *byte == b'\n') {
            return Ok(begin + at as u64 + 1);
        }
        (end, step) = (begin, STEP);
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;

    fn class(errno: Errno) -> ErrorClass {
        AppendError::from(io::Error::from(errno)).class()
    }

    #[test]
    fn a_disk_that_is_full_is_told_from_trouble_that_passes() {
        assert_eq!(class(Errno::NOSPC), ErrorClass::NoSpace);
        assert_eq!(class(Errno::DQUOT), ErrorClass::NoSpace);
        assert_eq!(class(Errno::FBIG), ErrorClass::NoSpace);
        assert_eq!(class(Errno::ACCESS), ErrorClass::Unavailable);
        assert_eq!(class(Errno::ROFS), ErrorClass::Unavailable);
        assert_eq!(class(Errno::NOENT), ErrorClass::Unavailable);
        assert_eq!(class(Errno::IO), ErrorClass::Unavailable);
    }

    #[test]
    fn what_may_not_be_written_is_denied() {
        assert!(matches!(AppendError::from(io::Error::from(Errno::ACCESS)), AppendError::Denied(_)));
        assert!(matches!(AppendError::from(io::Error::from(Errno::ROFS)), AppendError::Denied(_)));
        assert!(matches!(AppendError::from(io::Error::from(Errno::IO)), AppendError::Io(_)));
    }
}
