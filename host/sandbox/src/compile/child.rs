//! The process that compiles: it limits itself, reads a component, writes code, and ends.
//!
//! It sets its limits itself, before it reads the first byte of the component, because setting them between fork and exec
//! would take `unsafe`. Nothing hostile runs before that, and the limits can't be raised again, because the hard limits
//! are lowered too.
//!
//! | bound | why |
//! |---|---|
//! | address space | limits memory, and so protects the host's |
//! | processor time | of all threads together |
//! | open files | none beyond the three pipes: nothing can be read or connected to |
//! | size of files | zero: nothing can be written, since pipes are no files |
//! | core dumps | none: they would hold the component |
//! | parent's death | kills it: no compiler outlives its host |

use std::io::{Read as _, Write as _};

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::engine::tuning;

/// The component was refused; the standard error output says why.
pub(super) const REFUSED: i32 = 65;
/// The bounds could not be set, or the pipes not be used; the standard error output says why.
pub(super) const UNUSABLE: i32 = 71;

/// Highest number of a file that may be opened: the three pipes have 0 to 2.
const FILES: u64 = 3;

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("can't bound itself: {0}")]
    Bounds(#[from] rustix::io::Errno),
    #[error("can't use its pipes: {0}")]
    Pipe(#[from] std::io::Error),
    #[error("{0:#}")]
    Refused(wasmtime::Error),
}

/// The whole life of a compiler's process: reads a component from standard input and writes code to standard output.
///
/// For the program that [`CompilerProcess`](super::CompilerProcess) names; the two numbers are its last arguments. The
/// program must not have started a thread or opened a file before.
pub fn serve_compilation(memory_bytes: u64, cpu_seconds: u64) -> ! {
    let code = serve(memory_bytes, cpu_seconds).map_or_else(
        |failure| {
            // If nobody reads it, the exit code has to be enough.
            let _ = write!(std::io::stderr(), "{failure}");
            if matches!(failure, Failure::Refused(_)) { REFUSED } else { UNUSABLE }
        },
        |()| 0,
    );
    // Instead of returning: freeing gigabytes of memory would only take time.
    std::process::exit(code)
}

fn serve(memory_bytes: u64, cpu_seconds: u64) -> Result<(), Failure> {
    bind(memory_bytes, cpu_seconds)?;
    let mut component = Vec::new();
    std::io::stdin().lock().read_to_end(&mut component)?;
    let code = tuning::compiler().and_then(|engine| engine.precompile_component(&component));
    let mut out = std::io::stdout().lock();
    out.write_all(&code.map_err(Failure::Refused)?)?;
    Ok(out.flush()?)
}

/// Sets the limits of this process, permanently.
fn bind(memory_bytes: u64, cpu_seconds: u64) -> rustix::io::Result<()> {
    let limit = |resource, most: u64| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nofile, FILES)?;
    limit(Resource::As, memory_bytes)?;
    // The signal of the soft limit differs from a kill by somebody else; one second later the hard limit kills.
    setrlimit(Resource::Cpu, Rlimit { current: Some(cpu_seconds), maximum: Some(cpu_seconds + 1) })?;
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    Ok(())
}
