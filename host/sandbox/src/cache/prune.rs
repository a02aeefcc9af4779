//! Keeps the cache within its bound: the entry that was used longest ago is removed first.
//!
//! Every new version of a plugin and of the engine leaves an entry behind that is never needed again. An entry's
//! modification time is the time it was last used, because a hit sets it. Removing an entry does no harm: it is compiled
//! again if it is needed. Entries that can't be listed or removed are left for the next time.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The age at which an unfinished file counts as left behind by a crash.
const UNFINISHED: Duration = Duration::from_secs(3600);

/// One file of the cache.
struct Entry {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

/// Marks an entry as used now. If this fails, it looks older than it is.
pub(super) fn touch(path: &Path) {
    let touched = std::fs::File::open(path).and_then(|file| file.set_modified(SystemTime::now()));
    if let Err(error) = touched {
        tracing::debug!(path = %path.display(), %error, "failed to mark a cached plugin as used");
    }
}

/// Removes entries until the rest has at most this many bytes; never the newest.
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
            tracing::debug!(path = %entry.path.display(), bytes = entry.bytes, "removed an old plugin from the compile cache");
        }
    }
    for unfinished in self::entries(dir, "tmp") {
        if unfinished.used.elapsed().is_ok_and(|age| age > UNFINISHED) {
            // Another process may have removed it already.
            let _ = std::fs::remove_file(&unfinished.path);
        }
    }
}

/// The files of this extension, in no order.
fn entries(dir: &Path, extension: &str) -> Vec<Entry> {
    let Ok(listing) = std::fs::read_dir(dir) else { return Vec::new() };
    let paths = listing.flatten().map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|found| found == extension)).filter_map(Entry::of).collect()
}

impl Entry {
    /// None when it is no file, or gone.
    fn of(path: PathBuf) -> Option<Self> {
        let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
        Some(Self { bytes: metadata.len(), used: metadata.modified().ok()?, path })
    }
}
