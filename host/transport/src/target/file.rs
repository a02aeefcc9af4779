//! File targets: each delivery is one line of NDJSON, on disk before it counts as delivered.
//!
//! A line is written whole or not at all: after a failed write, and after a crash, what was written of it is cut off
//! again. Only bytes that the host's own record of its last write covers are cut (see `mark`). Behind a last line of
//! somebody else that has no end, a new line is begun. Deliveries that wait at the same time
//! share one write and one fsync. An advisory lock excludes a second writer of the same file: of another target, of
//! another host, or of the same flow during a reload. As with every target, a crash between the fsync and its record
//! repeats a line, which its `idempotency_key` shows.
//!
//! A file that can't be written is no fault of a message: `append` maps each reason to an error class.

mod append;
mod line;
mod mark;
mod settings;
mod table;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use gantry_core::ErrorClass;
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
    /// Held by the delivery that writes for all that wait.
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

    /// Queues the line. Then either another delivery has written it, or this one writes all that wait.
    async fn append(&self, line: Vec<u8>) -> Result<(), AppendError> {
        let (done, mut written) = oneshot::channel();
        self.shared.waiting.lock().push(Waiting { line, done });
        let _turn = self.turn.lock().await;
        if let Ok(result) = written.try_recv() {
            return result;
        }
        let shared = self.shared.clone();
        // If this delivery is dropped meanwhile, the write still runs to its end on its thread.
        tokio::task::spawn_blocking(move || shared.write_all_waiting()).await.ok();
        written.await.unwrap_or(Err(AppendError::Stopped))
    }
}

#[async_trait]
impl Target for FileSender {
    async fn send(&self, request: Request<'_>) -> Result<Accepted, Failure> {
        let line = line::of(&request).map_err(|error| {
            Failure::without_answer(ErrorClass::Permanent, &format!("failed to write JSON: {error}"))
        })?;
        let appended = self.append(line).await;
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
        // One writer at a time: a delivery that was dropped may have left its write running.
        let mut file = self.file.lock();
        let batch = std::mem::take(&mut *self.waiting.lock());
        let bytes: Vec<u8> = batch.iter().flat_map(|waiting| waiting.line.iter().copied()).collect();
        let result = self.write(&mut file, &bytes);
        if result.is_err() {
            // Opened again next time: the directory may have been replaced or mounted since.
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
        append::whole(file, &self.path, bytes)
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
