//! What a process has used, as the kernel counts it (proc(5)).

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

/// Ticks of the processor's time in a second: `USER_HZ`, which is 100 on every Linux.
const TICKS: u64 = 100;

/// What a process has used since it began.
#[derive(Clone, Copy, Debug)]
pub struct Used {
    /// Bytes that it had written to disk: `write_bytes` in `/proc/PID/io`. Through the page cache, these are whole pages.
    pub written: u64,
    /// Time of the processor, user and system.
    pub processor: Duration,
}

impl Used {
    /// By a process so far.
    #[must_use]
    pub fn by(pid: u32) -> Self {
        let io = std::fs::read_to_string(format!("/proc/{pid}/io")).unwrap_or_default();
        let written = io.lines().find_map(|line| line.strip_prefix("write_bytes: ")?.parse().ok()).unwrap_or(0);
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // Fields 14 and 15; the name, in brackets, is the second.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
        let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
        Self { written, processor: Duration::from_millis(ticks * 1000 / TICKS) }
    }

    /// Since an earlier moment.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self { written: self.written - earlier.written, processor: self.processor - earlier.processor }
    }
}

/// Bytes that the files under a directory take on disk.
#[must_use]
pub fn bytes_in(directory: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(directory) else { return 0 };
    entries.flatten().map(|entry| bytes_of(&entry.path())).sum()
}

fn bytes_of(path: &Path) -> u64 {
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => bytes_in(path),
        // Blocks of 512 bytes: stat(2).
        Ok(found) => found.blocks() * 512,
        Err(_) => 0,
    }
}
