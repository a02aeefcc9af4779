//! The watched directory: which files in it are complete, and when to look again.
//!
//! A directory that can't be read, or a file that stays open, is logged once, and a directory that is back is logged, too.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use notify::Watcher as _;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;

use super::scan::{self, SeenFiles};
use super::take::Job;
use super::writers::{Writers, open_in_proc};

/// How long a file may be open for writing, without a change, before that is logged.
const LONG_OPEN: Duration = Duration::from_secs(60);

pub(super) struct Inbox {
    job: Arc<Job>,
    seen: SeenFiles,
    writers: Arc<Writers>,
    wake: Arc<Notify>,
    watch: Option<Watch>,
    is_lost: bool,
    /// Files that would be complete if they were not open for writing.
    open: HashMap<OsString, OpenFile>,
}

/// Notifications for one directory, which another may have replaced under its name.
struct Watch {
    _watcher: Option<notify::RecommendedWatcher>,
    directory: DirectoryId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct DirectoryId {
    device: u64,
    inode: u64,
}

struct OpenFile {
    since: Instant,
    is_logged: bool,
}

impl Inbox {
    pub(super) fn new(job: Arc<Job>) -> Self {
        let mut inbox = Self {
            job,
            seen: SeenFiles::default(),
            writers: Arc::default(),
            wake: Arc::default(),
            watch: None,
            is_lost: false,
            open: HashMap::new(),
        };
        inbox.watch();
        inbox
    }

    /// The files that are complete, in the order of their names.
    pub(super) async fn settled(&mut self) -> Vec<OsString> {
        self.watch();
        let job = self.job.clone();
        let scanned = spawn_blocking(move || scan::scan(&job.config.directory, &job.config.pattern)).await;
        let entries = match scanned {
            Ok(Ok(entries)) => entries,
            Ok(Err(error)) => return self.lost(&error),
            Err(error) => return self.lost(&error.into()),
        };
        self.found();
        let sizes: HashMap<_, _> = entries.iter().map(|(name, state)| (name.clone(), state.size)).collect();
        let settled = self.seen.settled(entries, Instant::now(), self.job.config.quiet);
        self.closed(settled, &sizes).await
    }

    /// Returns when the directory should be looked at again.
    pub(super) async fn changed(&self) {
        let config = &self.job.config;
        let pause = self.seen.next_due(Instant::now(), config.quiet, config.poll);
        tokio::select! {
            () = self.wake.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }

    fn lost(&mut self, error: &io::Error) -> Vec<OsString> {
        if !std::mem::replace(&mut self.is_lost, true) {
            let directory = self.job.config.directory.display();
            tracing::warn!(
                flow = %self.job.flow, %directory, %error,
                "the watched directory can't be read; nothing is taken in until it is back"
            );
        }
        Vec::new()
    }

    fn found(&mut self) {
        if std::mem::take(&mut self.is_lost) {
            let directory = self.job.config.directory.display();
            tracing::warn!(flow = %self.job.flow, %directory, "the watched directory is back");
        }
    }

    /// Those of the files that nobody has open for writing.
    async fn closed(&mut self, names: Vec<OsString>, sizes: &HashMap<OsString, u64>) -> Vec<OsString> {
        if names.is_empty() {
            self.open.clear();
            return names;
        }
        let job = self.job.clone();
        let asked = names.clone();
        let in_proc = spawn_blocking(move || open_in_proc(&job.config.directory, &asked)).await.unwrap_or_default();
        let (open, closed) = names.into_iter().partition(|name| {
            let size = sizes.get(name).copied().unwrap_or_default();
            in_proc.contains(name) || self.writers.is_open(name, size)
        });
        self.tell_open(open);
        closed
    }

    fn tell_open(&mut self, names: Vec<OsString>) {
        self.open.retain(|name, _| names.contains(name));
        for name in names {
            let file = name.to_string_lossy().into_owned();
            let open = self.open.entry(name).or_insert_with(|| OpenFile { since: Instant::now(), is_logged: false });
            if !open.is_logged && open.since.elapsed() >= LONG_OPEN {
                open.is_logged = true;
                tracing::warn!(
                    flow = %self.job.flow, %file,
                    "a program has the file open for writing; it is taken in when it is closed"
                );
            }
        }
    }

    /// Has the system notify of what happens in the directory. Without that, polling finds the files.
    fn watch(&mut self) {
        let directory = &self.job.config.directory;
        let Ok(present) = DirectoryId::of(directory) else { return };
        if self.watch.as_ref().is_some_and(|watch| watch.directory == present) {
            return;
        }
        self.writers.clear();
        let watcher = watcher(directory, self.wake.clone(), self.writers.clone())
            .inspect_err(|error| tracing::info!(%error, "no notifications for the watched directory; it is polled"));
        self.watch = Some(Watch { _watcher: watcher.ok(), directory: present });
    }
}

impl DirectoryId {
    fn of(directory: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(directory)?;
        Ok(Self { device: metadata.dev(), inode: metadata.ino() })
    }
}

/// Notifies `wake` when a file appears or is closed after writing.
fn watcher(directory: &Path, wake: Arc<Notify>, writers: Arc<Writers>) -> notify::Result<notify::RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        writers.note(&event);
        if announces_a_file(event.kind) {
            wake.notify_one();
        }
    })?;
    watcher.watch(directory, notify::RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

/// Not every single write: copying a large file would wake the source all the time.
fn announces_a_file(kind: notify::EventKind) -> bool {
    use notify::EventKind::{Access, Create, Modify};
    use notify::event::{AccessKind, AccessMode, ModifyKind};
    matches!(kind, Create(_) | Modify(ModifyKind::Name(_)) | Access(AccessKind::Close(AccessMode::Write)))
}
