//! Takes in one file: checks all of it, finds out how far an earlier run came, hands over the rest in chunks, and archives
//! it.

mod reading;

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gantry_core::{Clock, FlowName};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use super::Files;
use super::archive::{self, Archived};
use super::finished::FinishedFile;
use super::record::SplitError;
use super::scan::FileState;
use crate::defect::Defect;
use crate::intake::{Arrivals, Intake, IntakeError, Progress};
use crate::keys::KeyRules;
use reading::{CheckError, Checked, Chunk, is_still_at, shown_name};

/// The shortest pause before trying again after the intake refused.
const SHORTEST_WAIT: Duration = Duration::from_millis(20);

/// What a file source does, for one file after another.
pub(super) struct Job {
    pub(super) flow: FlowName,
    pub(super) config: Files,
    pub(super) keys: KeyRules,
    pub(super) intake: Arc<dyn Intake>,
    pub(super) clock: Arc<dyn Clock>,
}

/// How taking in a file ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// The host has all of it.
    Done { records: u64, archived: Option<FinishedFile> },
    /// It is wrong; nothing of it was taken in.
    Failed { defect: Defect, archived: Option<FinishedFile> },
    /// It changed meanwhile.
    Changed,
    /// The host stops; the rest is taken in after the next start.
    Stopped,
}

impl Job {
    pub(super) async fn take(self: Arc<Self>, name: &OsStr, shutdown: &CancellationToken) -> io::Result<Ending> {
        let path = self.config.directory.join(name);
        let job = self.clone();
        let checked_path = path.clone();
        let stops = shutdown.clone();
        match spawn_blocking(move || job.check(&checked_path, &stops)).await? {
            Ok(checked) => self.take_checked(&path, checked, shutdown).await,
            Err(CheckError { error: SplitError::Bad(defect), state, file }) => {
                self.archive_failed(&path, defect, state, file).await
            }
            Err(CheckError { error: SplitError::Changed, .. }) => Ok(Ending::Changed),
            Err(CheckError { error: SplitError::Stopped, .. }) => Ok(Ending::Stopped),
            Err(CheckError { error: SplitError::Io(error), .. }) => Err(error),
        }
    }

    async fn take_checked(
        self: &Arc<Self>,
        path: &Path,
        checked: Checked,
        shutdown: &CancellationToken,
    ) -> io::Result<Ending> {
        let identity = checked.identity.clone();
        let records = checked.records;
        let state = checked.state;
        let file = checked.handle()?;
        let Some(taken) = self.progress(&identity, shutdown).await else { return Ok(Ending::Stopped) };
        if taken < records {
            match self.feed(path, checked, taken, shutdown).await? {
                Ok(()) => {}
                Err(SplitError::Changed) => {
                    // The changed file has another identity, so this progress would never be read again.
                    self.intake.forget(&self.namespace(), &identity).await.ok();
                    return Ok(Ending::Changed);
                }
                Err(SplitError::Io(error)) => return Err(error),
                // It passed the check, so a defect means that it changed since.
                Err(SplitError::Bad(_)) => return Ok(Ending::Changed),
                Err(SplitError::Stopped) => return Ok(Ending::Stopped),
            }
        }
        let archived = self.archive_done(path, file).await?;
        if let Err(error) = self.intake.forget(&self.namespace(), &identity).await {
            tracing::debug!(flow = %self.flow, %error, "failed to remove the progress of a finished file");
        }
        let archived = archived.and_then(|archived| FinishedFile::of(archived, state));
        Ok(Ending::Done { records, archived })
    }

    /// Reads on another thread and hands over here; the channel between them holds one chunk.
    async fn feed(
        self: &Arc<Self>,
        path: &Path,
        checked: Checked,
        taken: u64,
        shutdown: &CancellationToken,
    ) -> io::Result<Result<(), SplitError>> {
        let (sender, mut chunks) = mpsc::channel(1);
        let identity = checked.identity.clone();
        let job = self.clone();
        let name = shown_name(path);
        let reader = spawn_blocking(move || job.read(checked, &name, taken, &sender));
        while let Some(chunk) = chunks.recv().await {
            if !self.hand_over(&identity, chunk, shutdown).await {
                // The reader notices at its next chunk.
                drop(chunks);
                reader.await?.ok();
                return Ok(Err(SplitError::Stopped));
            }
        }
        Ok(reader.await?)
    }

    /// Offers a chunk until it is accepted; false when the host stops.
    async fn hand_over(&self, identity: &str, chunk: Chunk, shutdown: &CancellationToken) -> bool {
        let value = chunk.taken.to_string().into_bytes();
        let progress = Progress { namespace: self.namespace(), key: identity.to_owned(), value };
        loop {
            if shutdown.is_cancelled() {
                return false;
            }
            let arrivals = Arrivals { flow: self.flow.clone(), messages: chunk.arrivals.clone() };
            match self.intake.accept(arrivals, Some(progress.clone())).await {
                Ok(_) => return true,
                Err(error) if !self.wait(&error, shutdown).await => return false,
                Err(_) => {}
            }
        }
    }

    /// How many records an earlier run has taken; none when the host stops.
    async fn progress(&self, identity: &str, shutdown: &CancellationToken) -> Option<u64> {
        loop {
            match self.intake.progress(&self.namespace(), identity).await {
                Ok(None) => return Some(0),
                Ok(Some(value)) => {
                    return Some(String::from_utf8(value).ok().and_then(|n| n.parse().ok()).unwrap_or(0));
                }
                Err(error) if !self.wait(&error, shutdown).await => return None,
                Err(_) => {}
            }
        }
    }

    async fn wait(&self, error: &IntakeError, shutdown: &CancellationToken) -> bool {
        tracing::debug!(flow = %self.flow, reason = error.name(), "intake refused records of a file; waiting to try again");
        let pause = tokio::time::sleep(error.retry_after().max(SHORTEST_WAIT));
        shutdown.run_until_cancelled(pause).await.is_some()
    }

    /// Moves the file to `done`, unless its name now belongs to another file, which is then taken in next.
    async fn archive_done(&self, path: &Path, file: File) -> io::Result<Option<Archived>> {
        let path = path.to_owned();
        let done = self.config.done.clone();
        let now = self.clock.now();
        spawn_blocking(move || {
            if is_still_at(&path, &file)? { archive::put(&path, Some(&file), &done, now).map(Some) } else { Ok(None) }
        })
        .await?
    }

    async fn archive_failed(
        &self,
        path: &Path,
        defect: Defect,
        state: Option<FileState>,
        file: Option<File>,
    ) -> io::Result<Ending> {
        let path = path.to_owned();
        let failed = self.config.failed.clone();
        let now = self.clock.now();
        let flow = self.flow.clone();
        let moved = spawn_blocking(move || {
            let archived = archive::put(&path, file.as_ref(), &failed, now)?;
            // The file is refused already, and the log has the reason.
            if let Err(error) = archive::report(&path, &archived.path, &defect) {
                let file = archived.path.display();
                tracing::warn!(%flow, %file, %error, "failed to write the reason beside a refused file");
            }
            Ok::<_, io::Error>((archived, defect))
        });
        let (archived, defect) = moved.await??;
        self.intake.refused(&self.flow, "bad_file");
        Ok(Ending::Failed { defect, archived: state.and_then(|state| FinishedFile::of(archived, state)) })
    }

    fn namespace(&self) -> String {
        format!("files/{}", self.flow)
    }
}
