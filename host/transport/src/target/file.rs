//! File targets: each delivery is one line of NDJSON, on disk before it counts as delivered.
//!
//! A line is there whole or not at all, also after a crash: before it appends, a writer cuts off a last line that
//! has no line end, and after a failed write it cuts back to where it began. Deliveries that wait for one another
//! share one write and one fsync. An advisory lock keeps two writers of one file apart, be they of two targets, of
//! two hosts, or the old and the new one while a flow is reloaded. As everywhere, a crash between the fsync and the
//! record of it repeats a line; the line's `idempotency_key` tells.
//!
//! No message is at fault when the file can't be written: `append` says what is made of each reason.

mod append;
mod line;
mod settings;
mod table;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::{Accepted, Failure, ProbeError, Request, Target};
use append::AppendError;
pub use settings::FileTarget;
pub(crate) use settings::Kind;

/// A file target can't be built from its configuration.
#[derive(Debug, thiserror::Error)]
pub enum FileTargetError {
    /// The path ends in no file name.
    #[error("`{0}` does not name a file")]
    NoFileName(PathBuf),
}

/// Appends deliveries to one file.
#[derive(Debug)]
pub(super) struct FileSender {
    shared: Arc<Shared>,
    /// Held by the one delivery that writes for all that wait.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    waiting: Mutex<Vec<Waiting>>,
    file: Mutex<Option<File>>,
}

#[derive(Debug)]
struct Waiting {
    line: Vec<u8>,
    done: oneshot::Sender<Result<(), AppendError>>,
}

impl FileSender {
    pub(super) fn new(config: &FileTarget) -> Result<Self, FileTargetError> {
        if config.path.file_name().is_none() {
            return Err(FileTargetError::NoFileName(config.path.clone()));
        }
        let shared = Shared { path: config.path.clone(), waiting: Mutex::default(), file: Mutex::default() };
        Ok(Self { shared: Arc::new(shared), turn: tokio::sync::Mutex::default() })
    }

    /// Hands the line in, then either finds it written by another or writes all that wait.
    async fn append(&self, line: Vec<u8>) -> Result<(), AppendError> {
        let (done, mut written) = oneshot::channel();
        self.shared.waiting.lock().push(Waiting { line, done });
        let _turn = self.turn.lock().await;
        if let Ok(result) = written.try_recv() {
            return result;
        }
        let shared = self.shared.clone();
        // Should this delivery be given up meanwhile, the write still runs to its end on its thread.
        tokio::task::spawn_blocking(move || shared.write_all_waiting()).await.ok();
        written.await.unwrap_or(Err(AppendError::Stopped))
    }
}

#[async_trait]
impl Target for FileSender {
    async fn send(&self, request: Request<'_>) -> Result<Accepted, Failure> {
        let appended = self.append(line::of(&request)).await;
        appended
            .map(|()| Accepted::default())
            .map_err(|error| Failure::without_answer(error.class(), &error.to_string()))
    }

    async fn probe(&self) -> Result<(), ProbeError> {
        let path = self.shared.path.clone();
        let place = path.display().to_string();
        let outcome = tokio::task::spawn_blocking(move || is_writable(&path)).await;
        let problem = match outcome {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        Err(ProbeError { place, problem })
    }
}

impl Shared {
    fn write_all_waiting(&self) {
        // One writer at a time: a delivery that was given up may have left its write running.
        let mut file = self.file.lock();
        let batch = std::mem::take(&mut *self.waiting.lock());
        let bytes: Vec<u8> = batch.iter().flat_map(|waiting| waiting.line.iter().copied()).collect();
        let result = self.write(&mut file, &bytes);
        if result.is_err() {
            // Opened anew next time: the directory may have been replaced or mounted since.
            *file = None;
        }
        for waiting in batch {
            waiting.done.send(result.clone()).ok();
        }
    }

    fn write(&self, file: &mut Option<File>, bytes: &[u8]) -> Result<(), AppendError> {
        if bytes.is_empty() {
            return Ok(());
        }
        if file.as_ref().is_none_or(|open| !append::is_still_at(open, &self.path)) {
            *file = Some(append::open(&self.path)?);
        }
        let Some(file) = file else { return Ok(()) };
        append::whole(file, bytes)
    }
}

fn is_writable(path: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    access(dir, Access::WRITE_OK | Access::EXEC_OK)?;
    match access(path, Access::WRITE_OK) {
        Err(rustix::io::Errno::NOENT) => Ok(()),
        other => other.map_err(io::Error::from),
    }
}
