//! Which files are there, and which of them are complete: those that did not change between two looks.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::{SHORTEST_PAUSE, pattern};

/// Endings that writers give to files they have not finished.
const UNFINISHED: [&str; 2] = [".part", ".tmp"];

/// What a file looks like from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) size: u64,
    pub(super) modified: SystemTime,
}

impl Look {
    pub(super) fn of(metadata: &fs::Metadata) -> io::Result<Self> {
        Ok(Self { size: metadata.len(), modified: metadata.modified()? })
    }
}

/// What each file looked like, and since when.
#[derive(Debug, Default)]
pub(super) struct Looks(HashMap<OsString, (Look, Instant)>);

impl Looks {
    /// Takes note of what is there now; returns what has looked the same for `quiet`, in the order of names.
    pub(super) fn settled(&mut self, entries: Vec<(OsString, Look)>, now: Instant, quiet: Duration) -> Vec<OsString> {
        let before = std::mem::take(&mut self.0);
        let mut settled = Vec::new();
        for (name, look) in entries {
            let since = match before.get(&name) {
                Some((same, since)) if *same == look => *since,
                _ => now,
            };
            if since != now && now.duration_since(since) >= quiet {
                settled.push(name.clone());
            }
            self.0.insert(name, (look, since));
        }
        settled.sort();
        settled
    }

    /// How long until the next look is worth while.
    pub(super) fn next_due(&self, now: Instant, quiet: Duration) -> Duration {
        let waiting = self.0.values().map(|(_, since)| quiet.saturating_sub(now.duration_since(*since)));
        // Those that are settled by now were tried, and are tried again at the usual pace.
        waiting.filter(|left| !left.is_zero()).min().unwrap_or(quiet).max(SHORTEST_PAUSE)
    }
}

/// The files in `directory` whose names count.
pub(super) fn scan(directory: &Path, wanted: &str) -> io::Result<Vec<(OsString, Look)>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        // `file_type` and `metadata` of an entry don't follow links. A file may be gone by now.
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && counts(&entry.file_name().to_string_lossy(), wanted) {
            let Ok(metadata) = entry.metadata() else { continue };
            entries.push((entry.file_name(), Look::of(&metadata)?));
        }
    }
    Ok(entries)
}

fn counts(name: &str, wanted: &str) -> bool {
    !name.starts_with('.') && !UNFINISHED.iter().any(|end| name.ends_with(end)) && pattern::matches(wanted, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Duration = Duration::from_secs(2);

    fn look(size: u64) -> Vec<(OsString, Look)> {
        vec![("a.csv".into(), Look { size, modified: SystemTime::UNIX_EPOCH })]
    }

    #[test]
    fn a_file_settles_when_it_did_not_change_for_the_quiet_time() {
        let (mut looks, start) = (Looks::default(), Instant::now());
        let mut settled =
            |size, seconds| !looks.settled(look(size), start + Duration::from_secs(seconds), QUIET).is_empty();
        assert!(!settled(10, 0), "seen for the first time");
        assert!(!settled(10, 1), "not for long enough");
        assert!(!settled(20, 2), "still growing");
        assert!(!settled(20, 3));
        assert!(settled(20, 4));
    }

    #[test]
    fn the_next_look_comes_when_the_first_file_may_have_settled() {
        let (mut looks, start) = (Looks::default(), Instant::now());
        assert_eq!(looks.next_due(start, QUIET), QUIET);
        looks.settled(look(1), start, QUIET);
        assert_eq!(looks.next_due(start + Duration::from_millis(500), QUIET), Duration::from_millis(1500));
    }

    #[test]
    fn hidden_unfinished_linked_and_other_files_do_not_count() {
        let dir = tempfile::tempdir().unwrap();
        for name in [".a.csv", "a.csv.part", "a.csv.tmp", "a.txt", "a.csv", "b.csv"] {
            fs::write(dir.path().join(name), "x").unwrap();
        }
        fs::create_dir(dir.path().join("dir.csv")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("link.csv")).unwrap();
        let mut names: Vec<_> = scan(dir.path(), "*.csv*").unwrap().into_iter().map(|(name, _)| name).collect();
        names.sort();
        assert_eq!(names, ["a.csv", "b.csv"]);
    }
}
