//! The host's side of a compilation: starts the process, feeds it, watches the clock, judges how it ended.
//!
//! The process gets nothing of the host: no environment but two settings that keep its memory predictable, no files but
//! three pipes (whatever else the host opened is closed on exec), no working directory but the root. What it hands back is taken as code
//! only when it ended well.

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

/// Threads of one compilation. Each reserves stacks and an arena out of the bounded address space, and the host's other
/// work goes on beside it.
const THREADS: &str = "4";
/// Arenas of glibc's allocator, which reserve 64 MiB of address space each.
const ARENAS: &str = "2";
/// Most bytes of an error's text.
const TEXT_BYTES: usize = 2 << 10;
/// How long a process that has closed its output may take to end.
const GRACE: Duration = Duration::from_secs(5);
/// How often that is looked at.
const GLANCE: Duration = Duration::from_millis(2);

impl CompilerProcess {
    /// Compiles in a process of its own. Blocks until it has ended, for at most its wall clock and a moment.
    pub(crate) fn compile(&self, engine: &Engine, bytes: &[u8]) -> Result<Component, CompileError> {
        let start = Instant::now();
        let mut process = self.spawn().map_err(CompileError::Process)?;
        let code = exchange(&mut process, bytes, &self.bounds, start)?;
        tracing::debug!(elapsed = ?start.elapsed(), code_bytes = code.len(), "compiled a plugin in a process of its own");
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

/// Feeds the process and takes its code. It has ended, one way or another, when this returns.
fn exchange(
    process: &mut Child,
    bytes: &[u8],
    bounds: &CompileBounds,
    start: Instant,
) -> Result<Vec<u8>, CompileError> {
    let (stdin, stdout, stderr) = (process.stdin.take(), process.stdout.take(), process.stderr.take());
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

/// What a pipe holds, up to so many bytes; then it is closed, which ends whoever writes on.
fn read(pipe: Option<impl Read>, most: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // A pipe that breaks holds what it held: how the process ended tells whether that is whole.
        let _ = pipe.take(most as u64).read_to_end(&mut bytes);
    }
    bytes
}

/// The end of a process that has closed its output; none for one that had to be killed.
fn end(process: &mut Child) -> std::io::Result<Option<ExitStatus>> {
    let until = Instant::now() + GRACE;
    while Instant::now() < until {
        if let Some(status) = process.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(GLANCE);
    }
    kill(process).map(|_| None)
}

fn kill(process: &mut Child) -> std::io::Result<ExitStatus> {
    process.kill()?;
    process.wait()
}

/// Why there is no code. Rust aborts where memory ends, and the kernel signals where processor time does.
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
