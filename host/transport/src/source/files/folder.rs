//! A directory of a file source, held open: whoever may drop files there may also rename, replace and link what lies there.
//!
//! Files are opened, created and moved in the directory that was opened, whatever its path names by then, and no link is
//! followed. Only regular files are read: opening a pipe would wait for its other end.

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

/// The longest name in most file systems, in bytes.
const LONGEST_NAME: usize = 255;

/// An open directory.
#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

impl Folder {
    /// The watched directory. Its path is the operator's, and may be a link.
    pub(super) fn watched(path: &Path) -> io::Result<Self> {
        Self::open(path, OFlags::empty())
    }

    /// A directory that files are moved to. It must not be a link, which could lead anywhere.
    pub(super) fn real(path: &Path) -> io::Result<Self> {
        Self::open(path, OFlags::NOFOLLOW).map_err(|error| match error.raw_os_error() {
            Some(code) if [Errno::LOOP, Errno::NOTDIR].map(Errno::raw_os_error).contains(&code) => {
                let problem =
                    "it is a link or no directory, and files are moved to a directory of its own only: remove it";
                io::Error::new(error.kind(), format!("{}: {problem}", path.display()))
            }
            _ => error,
        })
    }

    fn open(path: &Path, flags: OFlags) -> io::Result<Self> {
        let flags = flags | OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(rustix::fs::open(path, flags, Mode::empty())?))
    }

    /// A regular file in it, for reading.
    pub(super) fn file(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::openat(&self.0, name, flags, Mode::empty())?);
        match file.metadata()?.is_file() {
            true => Ok(file),
            false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file")),
        }
    }

    /// A new file, which nobody else can read yet.
    pub(super) fn create(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(File::from(rustix::fs::openat(&self.0, name, flags, Mode::RUSR | Mode::WUSR)?))
    }

    /// Whether there is anything of this name.
    pub(super) fn has(&self, name: &OsStr) -> io::Result<bool> {
        match rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether this name is that of the open file.
    pub(super) fn is_at(&self, name: &OsStr, file: &Metadata) -> io::Result<bool> {
        use std::os::unix::fs::MetadataExt as _;
        match rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(named) => {
                let is_file = FileType::from_raw_mode(named.st_mode) == FileType::RegularFile;
                Ok(is_file && (named.st_dev, named.st_ino) == (file.dev(), file.ino()))
            }
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Moves what has this name, without replacing anything.
    pub(super) fn move_to(&self, name: &OsStr, to: &Self, new: &OsStr) -> Result<(), Errno> {
        match rustix::fs::renameat_with(&self.0, name, &to.0, new, RenameFlags::NOREPLACE) {
            // Not every file system supports renaming without replacing.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => match to.has(new) {
                Ok(false) => rustix::fs::renameat(&self.0, name, &to.0, new),
                Ok(true) => Err(Errno::EXIST),
                Err(_) => Err(Errno::IO),
            },
            other => other,
        }
    }

    /// Gives a file of this directory another name, in place of what has it.
    pub(super) fn replace(&self, name: &OsStr, new: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.0, name, &self.0, new)?)
    }

    /// Removes a file, or a link itself.
    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, AtFlags::empty())?)
    }

    /// Writes the names in it to disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(&self.0)?)
    }

    /// The longest name that it takes, in bytes.
    pub(super) fn longest_name(&self) -> usize {
        let system = rustix::fs::fstatvfs(self.0.as_fd()).ok();
        let longest = system.and_then(|system| usize::try_from(system.f_namemax).ok());
        longest.filter(|longest| *longest > 0).unwrap_or(LONGEST_NAME)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_and_pipes_are_not_opened_and_nothing_waits() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("plain"), "x").unwrap();
        symlink("plain", dir.path().join("link")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, dir.path().join("pipe"), Mode::RUSR | Mode::WUSR).unwrap();
        let folder = Folder::real(dir.path()).unwrap();
        assert!(folder.file("plain".as_ref()).is_ok());
        for other in ["link", "pipe", "."] {
            assert!(folder.file(other.as_ref()).is_err(), "{other}");
        }
        assert!(folder.create("link".as_ref()).is_err() && folder.create("plain".as_ref()).is_err());
        let link = dir.path().with_extension("link");
        symlink(dir.path(), &link).unwrap();
        assert!(Folder::watched(&link).is_ok());
        let refused = Folder::real(&link).unwrap_err().to_string();
        fs::remove_file(&link).unwrap();
        assert!(refused.contains("it is a link"), "{refused}");
    }
}
