//! The files of the catalogue: one per component, named after its digest. A file is either complete or absent.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use gantry_core::Digest;

use super::CatalogueError;

/// Extension of a file that is being written.
const PART: &str = "part";

/// The folder.
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    /// Opens the folder, or creates it, readable only by this user.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Writes the bytes to the file of their digest, unless an undamaged one is there; returns when they are on stable
    /// storage.
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
        self.write_through(&part, &path, bytes).map_err(|error| {
            // Only the first error is reported.
            let _ = fs::remove_file(&part);
            CatalogueError::File(error)
        })
    }

    /// Writes the bytes to `part`, then renames it to `path`.
    fn write_through(&self, part: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = File::create(part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(part, path)?;
        File::open(&self.folder)?.sync_all()
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

    /// Removes the components with other digests, and unfinished files. Returns how many. Files with other extensions
    /// are left alone.
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
