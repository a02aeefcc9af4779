//! Keeps the cache within its bound: what was used longest ago goes first.
//!
//! Every new version of a plugin and of the engine leaves an entry behind that nothing will ask for again. An entry's
//! time of change is the time it was last used, since a hit sets it. Removing an entry never harms anybody: whoever
//! wants it compiles again. What can't be listed or removed is left to the next time.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long a file that was being written may lie about before it counts as left behind by a crash.
const UNFINISHED: Duration = Duration::from_secs(3600);

/// One file of the cache.
struct Entry {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

/// Marks an entry as used now. Failing only makes it look older than it is.
pub(super) fn touch(path: &Path) {
    let touched = std::fs::File::open(path).and_then(|file| file.set_modified(SystemTime::now()));
    if let Err(error) = touched {
        tracing::debug!(path = %path.display(), %error, "can't mark a compiled plugin as used");
    }
}

/// Removes entries until the rest holds at most so many bytes; never the one just written.
pub(super) fn prune(dir: &Path, most: u64, newest: &Path) {
    let mut entries = entries(dir, "cwasm");
    entries.sort_by_key(|entry| entry.used);
    let mut total: u64 = entries.iter().map(|entry| entry.bytes).sum();
    for entry in entries.iter().filter(|entry| entry.path != newest) {
        if total <= most {
            break;
        }
        if std::fs::remove_file(&entry.path).is_ok() {
            total -= entry.bytes;
            tracing::debug!(path = %entry.path.display(), bytes = entry.bytes, "removed an old compiled plugin");
        }
    }
    let crashed = |entry: &Entry| entry.used.elapsed().is_ok_and(|age| age > UNFINISHED);
    for left in self::entries(dir, "tmp").iter().filter(|entry| crashed(entry)) {
        // Another process may have been quicker.
        let _ = std::fs::remove_file(&left.path);
    }
}

/// The files of this extension, in no order.
fn entries(dir: &Path, extension: &str) -> Vec<Entry> {
    let Ok(listing) = std::fs::read_dir(dir) else { return Vec::new() };
    let of_kind = |path: &PathBuf| path.extension().is_some_and(|found| found == extension);
    let paths = listing.flatten().map(|entry| entry.path()).filter(of_kind);
    let entry = |path: PathBuf| {
        let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
        Some(Entry { bytes: metadata.len(), used: metadata.modified().ok()?, path })
    };
    paths.filter_map(entry).collect()
}
