//! Granted folders, opened once when their step is prepared.
//!
//! Each is an open directory, below which `wasmtime-wasi` resolves every path: neither `..` nor a symbolic link leads out.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use gantry_core::FolderGrant;
use wasmtime_wasi::filesystem::Dir;
use wasmtime_wasi::{FsPerms, OpenMode};

/// A granted folder can't be opened.
#[derive(Debug, thiserror::Error)]
#[error("the granted folder {} can't be read: {source}", .path.display())]
pub struct FolderError {
    /// The folder.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

/// The folders of a step.
pub(crate) struct Folders(Vec<(Dir, String)>);

impl Folders {
    /// Opens these folders.
    pub(crate) fn open(granted: &[FolderGrant]) -> Result<Self, FolderError> {
        granted.iter().map(|folder| Ok((open(folder)?, folder.at.clone()))).collect::<Result<_, _>>().map(Self)
    }

    /// Each folder, and where the plugin finds it.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Dir, String)> {
        self.0.iter().cloned()
    }
}

fn open(folder: &FolderGrant) -> Result<Dir, FolderError> {
    let opened = File::open(&folder.path)
        .and_then(|file| if file.metadata()?.is_dir() { Ok(file) } else { Err(io::ErrorKind::NotADirectory.into()) });
    let opened = opened.map_err(|source| FolderError { path: folder.path.clone(), source })?;
    // Files are read in the thread that runs the guest.
    Ok(Dir::new(opened, FsPerms::ReadOnly, OpenMode::READ, true))
}
