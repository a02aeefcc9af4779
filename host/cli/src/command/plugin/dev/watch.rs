//! Waits for changed files and for Ctrl-C.
//!
//! Only folders with sources are watched: builds write thousands of files to `target` and `node_modules`. Changes in
//! quick succession, as editors and version control make them, count as one change. Changes during a round are kept for
//! the next one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use anyhow::Context as _;
use notify::event::{AccessKind, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

/// How long no file must change until a change counts as complete. An editor's write and rename are a few milliseconds
/// apart.
const QUIET: Duration = Duration::from_millis(60);

/// Folders of tools, at any depth below the plugin's folder. Names that begin with a dot are ignored as well.
const TOOL_FOLDERS: &[&str] = &["node_modules", "target", "dist", "venv", "__pycache__", "zig-out"];

/// Files that builds write among the sources.
const WRITTEN_BY_BUILDS: &[&str] = &["Cargo.lock", "package-lock.json", "tsconfig.tsbuildinfo"];

/// The event that ended the wait.
pub(super) enum Change {
    /// These files changed, sorted.
    Files(Vec<PathBuf>),
    /// Ctrl-C or SIGTERM.
    Stop,
}

enum Signal {
    Changed(Vec<PathBuf>),
    Stop,
}

/// Watches a plugin's folder and additional files.
pub(super) struct Watch {
    directory: PathBuf,
    /// Additional files and folders.
    extra: Vec<PathBuf>,
    signals: Receiver<Signal>,
    stopped: Arc<AtomicBool>,
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
}

impl Watch {
    /// Begins to watch; changes from now on are reported.
    pub(super) fn start(directory: &Path, extra: &[PathBuf]) -> anyhow::Result<Self> {
        let (sender, signals) = mpsc::channel();
        let stopped = Arc::new(AtomicBool::new(false));
        stop_on_signal(sender.clone(), stopped.clone())?;
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            if !matches!(event.kind, EventKind::Access(AccessKind::Open(_) | AccessKind::Read | AccessKind::Any)) {
                let _ = sender.send(Signal::Changed(event.paths));
            }
        })?;
        let extra = extra.iter().map(std::path::absolute).collect::<Result<_, _>>()?;
        let directory = std::path::absolute(directory)?;
        let mut watch = Self { directory, extra, signals, stopped, watcher, watched: BTreeSet::new() };
        watch.refresh()?;
        Ok(watch)
    }

    /// True after Ctrl-C or SIGTERM.
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
                Signal::Changed(paths) => changed.extend(paths.into_iter().filter(|path| self.is_source(path))),
            }
        }
        // Watch new folders too. A folder that can't be watched is ignored.
        let _ = self.refresh();
        Change::Files(changed.into_iter().collect())
    }

    /// Watches folders that are not watched yet.
    fn refresh(&mut self) -> anyhow::Result<()> {
        let mut wanted = vec![(self.directory.clone(), RecursiveMode::NonRecursive)];
        for entry in std::fs::read_dir(&self.directory)?.flatten() {
            if entry.path().is_dir() && !is_tool_file(&entry.path()) {
                wanted.push((entry.path(), RecursiveMode::Recursive));
            }
        }
        for path in &self.extra {
            // A file is watched through its folder, because editors replace files.
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

    /// Whether the author wrote the file, judged by its path.
    fn is_source(&self, path: &Path) -> bool {
        if self.extra.iter().any(|extra| path == extra || (path.starts_with(extra) && !is_tool_file(path))) {
            return true;
        }
        let Ok(below) = path.strip_prefix(&self.directory) else { return false };
        let by_build = below.file_name().is_some_and(|name| WRITTEN_BY_BUILDS.iter().any(|written| name == *written));
        !by_build && !below.as_os_str().is_empty() && !below.ancestors().any(is_tool_file)
    }
}

/// Whether the name is that of a tool's folder or an editor's file.
fn is_tool_file(path: &Path) -> bool {
    let Some(name) = path.file_name() else { return false };
    let name = name.to_string_lossy();
    name.starts_with('.') || name.ends_with('~') || TOOL_FOLDERS.contains(&&*name)
}

/// Ctrl-C ends the loop without an error.
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
    fn files_written_by_tools_are_no_change_and_a_new_folder_is_watched() {
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
    fn a_file_outside_the_plugin_is_watched_even_when_it_is_replaced() {
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
