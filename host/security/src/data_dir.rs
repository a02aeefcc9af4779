//! The data directory belongs to the host's user alone: it holds messages, keys and tokens. A new one is made so. One that is open
//! to others stays as it is, as its operator may have meant it, and is told of at each start and by `gantry check`.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Permission of users beside owner and group to list a directory, or to reach what is in it.
const BY_OTHERS: u32 = 0o005;

/// A store that every user of the machine can read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("every user of this machine can read the messages in {}: its mode is {mode:04o}", dir.display())]
pub struct ExposedData {
    /// The data directory.
    pub dir: PathBuf,
    /// Its mode.
    pub mode: u32,
}

impl ExposedData {
    /// How to close it.
    #[must_use]
    pub fn fix(&self) -> String {
        format!("chmod 700 {}", self.dir.display())
    }
}

/// Creates the data directory if it is missing, for its owner only.
pub fn create_data_dir(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// Whether every user can read the store of this data directory.
#[must_use]
pub fn exposed_data(dir: &Path) -> Option<ExposedData> {
    let mode = |path: &Path| Some(fs::metadata(path).ok()?.permissions().mode() & 0o7777);
    let found = mode(dir)?;
    let is_open = |mode: u32| mode & BY_OTHERS != 0;
    (is_open(found) && is_open(mode(&dir.join("store"))?)).then(|| ExposedData { dir: dir.to_owned(), mode: found })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_directory_is_private_and_one_whose_store_others_can_read_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("a/data");
        create_data_dir(&data).unwrap();
        assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
        let store = data.join("store");
        fs::create_dir(&store).unwrap();
        for (of_data, of_store, is_exposed) in
            [(0o755, 0o755, true), (0o751, 0o755, true), (0o750, 0o755, false), (0o755, 0o700, false)]
        {
            fs::set_permissions(&store, fs::Permissions::from_mode(of_store)).unwrap();
            fs::set_permissions(&data, fs::Permissions::from_mode(of_data)).unwrap();
            assert_eq!(exposed_data(&data).is_some(), is_exposed, "{of_data:o} {of_store:o}");
        }
    }
}
