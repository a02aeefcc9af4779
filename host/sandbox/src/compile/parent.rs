//! The host's side of a compilation: starts the process, feeds it, limits its time, and interprets how it ended.
//!
//! The process gets nothing of the host: no environment but two settings that keep its memory predictable, no files but
//! three pipes (other files of the host are closed on exec), no working directory but the root. Its output counts as code
//! only if it ended with success.

use std::io::{Read, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use wasmtime::Engine;
use wasmtime::component::Component;

use super::child::REFUSED;
use super::{CompileBounds, CompileError, CompilerProcess};
use crate::trusted::{self, Trusted};
use gantry_core::escape;

/// Threads of one compilation. Each reserves stacks and an arena in the limited address space, and the host has other
/// work to do at the same time.
const THREADS: &str = "4";
/// Arenas of glibc's allocator, which reserve 64 MiB of address space each.
const ARENAS: &str = "2";
/// Most bytes of an error's text.
const TEXT_BYTES: usize = 2 << 10;
/// How long a process that has closed its output may take to end.
const GRACE: Duration = Duration::from_secs(5);
/// How often this is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(2);

impl CompilerProcess {
    /// Compiles in a process of its own. Blocks until it has ended, which takes at most its time limit and a moment.
    pub(crate) fn compile(&self, engine: &Engine, bytes: &[u8]) -> Result<Component, CompileError> {
        let start = Instant::now();
        let mut process = self.spawn().map_err(CompileError::Process)?;
        let code = exchange(&mut process, bytes, &self.bounds, start)?;
        tracing::debug!(elapsed = ?start.elapsed(), code_bytes = code.len(), "compiled a plugin in a separate process");
        trusted::deserialize(engine, Trusted::from_own_compiler(&code)).map_err(CompileError::Engine)
    }

    fn spawn(&self) -> std::io::Result<Child> {
        let bounds = [self.bounds.memory_bytes, self.bounds.cpu_seconds].map(|bound| bound.to_string());
        Command::new(&self.program)
            .args(&self.args)
            .args(bounds)
            .env_clear()
            .env("RAYON_NUM_THREADS", THREADS)
            .env("MALLOC_ARENA_MAX", ARENAS)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
    }
}

/// Feeds the process and takes its code. The process has ended when this returns.
fn exchange(
    process: &mut Child,
    bytes: &[u8],
    bounds: &CompileBounds,
    start: Instant,
) -> Result<Vec<u8>, CompileError> {
    let stdin = process.stdin.take();
    let stdout = process.stdout.take();
    let stderr = process.stderr.take();
    std::thread::scope(|scope| {
        let (send, receive) = mpsc::channel();
        // A process that dies closes its pipes, which ends all three.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(bytes)));
        scope.spawn(move || send.send(read(stdout, bounds.code_bytes.saturating_add(1))));
        let said = scope.spawn(move || read(stderr, TEXT_BYTES));
        let code = receive.recv_timeout(bounds.wall_clock.saturating_sub(start.elapsed()));
        let ended = match code {
            Ok(_) => end(process),
            Err(_) => kill(process).map(|_| None),
        };
        let said = escape(&String::from_utf8_lossy(&said.join().unwrap_or_default()), TEXT_BYTES);
        let status = ended.map_err(CompileError::Process)?.ok_or(CompileError::Time(bounds.wall_clock))?;
        match code {
            Ok(code) if code.len() > bounds.code_bytes => Err(CompileError::Code(bounds.code_bytes)),
            Ok(code) if status.success() => Ok(code),
            _ => Err(judge(status, said, bounds)),
        }
    })
}

/// Reads up to this many bytes from a pipe and closes it, which ends a process that writes more.
fn read(pipe: Option<impl Read>, most: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // If the pipe breaks, the exit status shows whether the bytes are complete.
        let _ = pipe.take(most as u64).read_to_end(&mut bytes);
    }
    bytes
}

/// Waits for the end of a process that has closed its output; none if it had to be killed.
fn end(process: &mut Child) -> std::io::Result<Option<ExitStatus>> {
    let until = Instant::now() + GRACE;
    while Instant::now() < until {
        if let Some(status) = process.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(POLL_INTERVAL);
    }
    kill(process).map(|_| None)
}

fn kill(process: &mut Child) -> std::io::Result<ExitStatus> {
    process.kill()?;
    process.wait()
}

/// Why there is no code. Rust aborts when memory runs out, and the kernel sends a signal when processor time does.
fn judge(status: ExitStatus, said: String, bounds: &CompileBounds) -> CompileError {
    if status.code() == Some(REFUSED) {
        return CompileError::Refused(said);
    }
    match status.signal().and_then(Signal::from_named_raw) {
        Some(Signal::ABORT) => CompileError::Memory(bounds.memory_bytes),
        Some(Signal::XCPU) => CompileError::Time(Duration::from_secs(bounds.cpu_seconds)),
        _ => CompileError::Died(format!("{status}: {said}")),
    }
}
