//! What a build reads, as a digest: a build of the same inputs need not be done again.
//!
//! Files are told by path, size and time of their last change, as `make` tells them: folders of packages hold thousands,
//! some of them large.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use gantry_core::Digest;

/// Folders that builds write, and none reads.
const WRITTEN: [&str; 2] = ["__pycache__", ".git"];

/// The inputs of a build, so far.
#[derive(Default)]
pub(super) struct Inputs(Vec<u8>);

impl Inputs {
    /// Adds a text that is read whole.
    pub(super) fn text(mut self, text: &str) -> Self {
        self.add(text.as_bytes());
        self
    }

    /// Adds a file, or everything below a folder.
    pub(super) fn path(mut self, path: &Path) -> Self {
        let mut seen = BTreeSet::new();
        let mut files = Vec::new();
        collect(path, &mut seen, &mut files);
        files.sort();
        for (path, size, changed) in files {
            self.add(path.as_os_str().as_encoded_bytes());
            self.add(&size.to_be_bytes());
            self.add(&changed.to_be_bytes());
        }
        self
    }

    /// The digest, in hexadecimal.
    pub(super) fn key(&self) -> String {
        Digest::of(&self.0).to_string().trim_start_matches("sha256:").to_owned()
    }

    /// The length comes first, so that two inputs are never read as two others.
    fn add(&mut self, bytes: &[u8]) {
        self.0.extend((bytes.len() as u64).to_be_bytes());
        self.0.extend(bytes);
    }
}

/// The files below a path, with size and time. Links are followed, each folder is visited once.
fn collect(path: &Path, seen: &mut BTreeSet<PathBuf>, files: &mut Vec<(PathBuf, u64, i128)>) {
    let Ok(metadata) = path.metadata() else { return };
    if !metadata.is_dir() {
        let changed = i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec());
        files.push((path.to_owned(), metadata.len(), changed));
        return;
    }
    let is_written = path.file_name().is_some_and(|name| WRITTEN.iter().any(|written| name == *written));
    let is_new = path.canonicalize().is_ok_and(|whole| seen.insert(whole));
    if !is_written && is_new {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.for_each(|entry| collect(&entry.path(), seen, files));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_any_file_is_another_key_and_what_builds_write_is_none() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("a/__pycache__")).unwrap();
        std::fs::write(folder.path().join("a/plugin.py"), "1").unwrap();
        let key = || Inputs::default().text("map").path(folder.path()).key();
        let before = key();
        std::fs::write(folder.path().join("a/__pycache__/plugin.pyc"), "1").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("a/loop")).unwrap();
        assert_eq!(key(), before);
        std::fs::write(folder.path().join("a/plugin.py"), "12").unwrap();
        assert_ne!(key(), before);
        assert_ne!(Inputs::default().text("ab").key(), Inputs::default().text("a").text("b").key());
    }
}
