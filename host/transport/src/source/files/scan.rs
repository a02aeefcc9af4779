//! Which files are there, and which of them are complete: those that did not change between two scans.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use gantry_core::file_name::is_hidden;

use super::pattern;

/// The shortest pause between two scans, however short the poll interval.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);

/// Endings that writers give to files they have not finished: copy tools, file transfers, browsers and editors.
const UNFINISHED: [&str; 12] = [
    ".part",
    ".partial",
    ".filepart",
    ".tmp",
    ".temp",
    ".crdownload",
    ".download",
    ".uploading",
    ".upload",
    ".writing",
    ".inprogress",
    ".swp",
];

/// What shows whether a file changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileState {
    pub(super) size: u64,
    pub(super) modified: SystemTime,
}

impl FileState {
    pub(super) fn of(metadata: &fs::Metadata) -> io::Result<Self> {
        Ok(Self { size: metadata.len(), modified: metadata.modified()? })
    }
}

/// The state of each file, and since when it has it.
#[derive(Debug, Default)]
pub(super) struct SeenFiles(HashMap<OsString, (FileState, Instant)>);

impl SeenFiles {
    /// Takes note of the files that are there now, and returns those that did not change for `quiet`, in the order of
    /// names.
    pub(super) fn settled(
        &mut self,
        entries: Vec<(OsString, FileState)>,
        now: Instant,
        quiet: Duration,
    ) -> Vec<OsString> {
        let before = std::mem::take(&mut self.0);
        let mut settled = Vec::new();
        for (name, state) in entries {
            let since = match before.get(&name) {
                Some((same, since)) if *same == state => *since,
                _ => now,
            };
            if since != now && now.duration_since(since) >= quiet {
                settled.push(name.clone());
            }
            self.0.insert(name, (state, since));
        }
        settled.sort();
        settled
    }

    /// How long to wait before the next scan, `poll` at most.
    pub(super) fn next_due(&self, now: Instant, quiet: Duration, poll: Duration) -> Duration {
        let waiting = self.0.values().map(|(_, since)| quiet.saturating_sub(now.duration_since(*since)));
        // Files that are settled were already taken in or wait for something; those are tried again after `poll`.
        waiting.filter(|left| !left.is_zero()).min().unwrap_or(poll).min(poll).max(SHORTEST_PAUSE)
    }
}

/// The files in `directory` whose names match.
pub(super) fn scan(directory: &Path, wanted: &str) -> io::Result<Vec<(OsString, FileState)>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        // `file_type` and `metadata` of an entry don't follow links. The file may be gone by now.
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && matches(&entry.file_name().to_string_lossy(), wanted) {
            let Ok(metadata) = entry.metadata() else { continue };
            entries.push((entry.file_name(), FileState::of(&metadata)?));
        }
    }
    Ok(entries)
}

fn matches(name: &str, wanted: &str) -> bool {
    let lower = name.to_lowercase();
    !is_hidden(name) && !UNFINISHED.iter().any(|end| lower.ends_with(end)) && pattern::matches(wanted, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Duration = Duration::from_secs(2);

    fn file(size: u64) -> Vec<(OsString, FileState)> {
        vec![("a.csv".into(), FileState { size, modified: SystemTime::UNIX_EPOCH })]
    }

    #[test]
    fn a_file_settles_when_it_did_not_change_for_the_quiet_time() {
        let mut seen = SeenFiles::default();
        let start = Instant::now();
        let mut settled =
            |size, seconds| !seen.settled(file(size), start + Duration::from_secs(seconds), QUIET).is_empty();
        assert!(!settled(10, 0), "seen for the first time");
        assert!(!settled(10, 1), "not for long enough");
        assert!(!settled(20, 2), "still growing");
        assert!(!settled(20, 3));
        assert!(settled(20, 4));
    }

    #[test]
    fn the_next_scan_comes_when_the_first_file_may_have_settled() {
        let mut seen = SeenFiles::default();
        let start = Instant::now();
        assert_eq!(seen.next_due(start, QUIET, QUIET), QUIET);
        seen.settled(file(1), start, QUIET);
        assert_eq!(seen.next_due(start + Duration::from_millis(500), QUIET, QUIET), Duration::from_millis(1500));
        let poll = Duration::from_secs(1);
        assert_eq!(seen.next_due(start + Duration::from_millis(500), QUIET, poll), poll);
    }

    #[test]
    fn hidden_unfinished_linked_and_other_files_do_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let others = ["._a.csv", "~$a.csv", "#a.csv#", "a.csv~", "a.csv.FilePart", "a.csv.crdownload", "a.csv.swp"];
        for name in [".a.csv", "a.csv.part", "a.csv.tmp", "a.txt", "a.csv", "b.csv"].into_iter().chain(others) {
            fs::write(dir.path().join(name), "x").unwrap();
        }
        fs::create_dir(dir.path().join("dir.csv")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("link.csv")).unwrap();
        let mut names: Vec<_> = scan(dir.path(), "*.csv*").unwrap().into_iter().map(|(name, _)| name).collect();
        names.sort();
        assert_eq!(names, ["a.csv", "b.csv"]);
    }
}
