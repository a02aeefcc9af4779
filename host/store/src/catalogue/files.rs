//! The files of the catalogue: one a component, named after its digest, whole or not there.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use gantry_core::Digest;

use super::CatalogueError;

/// Ends the name of a file that is being written.
const PART: &str = "part";

/// The folder.
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    /// Opens the folder, or makes it for this user alone.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Puts the bytes where their digest says, unless they are there and whole. They are on stable storage then.
    pub(super) fn write(&self, digest: Digest, bytes: &[u8]) -> Result<(), CatalogueError> {
        let found = Digest::of(bytes);
        if found != digest {
            return Err(CatalogueError::OtherBytes { found, recorded: digest });
        }
        if self.read(digest).is_ok() {
            return Ok(());
        }
        let path = self.path(digest);
        let part = path.with_extension(PART);
        let write = || {
            let mut file = File::create(&part)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&part, &path)?;
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(|error| {
            // The error that matters is the first one.
            let _ = fs::remove_file(&part);
            CatalogueError::File(error)
        })
    }

    /// The bytes of this digest.
    pub(super) fn read(&self, digest: Digest) -> Result<Bytes, CatalogueError> {
        let bytes = fs::read(self.path(digest)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => CatalogueError::NoBytes(digest),
            _ => CatalogueError::File(error),
        })?;
        let found = Digest::of(&bytes);
        if found == digest { Ok(bytes.into()) } else { Err(CatalogueError::Damaged { digest, found }) }
    }

    /// Removes the components with other digests, and what was never finished. How many there were. What is named
    /// otherwise is nobody's here, and left alone.
    pub(super) fn keep_only(&self, digests: &HashSet<Digest>) -> Result<usize, CatalogueError> {
        let kept: HashSet<_> = digests.iter().map(|digest| self.path(*digest)).collect();
        let mut removed = 0;
        for entry in fs::read_dir(&self.folder).map_err(CatalogueError::File)? {
            let path = entry.map_err(CatalogueError::File)?.path();
            let ours = path.extension().is_some_and(|extension| extension == "wasm" || extension == PART);
            if ours && !kept.contains(&path) {
                fs::remove_file(&path).map_err(CatalogueError::File)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn path(&self, digest: Digest) -> PathBuf {
        let hex: String = digest.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(hex + ".wasm")
    }
}
