//! The file source: takes in the files that are dropped into a directory, each file once.
//!
//! - A file is taken in when its name matches the pattern, is neither hidden nor ends in `.part` or `.tmp`, and its size
//!   and modification time were the same in two scans one poll interval apart. Symbolic links are ignored.
//! - A file is read twice. The first pass checks all of it. If anything is wrong, nothing of it is taken in and it moves
//!   to `failed/`, with a `.error.txt` beside it that says where the defect is and how to fix it. The second pass takes
//!   it in.
//! - Messages are handed over in chunks, each stored in one step with the number of records taken so far. A kill in
//!   the middle of a file neither loses nor repeats a record: the next start continues behind the last chunk.
//! - A file is identified by its name, size, modification time and SHA-256. When it is finished, it moves to `done/` and
//!   is forgotten, so the same file dropped again is taken in again. To prevent that, a flow declares deduplication.
//! - Memory is bounded by the largest record, not by the file. Only one host may watch a directory.

mod archive;
mod csv;
mod input;
mod json_array;
mod ndjson;
mod pattern;
mod record;
mod scan;
mod settings;
mod split;
mod table;
mod take;

use std::collections::HashSet;
use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use gantry_core::{Clock, FlowName};
use notify::Watcher as _;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::intake::Intake;
use crate::json::InvalidPointer;
use crate::keys::KeyRules;
use crate::source::{OpenSource, OpenSourceError, Source, SourceContext};
use scan::SeenFiles;
pub(crate) use settings::Kind;
pub use settings::{CsvOptions, FileFormat, Files};
use take::{Ending, Job};

/// Name of the array in a grouped record.
const ROWS: &str = "rows";

/// A file source can't be run.
#[derive(Debug, thiserror::Error)]
pub enum FileSourceError {
    /// The place of a key can't be used.
    #[error(transparent)]
    Pointer(#[from] InvalidPointer),
    /// Finished files would be taken in again.
    #[error("`done` and `failed` must not be the watched directory itself ({0})")]
    SameDirectory(PathBuf),
    /// Two members of the record would have the same name.
    #[error("a CSV file can't be grouped by a column named `{ROWS}`: the group's rows have that name")]
    GroupedByRows,
    /// A directory can't be used, or is missing and can't be made.
    #[error("the directory {path} can't be used")]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Watches one directory for one flow.
pub struct FileSource {
    job: Arc<Job>,
}

impl FileSource {
    /// A source that passes what is dropped to `intake`. It doesn't access the directories yet.
    pub fn new(
        flow: FlowName,
        config: &Files,
        intake: Arc<dyn Intake>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, FileSourceError> {
        if config.done == config.directory || config.failed == config.directory {
            return Err(FileSourceError::SameDirectory(config.directory.clone()));
        }
        if matches!(&config.format, FileFormat::Csv(csv) if csv.group_by.as_deref() == Some(ROWS)) {
            return Err(FileSourceError::GroupedByRows);
        }
        let keys = KeyRules::new(config.key.as_ref(), config.dedupe.as_ref())?;
        Ok(Self { job: Arc::new(Job { flow, config: config.clone(), keys, intake, clock }) })
    }

    /// Creates missing directories, and checks that all can be used. `run` begins with it, and `gantry check` calls it.
    pub fn prepare(&self) -> Result<(), FileSourceError> {
        let config = &self.job.config;
        for path in [&config.directory, &config.done, &config.failed] {
            std::fs::create_dir_all(path)
                .and_then(|()| {
                    Ok(rustix::fs::access(path, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK)?)
                })
                .map_err(|source| FileSourceError::Directory { path: path.clone(), source })?;
        }
        Ok(())
    }

    /// Watches until `shutdown`. A file that isn't finished by then is continued at the next start.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), FileSourceError> {
        self.prepare()?;
        let wake = Arc::new(Notify::new());
        let _watcher = watch(&self.job.config.directory, wake.clone());
        let mut seen = SeenFiles::default();
        let mut troubled = HashSet::new();
        loop {
            for name in self.settled(&mut seen).await {
                if !self.take(&name, &mut troubled, &shutdown).await {
                    return Ok(());
                }
            }
            let pause = seen.next_due(Instant::now(), self.job.config.poll);
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                () = wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// The files that are complete, in the order of their names.
    async fn settled(&self, seen: &mut SeenFiles) -> Vec<OsString> {
        let job = self.job.clone();
        let scanned = tokio::task::spawn_blocking(move || scan::scan(&job.config.directory, &job.config.pattern)).await;
        match scanned {
            Ok(Ok(entries)) => return seen.settled(entries, Instant::now(), self.job.config.poll),
            Ok(Err(error)) => tracing::warn!(flow = %self.job.flow, %error, "failed to read the watched directory"),
            Err(error) => tracing::warn!(flow = %self.job.flow, %error, "scanning the watched directory panicked"),
        }
        Vec::new()
    }

    /// Takes in one file; false when the host stops.
    async fn take(&self, name: &OsString, troubled: &mut HashSet<OsString>, shutdown: &CancellationToken) -> bool {
        let flow = &self.job.flow;
        let file = name.to_string_lossy();
        match self.job.clone().take(name, shutdown).await {
            Ok(Ending::Done { records }) => tracing::info!(%flow, %file, records, "file taken in"),
            Ok(Ending::Failed { defect }) => tracing::warn!(%flow, %file, %defect, "file refused"),
            Ok(Ending::Changed) => tracing::warn!(%flow, %file, "file changed while it was read; it is read again"),
            Ok(Ending::Stopped) => return false,
            Err(error) => {
                // Logged once per file: it is tried again with every scan.
                if troubled.insert(name.clone()) {
                    tracing::warn!(%flow, %file, %error, "file can't be taken in yet");
                }
                return true;
            }
        }
        troubled.remove(name);
        true
    }
}

impl OpenSource for Files {
    fn open(&self, context: SourceContext) -> Result<Option<Box<dyn Source>>, OpenSourceError> {
        let SourceContext { flow, intake, clock } = context;
        let source = FileSource::new(flow, self, intake, clock).and_then(|source| source.prepare().map(|()| source));
        let source = source.map_err(|error| OpenSourceError { noun: "file source", source: error.into() })?;
        Ok(Some(Box::new(source)))
    }
}

#[async_trait]
impl Source for FileSource {
    async fn run(self: Box<Self>, shutdown: CancellationToken) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(Self::run(*self, shutdown).await?)
    }
}

/// Has the system notify `wake` when a file appears or is closed after writing. Without it, polling finds the files.
fn watch(directory: &Path, wake: Arc<Notify>) -> Option<notify::RecommendedWatcher> {
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| announces_a_file(event.kind)) {
            wake.notify_one();
        }
    });
    let watcher = watcher.and_then(|mut watcher| {
        watcher.watch(directory, notify::RecursiveMode::NonRecursive)?;
        Ok(watcher)
    });
    watcher.inspect_err(|error| tracing::info!(%error, "no notifications for the watched directory; it is polled")).ok()
}

/// Not every single write: copying a large file would wake the source all the time.
fn announces_a_file(kind: notify::EventKind) -> bool {
    use notify::EventKind::{Access, Create, Modify};
    use notify::event::{AccessKind, AccessMode, ModifyKind};
    matches!(kind, Create(_) | Modify(ModifyKind::Name(_)) | Access(AccessKind::Close(AccessMode::Write)))
}

/// The shortest pause between two scans, however short the poll interval.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
