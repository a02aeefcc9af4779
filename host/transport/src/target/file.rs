//! File targets: each delivery is one line of NDJSON, on disk before it counts as delivered.
//!
//! A line is there whole or not at all, also after a crash: before it appends, a writer cuts off a last line that
//! has no line end, and after a failed write it cuts back to where it began. Deliveries that wait for one another
//! share one write and one fsync. An advisory lock keeps two writers of one file apart, be they of two targets, of
//! two hosts, or the old and the new one while a flow is reloaded. As everywhere, a crash between the fsync and the
//! record of it repeats a line; the line's `idempotency_key` tells.

mod line;

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use gantry_config::FileTarget;
use gantry_core::ErrorClass;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::{Accepted, Failure, ProbeError, Request, Target};

/// Bytes looked at in one step when searching back for the last line end.
const STEP: usize = 64 << 10;

/// A file target can't be built from its configuration.
#[derive(Debug, thiserror::Error)]
pub enum FileTargetError {
    /// The path ends in no file name.
    #[error("`{0}` does not name a file")]
    NoFileName(PathBuf),
}

/// Appends deliveries to one file.
#[derive(Debug)]
pub(super) struct FileAppender {
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
    done: oneshot::Sender<Result<(), String>>,
}

impl FileAppender {
    pub(super) fn new(config: &FileTarget) -> Result<Self, FileTargetError> {
        if config.path.file_name().is_none() {
            return Err(FileTargetError::NoFileName(config.path.clone()));
        }
        let shared = Shared { path: config.path.clone(), waiting: Mutex::default(), file: Mutex::default() };
        Ok(Self { shared: Arc::new(shared), turn: tokio::sync::Mutex::default() })
    }

    /// Hands the line in, then either finds it written by another or writes all that wait.
    async fn append(&self, line: Vec<u8>) -> Result<(), String> {
        let (done, mut written) = oneshot::channel();
        self.shared.waiting.lock().push(Waiting { line, done });
        let _turn = self.turn.lock().await;
        if let Ok(result) = written.try_recv() {
            return result;
        }
        let shared = self.shared.clone();
        // Should this delivery be given up meanwhile, the write still runs to its end on its thread.
        tokio::task::spawn_blocking(move || shared.write_all_waiting()).await.ok();
        written.await.unwrap_or_else(|_| Err("the writer stopped".to_owned()))
    }
}

#[async_trait]
impl Target for FileAppender {
    async fn send(&self, request: Request<'_>) -> Result<Accepted, Failure> {
        // Trouble with a disk passes or is repaired; no message is at fault.
        let failed = |text: String| Failure::without_answer(ErrorClass::Unavailable, &text);
        self.append(line::of(&request)).await.map(|()| Accepted::default()).map_err(failed)
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
        let result = self.write(&mut file, &bytes).map_err(|error| error.to_string());
        if result.is_err() {
            // Opened anew next time: the directory may have been replaced or mounted since.
            *file = None;
        }
        for waiting in batch {
            waiting.done.send(result.clone()).ok();
        }
    }

    fn write(&self, file: &mut Option<File>, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        if file.as_ref().is_none_or(|open| !is_still_at(open, &self.path)) {
            *file = Some(open(&self.path)?);
        }
        let Some(file) = file else { return Ok(()) };
        lock(file)?;
        let result = append_whole(file, bytes);
        file.unlock().ok();
        result
    }
}

/// Opens the file, making it where there is none; then its entry in the directory is on disk too.
fn open(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        File::open(dir)?.sync_all()?;
    }
    Ok(file)
}

/// Waits for the lock; file systems that know none are used without.
fn lock(file: &File) -> io::Result<()> {
    match file.lock() {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        other => other,
    }
}

/// False once the file was moved away, as log rotation does: then a new one is begun.
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same = |a: &std::fs::Metadata, b: &std::fs::Metadata| a.dev() == b.dev() && a.ino() == b.ino();
    matches!((&file.metadata(), &std::fs::metadata(path)), (Ok(open), Ok(named)) if same(open, named))
}

fn append_whole(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    let start = cut_torn_line(file)?;
    let result = file.write_all(bytes).and_then(|()| file.sync_data());
    if result.is_err() {
        // Best effort: if this fails too, the torn line is cut before the next write.
        file.set_len(start).ok();
    }
    result
}

/// Cuts what stands behind the last line end, and returns the length that is left.
fn cut_torn_line(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let whole = end_of_last_line(file, length)?;
    if whole < length {
        file.set_len(whole)?;
    }
    Ok(whole)
}

fn end_of_last_line(file: &mut File, length: u64) -> io::Result<u64> {
    let mut end = length;
    // Nearly always the last byte is the line end.
    let mut step = 1;
    while end > 0 {
        let begin = end.saturating_sub(step as u64);
        let mut block = vec![0; usize::try_from(end - begin).unwrap_or(STEP)];
        file.seek(SeekFrom::Start(begin))?;
        file.read_exact(&mut block)?;
        if let Some(at) = block.iter().rposition(|byte| *byte == b'\n') {
            return Ok(begin + at as u64 + 1);
        }
        (end, step) = (begin, STEP);
    }
    Ok(0)
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
