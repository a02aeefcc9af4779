//! The file that is read. Reading fails once the host stops: a pass over a large file runs on a thread that nothing else could
//! end.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use tokio_util::sync::CancellationToken;

/// An open file, and whether the host stops.
#[derive(Debug)]
pub(super) struct Input {
    file: File,
    shutdown: CancellationToken,
}

impl Input {
    pub(super) const fn new(file: File, shutdown: CancellationToken) -> Self {
        Self { file, shutdown }
    }

    /// The file itself.
    pub(super) const fn file(&self) -> &File {
        &self.file
    }

    /// Whether reading failed because the host stops.
    pub(super) fn is_stopped(&self) -> bool {
        self.shutdown.is_cancelled()
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_stopped() { Err(io::Error::other("the host stops")) } else { self.file.read(buffer) }
    }
}

impl Seek for Input {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ndjson;
    use super::*;
    use crate::text::{RecordLimit, Text};

    #[test]
    fn a_pass_over_a_file_ends_when_the_host_stops() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "1\n".repeat(1_000_000)).unwrap();
        let shutdown = CancellationToken::new();
        let mut input = Input::new(File::open(file.path()).unwrap(), shutdown.clone());
        let limit = RecordLimit::none();
        let text = Text::open(&mut input, gantry_config::Encoding::default(), limit.clone()).unwrap();
        let mut records = 0;
        let split = ndjson::split(text, &limit, &mut |record| {
            records = record.number;
            shutdown.cancel();
            Ok(())
        });
        assert!(split.is_err() && input.is_stopped());
        assert!(records < 200_000, "what was buffered, and no more: {records}");
    }
}
