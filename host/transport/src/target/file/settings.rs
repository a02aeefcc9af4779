//! The settings of a file target, and how its table is interpreted.

use std::path::PathBuf;
use std::sync::Arc;

use gantry_config::kind::TargetKeys;
use gantry_config::{Lower, TargetKind, TargetSettings};

use super::FileSender;
use super::table::FileTable;
use crate::target::{BuildError, OpenTarget, Target, TargetContext};

/// A file that messages are appended to, one JSON object per line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileTarget {
    /// The file.
    pub path: PathBuf,
}

/// The kind `file`.
pub(crate) struct Kind;

impl TargetKind for Kind {
    type Table = FileTable;
    type Settings = FileTarget;

    const NAME: &'static str = "file";
    const ABOUT: &'static str = "One line of NDJSON per delivery.";

    fn common(table: &mut FileTable) -> TargetKeys {
        TargetKeys {
            concurrency: table.concurrency,
            schema: table.schema.take(),
            retry: table.retry.take(),
            breaker: table.breaker.take(),
            default: table.default.take(),
            after: table.after.take(),
        }
    }

    fn lower(raw: FileTable, lower: &mut Lower<'_>) -> Option<FileTarget> {
        Some(FileTarget { path: lower.path(&raw.path?)? })
    }
}

impl TargetSettings for FileTarget {
    fn label(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }
}

impl OpenTarget for FileTarget {
    fn open(&self, _concurrency: usize, _context: TargetContext<'_>) -> Result<Arc<dyn Target>, BuildError> {
        match FileSender::new(self) {
            Ok(sender) => Ok(Arc::new(sender)),
            Err(error) => Err(BuildError::Settings(error.into())),
        }
    }
}
