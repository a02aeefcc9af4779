//! The file source: takes in the files that are dropped into a directory, each file once.
//!
//! - A file is taken in when its name matches the pattern, nothing in the name says that it is unfinished, its size and
//!   modification time did not change for `quiet`, and no other program has it open for writing, as far as the system can
//!   tell. Links are ignored; a file with several names is refused. If a file changes after it was taken in or refused, that is reported.
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
mod finished;
mod folder;
mod inbox;
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
mod writers;

use std::collections::HashSet;
use std::error::Error;
use std::ffi::OsString;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use gantry_core::{Clock, FlowName};
use tokio_util::sync::CancellationToken;

use crate::intake::Intake;
use crate::json::InvalidPointer;
use crate::keys::KeyRules;
use crate::source::{Exposed, OpenSource, OpenSourceError, Source, SourceContext};
use finished::Finished;
use folder::Folder;
use inbox::Inbox;
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

    /// Creates missing directories, and checks that all can be used. `run` begins with it.
    pub fn prepare(&self) -> Result<(), FileSourceError> {
        let config = &self.job.config;
        for path in [&config.directory, &config.done, &config.failed] {
            let is_usable = usable(path, *path != config.directory);
            is_usable.map_err(|source| FileSourceError::Directory { path: path.clone(), source })?;
        }
        if let Some(shared) = config.within_reach_of_others() {
            let Exposed { problem, fix } = shared;
            tracing::warn!(flow = %self.job.flow, %problem, %fix, "directory exposed");
        }
        Ok(())
    }

    /// Watches until `shutdown`. A file that isn't finished by then is continued at the next start.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), FileSourceError> {
        self.prepare()?;
        let mut inbox = Inbox::new(self.job.clone());
        let mut past = Past::default();
        loop {
            for name in inbox.settled().await {
                if !self.take(&name, &mut past, &shutdown).await {
                    return Ok(());
                }
            }
            self.tell_changed(&mut past.finished).await;
            if shutdown.run_until_cancelled(inbox.changed()).await.is_none() {
                return Ok(());
            }
        }
    }

    /// Takes in one file; false when the host stops.
    async fn take(&self, name: &OsString, past: &mut Past, shutdown: &CancellationToken) -> bool {
        let flow = &self.job.flow;
        let file = name.to_string_lossy();
        match self.job.clone().take(name, shutdown).await {
            Ok(Ending::Done { records: 0, archived }) => {
                past.finished.extend(archived);
                tracing::warn!(%flow, %file, records = 0, "file taken in; it holds no record");
            }
            Ok(Ending::Done { records, archived }) => {
                past.finished.extend(archived);
                tracing::info!(%flow, %file, records, "file taken in");
            }
            Ok(Ending::Failed { defect, archived }) => {
                past.finished.extend(archived);
                tracing::warn!(%flow, %file, %defect, fix = %defect.fix, "file refused");
            }
            Ok(Ending::Changed) => tracing::warn!(%flow, %file, "file changed while it was read; it is read again"),
            Ok(Ending::Stopped) => return false,
            Err(error) => {
                // Logged once per file: it is tried again with every scan.
                if past.troubled.insert(name.clone()) {
                    tracing::warn!(%flow, %file, %error, "file can't be taken in yet");
                }
                return true;
            }
        }
        past.troubled.remove(name);
        true
    }

    /// Tells of files that changed after the source was done with them.
    async fn tell_changed(&self, finished: &mut Finished) {
        let mut files = std::mem::take(finished);
        let looked = tokio::task::spawn_blocking(move || {
            let changed = files.changed();
            (files, changed)
        });
        let Ok((files, changed)) = looked.await else { return };
        *finished = files;
        for file in changed {
            let flow = &self.job.flow;
            self.job.intake.refused(flow, "changed_file");
            tracing::warn!(
                %flow, file = %file.path.display(), bytes_read = file.bytes_read, bytes_now = file.bytes_now,
                "file changed after it was read: its writer had not finished. What was added is not taken in; drop the \
                 whole file again"
            );
        }
    }
}

/// What a source remembers of files.
#[derive(Default)]
struct Past {
    /// Files that can't be taken in at present.
    troubled: HashSet<OsString>,
    finished: Finished,
}

impl OpenSource for Files {
    fn exposed(&self) -> Option<Exposed> {
        self.within_reach_of_others()
    }

    fn open(&self, context: SourceContext) -> Result<Option<Box<dyn Source>>, OpenSourceError> {
        let SourceContext { flow, intake, clock } = context;
        let source = FileSource::new(flow, self, intake, clock).and_then(|source| source.prepare().map(|()| source));
        let source = source.map_err(|error| OpenSourceError { noun: "file source", source: error.into() })?;
        Ok(Some(Box::new(source)))
    }
}

impl Files {
    /// Whether others may remove or replace the directories that finished files are moved to. The sticky bit prevents it.
    fn within_reach_of_others(&self) -> Option<Exposed> {
        let mode = std::fs::metadata(&self.directory).ok()?.permissions().mode();
        let is_inside = [&self.done, &self.failed].iter().any(|path| path.starts_with(&self.directory));
        if !is_inside || mode & 0o022 == 0 || mode & 0o1000 != 0 {
            return None;
        }
        let directory = self.directory.display();
        Some(Exposed {
            problem: format!(
                "others may write to the watched directory {directory} (mode {:04o}), and so remove or replace `done` and \
                 `failed` in it",
                mode & 0o7777
            ),
            fix: format!("state `done` and `failed` outside of it, or run: chmod +t {directory}"),
        })
    }
}

/// Creates the directory if it is missing, readable by all as before, and checks that it can be written to.
fn usable(path: &Path, must_be_real: bool) -> io::Result<()> {
    if std::fs::metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        std::fs::create_dir_all(path)?;
        std::fs::set_permissions(path, Permissions::from_mode(0o755))?;
    }
    if must_be_real {
        Folder::real(path)?;
    }
    Ok(rustix::fs::access(path, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK)?)
}

#[async_trait]
impl Source for FileSource {
    async fn run(self: Box<Self>, shutdown: CancellationToken) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(Self::run(*self, shutdown).await?)
    }
}
