//! Appends to a file: all or nothing, under a lock, and on disk before it counts as written. Bytes of others are never
//! touched.

use std::borrow::Cow;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use gantry_core::ErrorClass;
use rustix::fs::OFlags;
use rustix::io::Errno;

use super::mark::LastWrite;

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

/// Opens the file, or creates it and flushes its entry in the directory. A link is not followed, and a pipe not
/// written to. A new file can be read by those who may read its directory.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    let mut opened = options.open(path);
    if opened.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        opened = match create(path, options.clone().create_new(true)) {
            // Another target has just created it.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => options.open(path),
            other => other,
        };
    }
    let file = match opened {
        Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
            return Err(io::Error::other("it is a link: state the path of the file itself"));
        }
        other => other?,
    };
    // Only root makes devices; anybody makes a pipe.
    let kind = file.metadata()?.file_type();
    match kind.is_file() || kind.is_char_device() {
        true => Ok(file),
        false => Err(io::Error::other("it is no regular file")),
    }
}

fn create(path: &Path, options: &OpenOptions) -> io::Result<File> {
    let dir = File::open(path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
    let file = options.open(path)?;
    let readable = dir.metadata()?.permissions().mode() & 0o044;
    file.set_permissions(Permissions::from_mode(0o600 | readable))?;
    dir.sync_all()?;
    Ok(file)
}

/// Appends all of `bytes` under the file's lock, or nothing. `path` is for the log.
pub(super) fn whole(file: &mut File, path: &Path, bytes: &[u8]) -> Result<(), AppendError> {
    lock(file)?;
    let result = append(file, path, bytes);
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
    matches!((&file.metadata(), &std::fs::symlink_metadata(path)), (Ok(open), Ok(named)) if same(open, named))
}

fn append(file: &mut File, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let begin = cut_own_torn_line(file, path)?;
    let bytes = if ends_line(file, path, begin)? { Cow::Borrowed(bytes) } else { Cow::Owned([b"\n", bytes].concat()) };
    LastWrite::of(begin, &bytes).record(file);
    let result = file.write_all(&bytes).and_then(|()| file.sync_data());
    if result.is_err() {
        // If this fails too, the next writer finds what is left.
        take_back(file, begin, &bytes).ok();
    }
    result
}

/// Cuts off the last line if a write of this host left it without its end. Returns the length of the file.
///
/// Only bytes that the host's own record of its last write covers are cut.
fn cut_own_torn_line(file: &mut File, path: &Path) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let Some(write) = LastWrite::recorded(file).filter(|write| write.is_torn(length)) else { return Ok(length) };
    let mut torn = Vec::new();
    file.seek(SeekFrom::Start(write.begin))?;
    file.read_to_end(&mut torn)?;
    let whole = torn.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    if whole == torn.len() || !write.begins(&torn) {
        return Ok(length);
    }
    let kept = write.begin + whole as u64;
    let file_name = path.display();
    tracing::warn!(
        file = %file_name, bytes = length - kept,
        "a line that this host did not finish writing is cut; its message is sent again"
    );
    file.set_len(kept)?;
    Ok(kept)
}

/// Whether whatever is appended begins a new line.
fn ends_line(file: &mut File, path: &Path, length: u64) -> io::Result<bool> {
    let Some(last) = length.checked_sub(1) else { return Ok(true) };
    let mut byte = [0];
    file.seek(SeekFrom::Start(last))?;
    file.read_exact(&mut byte)?;
    let ends = byte == *b"\n";
    if !ends {
        let file_name = path.display();
        tracing::warn!(
            file = %file_name,
            "the last line of the file has no end, and this host did not write it; a new line is begun"
        );
    }
    Ok(ends)
}

/// Cuts off what a failed write added, if that is all that is behind `begin`.
fn take_back(file: &mut File, begin: u64, bytes: &[u8]) -> io::Result<()> {
    let mut added = Vec::new();
    file.seek(SeekFrom::Start(begin))?;
    file.take(bytes.len() as u64 + 1).read_to_end(&mut added)?;
    if bytes.starts_with(&added) { file.set_len(begin) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

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
    fn a_link_or_a_pipe_in_the_place_of_the_file_is_not_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let precious = dir.path().join("precious");
        fs::write(&precious, "precious").unwrap();
        let link = dir.path().join("link");
        symlink(&precious, &link).unwrap();
        assert!(open(&link).unwrap_err().to_string().contains("state the path of the file itself"));
        let dangling = dir.path().join("dangling");
        symlink(dir.path().join("new"), &dangling).unwrap();
        assert!(open(&dangling).is_err() && !dir.path().join("new").exists());
        let pipe = dir.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
        assert!(open(&pipe).unwrap_err().to_string().contains("no regular file"));
    }

    #[test]
    fn a_new_file_can_be_read_by_those_who_may_read_its_directory() {
        for (directory, file) in [(0o700, 0o600), (0o750, 0o640), (0o2775, 0o644)] {
            let dir = tempfile::tempdir().unwrap();
            fs::set_permissions(dir.path(), Permissions::from_mode(directory)).unwrap();
            let new = open(&dir.path().join("out")).unwrap();
            assert_eq!(new.metadata().unwrap().permissions().mode() & 0o777, file, "{directory:o}");
        }
    }

    #[test]
    fn what_may_not_be_written_is_denied() {
        assert!(matches!(AppendError::from(io::Error::from(Errno::ACCESS)), AppendError::Denied(_)));
        assert!(matches!(AppendError::from(io::Error::from(Errno::ROFS)), AppendError::Denied(_)));
        assert!(matches!(AppendError::from(io::Error::from(Errno::IO)), AppendError::Io(_)));
    }
}
