//! Takes one file in: check all of it, find out how far an earlier run came, hand over the rest in chunks, archive it.

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

use super::record::{Defect, SplitError};
use super::{Files, archive};
use crate::intake::{Arrivals, Intake, IntakeError, Progress};
use crate::keys::KeyRules;
use reading::{Checked, Chunk, is_still_at};

/// The shortest pause before an intake that refused is asked again.
const SHORTEST_WAIT: Duration = Duration::from_millis(20);

/// What a file source does, for one file after another.
pub(super) struct Job {
    pub(super) flow: FlowName,
    pub(super) config: Files,
    pub(super) keys: KeyRules,
    pub(super) intake: Arc<dyn Intake>,
    pub(super) clock: Arc<dyn Clock>,
}

/// How it ended for a file.
#[derive(Debug)]
pub(super) enum Ending {
    /// All of it is in the host's custody.
    Done { records: u64 },
    /// It is at fault; nothing of it was taken in.
    Failed { defect: Defect },
    /// It changed meanwhile.
    Changed,
    /// Time to stop; the rest is for the next start.
    Stopped,
}

impl Job {
    pub(super) async fn take(self: Arc<Self>, name: &OsStr, shutdown: &CancellationToken) -> io::Result<Ending> {
        let path = self.config.directory.join(name);
        let (job, checking) = (self.clone(), path.clone());
        match spawn_blocking(move || job.check(&checking)).await? {
            Ok(checked) => self.take_checked(&path, checked, shutdown).await,
            Err(SplitError::Bad(defect)) => self.archive_failed(&path, defect).await,
            Err(SplitError::Changed) => Ok(Ending::Changed),
            Err(SplitError::Stopped) => Ok(Ending::Stopped),
            Err(SplitError::Io(error)) => Err(error),
        }
    }

    async fn take_checked(
        self: &Arc<Self>,
        path: &Path,
        checked: Checked,
        shutdown: &CancellationToken,
    ) -> io::Result<Ending> {
        let (identity, records, file) = (checked.identity.clone(), checked.records, checked.handle()?);
        let Some(taken) = self.progress(&identity, shutdown).await else { return Ok(Ending::Stopped) };
        if taken < records {
            match self.feed(path, checked, taken, shutdown).await? {
                Ok(()) => {}
                Err(SplitError::Changed) => {
                    // What it is now has another identity, so that this progress would never be asked for again.
                    self.intake.forget(&self.namespace(), &identity).await.ok();
                    return Ok(Ending::Changed);
                }
                Err(SplitError::Io(error)) => return Err(error),
                // It passed the check, so that a defect means it changed since.
                Err(SplitError::Bad(_)) => return Ok(Ending::Changed),
                Err(SplitError::Stopped) => return Ok(Ending::Stopped),
            }
        }
        self.archive_done(path, file).await?;
        if let Err(error) = self.intake.forget(&self.namespace(), &identity).await {
            tracing::debug!(flow = %self.flow, %error, "progress of a finished file stays behind");
        }
        Ok(Ending::Done { records })
    }

    /// Reads on one thread and hands over here; the channel between holds one chunk.
    async fn feed(
        self: &Arc<Self>,
        path: &Path,
        checked: Checked,
        taken: u64,
        shutdown: &CancellationToken,
    ) -> io::Result<Result<(), SplitError>> {
        let (sender, mut chunks) = mpsc::channel(1);
        let identity = checked.identity.clone();
        let (job, name) = (self.clone(), path.file_name().unwrap_or_default().to_string_lossy().into_owned());
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

    /// Offers a chunk until it is accepted; false when it is time to stop.
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

    /// How many records an earlier run has taken; none when it is time to stop.
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
        tracing::debug!(flow = %self.flow, reason = error.name(), "the file source waits");
        let pause = tokio::time::sleep(error.retry_after().max(SHORTEST_WAIT));
        shutdown.run_until_cancelled(pause).await.is_some()
    }

    /// Moves the file away, unless its name was given to another meanwhile, which is then the next to be taken in.
    async fn archive_done(&self, path: &Path, file: File) -> io::Result<()> {
        let (path, done, now) = (path.to_owned(), self.config.done.clone(), self.clock.now());
        let archive =
            move || if is_still_at(&path, &file)? { archive::finish(&path, &done, now).map(drop) } else { Ok(()) };
        spawn_blocking(archive).await?
    }

    async fn archive_failed(&self, path: &Path, defect: Defect) -> io::Result<Ending> {
        let (path, failed, now) = (path.to_owned(), self.config.failed.clone(), self.clock.now());
        let archive = move || archive::fail(&path, &failed, &defect, now).map(|_| defect);
        let defect = spawn_blocking(archive).await??;
        self.intake.refused(&self.flow, "bad_file");
        Ok(Ending::Failed { defect })
    }

    fn namespace(&self) -> String {
        format!("files/{}", self.flow)
    }
}
