//! How much memory a process has, as the kernel counts it (proc(5), `/proc/PID/status`).

/// Resident memory of a process in MiB: now, and at most so far.
#[must_use]
pub fn of(pid: u32) -> Memory {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) >> 10
    };
    Memory { now: field("VmRSS:"), peak: field("VmHWM:") }
}

/// Resident memory in MiB.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Now.
    pub now: u64,
    /// The most there was.
    pub peak: u64,
}
