//! Files that the source is done with and that may still change: one whose writer had not finished when it was read lost
//! its end, and nobody would find out.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::archive::Archived;
use super::scan::FileState;

/// How long a file is looked at: longer than most writers pause.
const WATCHED: Duration = Duration::from_secs(60 * 60);

/// Most files that are looked at. Of more, the latest count.
const MOST: usize = 256;

/// A file in `done` or `failed`.
#[derive(Debug)]
pub(super) struct FinishedFile {
    path: PathBuf,
    /// What was read of it.
    state: FileState,
    since: Instant,
}

/// A file that changed after it was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ChangedFile {
    pub(super) path: PathBuf,
    pub(super) bytes_read: u64,
    pub(super) bytes_now: u64,
}

/// The latest files.
#[derive(Debug, Default)]
pub(super) struct Finished(Vec<FinishedFile>);

impl FinishedFile {
    /// None for a copy: its writer writes to another file.
    pub(super) fn of(archived: Archived, state: FileState) -> Option<Self> {
        archived.is_same.then(|| Self { path: archived.path, state, since: Instant::now() })
    }

    /// Its state now; none if it is gone.
    fn now(&self) -> Option<FileState> {
        FileState::of(&fs::symlink_metadata(&self.path).ok()?).ok()
    }
}

impl Finished {
    pub(super) fn extend(&mut self, file: Option<FinishedFile>) {
        self.0.extend(file);
        let too_many = self.0.len().saturating_sub(MOST);
        self.0.drain(..too_many);
    }

    /// Looks at all files. Returns those that changed, each once.
    pub(super) fn changed(&mut self) -> Vec<ChangedFile> {
        let mut changed = Vec::new();
        self.0.retain(|file| match file.now() {
            Some(now) if now != file.state => {
                let path = file.path.clone();
                changed.push(ChangedFile { path, bytes_read: file.state.size, bytes_now: now.size });
                false
            }
            Some(_) => file.since.elapsed() < WATCHED,
            None => false,
        });
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_grew_is_told_of_once_and_one_that_is_gone_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let mut finished = Finished::default();
        for name in ["grows", "stays", "goes"] {
            let path = dir.path().join(name);
            fs::write(&path, "12").unwrap();
            let state = FileState::of(&fs::metadata(&path).unwrap()).unwrap();
            finished.extend(FinishedFile::of(Archived { path, is_same: true }, state));
        }
        assert!(finished.changed().is_empty());
        let grown = dir.path().join("grows");
        fs::write(&grown, "123").unwrap();
        fs::remove_file(dir.path().join("goes")).unwrap();
        assert_eq!(finished.changed(), [ChangedFile { path: grown, bytes_read: 2, bytes_now: 3 }]);
        assert!(finished.changed().is_empty());
        assert_eq!(finished.0.len(), 1);
    }
}
