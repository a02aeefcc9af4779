//! What must hold before a command opens the store in this process, because no host runs: the store is there, and its
//! files belong to the user of this process. A look never makes a store, and leaves no files that the host's user can't
//! read. Called by the client; `gantry run` creates stores itself.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use gantry_config::HostConfig;
use gantry_runtime::has_store;

use super::error::ClientError;
use crate::args::DataSource;

/// What to do where the data directory has no store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WithoutStore {
    /// Refuse.
    Refuse,
    /// Create it, because the user said so.
    Create,
}

impl WithoutStore {
    /// Creates the store only if `--create` is given.
    pub(crate) const fn create_if(create: bool) -> Self {
        if create { Self::Create } else { Self::Refuse }
    }
}

/// Whether this process may open the store of this data directory.
pub(super) fn admit(config: &HostConfig, from: &DataSource, absent: WithoutStore) -> Result<(), ClientError> {
    let dir = &config.data_dir;
    let is_there = has_store(config).map_err(|source| ClientError::DataDir { dir: dir.clone(), source })?;
    if !is_there && absent == WithoutStore::Refuse {
        return Err(ClientError::NoStore { dir: dir.clone(), from: from.clone() });
    }
    match foreign_owner(dir) {
        Ok(None) => Ok(()),
        Ok(Some(Owner { dir, owner })) => Err(ClientError::OtherOwner { dir, owner, user: user() }),
        Err(source) => Err(ClientError::DataDir { dir: dir.clone(), source }),
    }
}

/// Whether files that this process leaves in the data directory belong to the directory's owner.
pub(crate) fn is_own(data_dir: &Path) -> bool {
    matches!(foreign_owner(data_dir), Ok(None))
}

/// A directory and the user that it belongs to.
#[derive(Debug, PartialEq, Eq)]
struct Owner {
    dir: PathBuf,
    owner: u32,
}

/// The data directory or its store, whichever belongs to another user than that of this process.
fn foreign_owner(data_dir: &Path) -> io::Result<Option<Owner>> {
    for dir in [data_dir.to_owned(), data_dir.join("store")] {
        match std::fs::metadata(&dir) {
            Ok(metadata) if metadata.uid() != user() => return Ok(Some(Owner { dir, owner: metadata.uid() })),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}
