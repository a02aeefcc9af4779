//! The blocking part of taking in a file: checking it, and cutting it into chunks of arrivals.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _, Seek as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use gantry_core::{Headers, escape};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Job;
use crate::defect::{Defect, Place};
use crate::intake::Arrival;
use crate::keys::{KeyError, Keys};
use crate::source::files::folder::Folder;
use crate::source::files::input::Input;
use crate::source::files::record::{Record, SplitError};
use crate::source::files::scan::FileState;
use crate::source::files::split::Layout;
use crate::text::BUFFER;

/// Most records that are handed over in one step: enough that one fsync serves many, and few enough that two chunks fit
/// into memory.
const CHUNK_RECORDS: usize = 500;
const CHUNK_BYTES: usize = 4 << 20;

/// Most bytes of a file's name in a message: names are shorter, unless most of their characters are escaped.
const MAX_NAME: usize = 1024;

/// A file that passed the check, still open: the file that was checked is taken in, even if its name is reused.
pub(super) struct Checked {
    file: Input,
    pub(super) state: FileState,
    pub(super) identity: String,
    layout: Layout,
    pub(super) records: u64,
}

/// Some records, and how many records of the file are taken once these are.
pub(super) struct Chunk {
    pub(super) arrivals: Vec<Arrival>,
    pub(super) taken: u64,
}

/// Why a file can't be taken in.
pub(super) struct CheckError {
    pub(super) error: SplitError,
    /// What was read; none if nothing could be.
    pub(super) state: Option<FileState>,
    /// The file, if it could be opened.
    pub(super) file: Option<File>,
}

impl<E: Into<SplitError>> From<E> for CheckError {
    fn from(error: E) -> Self {
        Self { error: error.into(), state: None, file: None }
    }
}

impl Job {
    /// Reads the whole file, and checks that it can be taken in.
    pub(super) fn check(&self, path: &Path, shutdown: &CancellationToken) -> Result<Checked, CheckError> {
        let file = Folder::watched(&self.config.directory)?.file(path.file_name().unwrap_or_default())?;
        let watched = file.try_clone()?;
        let metadata = file.metadata()?;
        let state = FileState::of(&metadata)?;
        let file = Input::new(file, shutdown.clone());
        let checked = only_name(&metadata).and_then(|()| self.check_open(path, file, state));
        if shutdown.is_cancelled() {
            return Err(SplitError::Stopped.into());
        }
        // If the file was changed or replaced meanwhile, the result of the check says nothing about it.
        unchanged(&watched, state)?;
        if is_still_at(path, &watched)? {
            checked.map_err(|error| CheckError { error, state: Some(state), file: Some(watched) })
        } else {
            Err(SplitError::Changed.into())
        }
    }

    fn check_open(&self, path: &Path, mut file: Input, state: FileState) -> Result<Checked, SplitError> {
        let name = shown_name(path);
        let layout = Layout::of(&mut file, &self.config)?;
        let mut records = 0;
        layout.split(&mut file, &self.config, &mut |record| {
            records = record.number;
            let headers = headers(&name, &record);
            self.read_keys(&headers, &record)?;
            Ok(())
        })?;
        let identity = self.identity(path, state, &mut file)?;
        Ok(Checked { file, state, identity, layout, records })
    }

    /// Sends the rest of a file, behind its first `taken` records.
    pub(super) fn read(
        &self,
        mut checked: Checked,
        name: &str,
        taken: u64,
        sender: &mpsc::Sender<Chunk>,
    ) -> Result<(), SplitError> {
        let watched = checked.handle()?;
        let send = |chunk: Chunk| {
            unchanged(&watched, checked.state)?;
            sender.blocking_send(chunk).map_err(|_| SplitError::Stopped)
        };
        let mut chunk = Chunk { arrivals: Vec::new(), taken };
        let mut bytes = 0;
        let split = checked.layout.split(&mut checked.file, &self.config, &mut |record| {
            if record.number <= taken {
                return Ok(());
            }
            chunk.taken = record.number;
            bytes += record.payload.len();
            chunk.arrivals.push(self.arrival(name, record)?);
            if chunk.arrivals.len() < CHUNK_RECORDS && bytes < CHUNK_BYTES {
                return Ok(());
            }
            bytes = 0;
            send(Chunk { arrivals: std::mem::take(&mut chunk.arrivals), taken: chunk.taken })
        });
        split.map_err(|error| if checked.file.is_stopped() { SplitError::Stopped } else { error })?;
        if chunk.arrivals.is_empty() { Ok(()) } else { send(chunk) }
    }

    fn arrival(&self, name: &str, record: Record) -> Result<Arrival, SplitError> {
        let headers = headers(name, &record);
        let keys = self.read_keys(&headers, &record)?;
        let source = match record.place {
            Place::Line(line) | Place::LineColumn(line, _) | Place::Field(line, _) => format!("file {name}:{line}"),
            Place::Element(_) | Place::File => format!("file {name}#{}", record.number),
        };
        Ok(Arrival {
            idempotency: None,
            signed: None,
            source,
            content_type: "application/json".to_owned(),
            headers,
            payload: record.payload.into(),
            key: keys.key,
            dedupe_key: keys.dedupe_key,
            dedupe_window: keys.dedupe_window,
            event_time: None,
            traceparent: None,
        })
    }

    fn read_keys(&self, headers: &Headers, record: &Record) -> Result<Keys, Defect> {
        let read = self.keys.read(|name| headers.get(name).map(str::to_owned), record.payload.as_bytes());
        read.map_err(|error: KeyError| {
            let fix = "give every record the value, or correct `key` or `dedupe` of the source";
            Defect::new(record.place, error.to_string(), fix)
        })
    }

    /// What identifies the file across restarts. Format and encoding are part of it, because others give other records.
    fn identity(&self, path: &Path, state: FileState, file: &mut Input) -> io::Result<String> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let modified = state.modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; BUFFER];
        hasher.update(format!("{:?} {:?}", self.config.format, self.config.encoding));
        file.rewind()?;
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => hasher.update(&buffer[..read]),
            }
        }
        let digest: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(format!("{name}/{}/{}.{:09}/{digest}", state.size, modified.as_secs(), modified.subsec_nanos()))
    }
}

impl Checked {
    /// Another handle of the same file.
    pub(super) fn handle(&self) -> io::Result<File> {
        self.file.file().try_clone()
    }
}

/// A file's name as messages and reports have it: with a line end in it, it could be no header, and forge lines of a log.
pub(super) fn shown_name(path: &Path) -> String {
    escape(&path.file_name().unwrap_or_default().to_string_lossy(), MAX_NAME)
}

fn headers(name: &str, record: &Record) -> Headers {
    [("gantry-file", name.to_owned()), ("gantry-record", record.number.to_string())].into_iter().collect()
}

/// A file with other names may be somebody else's, whom the host can read and its sender can't: nobody drops a file that way.
fn only_name(metadata: &Metadata) -> Result<(), SplitError> {
    match metadata.nlink() {
        0 | 1 => Ok(()),
        names => {
            let problem =
                format!("the file has {names} names (hard links), so it may be another file than the one dropped");
            Err(Defect::new(Place::File, problem, "copy the file into the directory, instead of linking it there")
                .into())
        }
    }
}

/// Whether `path` still names the open file, and not another that was put in its place.
pub(super) fn is_still_at(path: &Path, file: &File) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(named) => {
            let open = file.metadata()?;
            Ok((named.dev(), named.ino()) == (open.dev(), open.ino()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn unchanged(file: &File, state: FileState) -> Result<(), SplitError> {
    if FileState::of(&file.metadata()?)? == state { Ok(()) } else { Err(SplitError::Changed) }
}
