//! Watches the files that flows are made of, where the operator wants edits in force as soon as they are saved.
//!
//! Folders are watched, not files: editors and deployments replace files, and a watch would stay with the old one. Of
//! what happens in a folder only the flows' own files and those they name count; a few events close together, as an
//! editor's write and rename, are one edit.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gantry_config::is_flow_file;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::reload::Reloader;

/// How long nothing must happen for an edit to be over: longer than an editor's write and rename take, and than most
/// copies of a plugin. A file that is copied more slowly is refused when half of it is there, and read again after.
const QUIET: Duration = Duration::from_millis(250);

/// After this long, an edit that doesn't end is reloaded all the same.
const LONGEST: Duration = Duration::from_secs(5);

/// What Kubernetes swaps when a mounted volume changes; the files behind it raise no event of their own.
const MOUNTED: &str = "..data";

/// Which paths count. The callback of the watcher reads it, a reload writes it.
#[derive(Default)]
struct Wanted {
    /// Directories of flows: every flow file in them.
    directories: BTreeSet<PathBuf>,
    files: BTreeSet<PathBuf>,
}

/// Calls `reload` after every edit of what `reloader` reads, until `stop`.
pub async fn watch<R: Future<Output = ()> + Send>(
    reloader: Arc<Reloader>,
    reload: impl Fn() -> R + Send,
    stop: CancellationToken,
) {
    let edited = Arc::new(Notify::new());
    let wanted = Arc::new(Mutex::new(Wanted::default()));
    let mut watcher = match watcher(Arc::clone(&edited), Arc::clone(&wanted)) {
        Ok(watcher) => watcher,
        Err(error) => {
            tracing::warn!(%error, "files can't be watched; edits take force with `gantry reload` only");
            return;
        }
    };
    let mut watched = BTreeSet::new();
    let watching = async {
        loop {
            let now = wanted_by(&reloader).await;
            let folders = folders(&now);
            *wanted.lock() = now;
            if watch_only(&mut watcher, &mut watched, folders) {
                // What happened in a folder before it was watched went unnoticed.
                edited.notify_one();
            }
            edited.notified().await;
            // At the latest then: an edit that goes on is reloaded as it is.
            let _ = tokio::time::timeout(LONGEST, quiet(&edited)).await;
            reload().await;
        }
    };
    stop.run_until_cancelled(watching).await;
}

/// Returns once nothing was edited for a while.
async fn quiet(edited: &Notify) {
    while tokio::time::timeout(QUIET, edited.notified()).await.is_ok() {}
}

fn watcher(edited: Arc<Notify>, wanted: Arc<Mutex<Wanted>>) -> notify::Result<RecommendedWatcher> {
    notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        let is_edit = !matches!(event.kind, EventKind::Access(_));
        if is_edit && event.paths.iter().any(|path| wanted.lock().contains(path)) {
            edited.notify_one();
        }
    })
}

impl Wanted {
    fn contains(&self, path: &Path) -> bool {
        let is_flow = is_flow_file(path) && path.parent().is_some_and(|folder| self.directories.contains(folder));
        is_flow || self.files.contains(path) || path.file_name().is_some_and(|name| name == MOUNTED)
    }
}

/// What the flow files and the flows in force are made of.
async fn wanted_by(reloader: &Reloader) -> Wanted {
    let mut wanted = Wanted::default();
    for path in reloader.files().into_iter().flat_map(|files| &files.paths) {
        let Ok(path) = std::path::absolute(path) else { continue };
        if path.is_dir() {
            wanted.directories.insert(path)
        } else {
            wanted.files.insert(path)
        };
    }
    wanted.files.extend(reloader.files().and_then(|files| files.host.as_ref()).map(|host| host.file.clone()));
    let registry = reloader.registry().lock().await;
    wanted.files.extend(registry.files().filter_map(|file| std::path::absolute(file).ok()));
    wanted
}

fn folders(wanted: &Wanted) -> BTreeSet<PathBuf> {
    let of_files = wanted.files.iter().filter_map(|file| file.parent()).map(Path::to_path_buf);
    wanted.directories.iter().cloned().chain(of_files).collect()
}

/// Watches these folders and no others; true when one is new.
fn watch_only(watcher: &mut RecommendedWatcher, watched: &mut BTreeSet<PathBuf>, folders: BTreeSet<PathBuf>) -> bool {
    for gone in watched.difference(&folders) {
        // It may be gone from the disk, too.
        let _ = watcher.unwatch(gone);
    }
    watched.retain(|folder| folders.contains(folder));
    let mut is_new = false;
    for folder in folders {
        if watched.contains(&folder) {
            continue;
        }
        match watcher.watch(&folder, RecursiveMode::NonRecursive) {
            Ok(()) => is_new |= watched.insert(folder),
            Err(error) => tracing::warn!(%error, folder = %folder.display(), "a folder can't be watched"),
        }
    }
    is_new
}
