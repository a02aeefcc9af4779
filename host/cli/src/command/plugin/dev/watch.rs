//! Waits for the author: for files that change, and for Ctrl-C.
//!
//! Only folders with something written by hand are watched: a build writes thousands of files into `target` and
//! `node_modules`. Changes that come close together, as editors and version control make them, are one change; those
//! that come while a round runs are kept for the next.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use anyhow::Context as _;
use notify::event::{AccessKind, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

/// How long nothing must happen for a change to be over. An editor's write and rename are a few milliseconds apart.
const QUIET: Duration = Duration::from_millis(60);

/// Folders of tools, whatever their place below the plugin's. So is what begins with a dot.
const OF_TOOLS: &[&str] = &["node_modules", "target", "dist", "venv", "__pycache__", "zig-out"];

/// Files that builds write beside an author's.
const WRITTEN_BY_BUILDS: &[&str] = &["Cargo.lock", "package-lock.json", "tsconfig.tsbuildinfo"];

/// What there was to wait for.
pub(super) enum Change {
    /// These files, sorted.
    Files(Vec<PathBuf>),
    /// Ctrl-C or SIGTERM.
    Stop,
}

enum Signal {
    Changed(Vec<PathBuf>),
    Stop,
}

/// Watches a plugin's folder and the files beside it.
pub(super) struct Watch {
    directory: PathBuf,
    /// Files and folders beside the plugin's own.
    beside: Vec<PathBuf>,
    signals: Receiver<Signal>,
    stopped: Arc<AtomicBool>,
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
}

impl Watch {
    /// Begins to watch: whatever changes from now on is reported.
    pub(super) fn start(directory: &Path, beside: &[PathBuf]) -> anyhow::Result<Self> {
        let (sender, signals) = mpsc::channel();
        let stopped = Arc::new(AtomicBool::new(false));
        stop_on_signal(sender.clone(), stopped.clone())?;
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            if !matches!(event.kind, EventKind::Access(AccessKind::Open(_) | AccessKind::Read | AccessKind::Any)) {
                let _ = sender.send(Signal::Changed(event.paths));
            }
        })?;
        let beside = beside.iter().map(std::path::absolute).collect::<Result<_, _>>()?;
        let directory = std::path::absolute(directory)?;
        let mut watch = Self { directory, beside, signals, stopped, watcher, watched: BTreeSet::new() };
        watch.refresh()?;
        Ok(watch)
    }

    /// True once the author wants to stop.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Waits for the next change.
    pub(super) fn next(&mut self) -> Change {
        let mut changed = BTreeSet::new();
        loop {
            let waiting = changed.is_empty();
            let signal = match waiting {
                true => self.signals.recv().unwrap_or(Signal::Stop),
                false => match self.signals.recv_timeout(QUIET) {
                    Ok(signal) => signal,
                    Err(_) => break,
                },
            };
            match signal {
                Signal::Stop => return Change::Stop,
                Signal::Changed(paths) => changed.extend(paths.into_iter().filter(|path| self.is_authors(path))),
            }
        }
        // A new folder's files are of interest too. One that can't be watched is not worth ending for.
        let _ = self.refresh();
        Change::Files(changed.into_iter().collect())
    }

    /// Watches what isn't watched yet.
    fn refresh(&mut self) -> anyhow::Result<()> {
        let mut wanted = vec![(self.directory.clone(), RecursiveMode::NonRecursive)];
        for entry in std::fs::read_dir(&self.directory)?.flatten() {
            if entry.path().is_dir() && !is_of_tools(&entry.path()) {
                wanted.push((entry.path(), RecursiveMode::Recursive));
            }
        }
        for path in &self.beside {
            // A file is watched through its folder: editors replace files, and the watch would stay with the old one.
            let folder = if path.is_dir() { Some(path.as_path()) } else { path.parent() };
            wanted.extend(folder.map(|folder| (folder.to_owned(), RecursiveMode::NonRecursive)));
        }
        self.watched.retain(|path| path.is_dir());
        for (path, mode) in wanted {
            if !self.watched.contains(&path) {
                self.watcher.watch(&path, mode).with_context(|| path.display().to_string())?;
                self.watched.insert(path);
            }
        }
        Ok(())
    }

    /// Written by the author, as far as the path tells.
    fn is_authors(&self, path: &Path) -> bool {
        if self.beside.iter().any(|beside| path == beside || (path.starts_with(beside) && !is_of_tools(path))) {
            return true;
        }
        let Ok(below) = path.strip_prefix(&self.directory) else { return false };
        let by_build = below.file_name().is_some_and(|name| WRITTEN_BY_BUILDS.iter().any(|written| name == *written));
        !by_build && !below.as_os_str().is_empty() && !below.ancestors().any(is_of_tools)
    }
}

/// By its last part: of a tool, or an editor's.
fn is_of_tools(path: &Path) -> bool {
    let Some(name) = path.file_name() else { return false };
    let name = name.to_string_lossy();
    name.starts_with('.') || name.ends_with('~') || OF_TOOLS.contains(&&*name)
}

/// Ctrl-C is the way to end: no failure.
fn stop_on_signal(sender: Sender<Signal>, stopped: Arc<AtomicBool>) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    std::thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        });
        stopped.store(true, Ordering::Relaxed);
        let _ = sender.send(Signal::Stop);
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(change: Change) -> Vec<PathBuf> {
        match change {
            Change::Files(files) => files,
            Change::Stop => panic!("nobody stopped it"),
        }
    }

    #[test]
    fn what_tools_write_is_no_change_and_a_new_folder_is_watched() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path().canonicalize().unwrap();
        std::fs::create_dir_all(top.join("src")).unwrap();
        std::fs::create_dir_all(top.join("target/debug")).unwrap();
        let mut watch = Watch::start(&top, &[]).unwrap();
        for path in ["target/debug/a", "Cargo.lock", "src/.lib.rs.swp", "src/lib.rs"] {
            std::fs::write(top.join(path), "").unwrap();
        }
        assert_eq!(files(watch.next()), [top.join("src/lib.rs")]);
        std::fs::create_dir(top.join("cases")).unwrap();
        assert_eq!(files(watch.next()), [top.join("cases")]);
        std::fs::write(top.join("cases/a.json"), "").unwrap();
        assert_eq!(files(watch.next()), [top.join("cases/a.json")]);
    }

    #[test]
    fn a_file_beside_the_plugin_is_watched_even_when_it_is_replaced() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path().canonicalize().unwrap();
        std::fs::create_dir_all(top.join("plugin")).unwrap();
        let settings = top.join("settings.json");
        std::fs::write(&settings, "{}").unwrap();
        let mut watch = Watch::start(&top.join("plugin"), std::slice::from_ref(&settings)).unwrap();
        std::fs::write(top.join("other.json"), "{}").unwrap();
        for _ in 0..2 {
            std::fs::write(top.join("new"), "{}").unwrap();
            std::fs::rename(top.join("new"), &settings).unwrap();
            assert_eq!(files(watch.next()), std::slice::from_ref(&settings));
        }
    }
}
