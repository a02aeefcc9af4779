//! C and C++: zig's clang compiles the sources of the plugin and of the SDK into one core module, which is turned into
//! a component.
//!
//! zig includes its own C library, C++ library and linker for WebAssembly, in one package on every system. Each source
//! is compiled separately, so that zig's cache covers unchanged files. The flags come from the plugin's
//! `compile_flags.txt`, which editors read as well; one of its include paths leads to the SDK's `gantry.h`.

mod flags;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::anyhow;

use super::Project;
use super::adapter;
use super::error::BuildError;
use super::tool::{Tool, made_by, run};
use flags::Flags;

const ZIG: &str = "zig";

/// zig as the package `ziglang` installs it.
const PACKAGED: Tool = Tool {
    name: "python-zig",
    places: &[".venv/bin", "venv/bin"],
    install: "python3 -m venv .venv && .venv/bin/pip install ziglang==0.17.1",
};

/// zig from its own archive.
const PLAIN: Tool = Tool { name: ZIG, places: &[], install: PACKAGED.install };

/// Environment variable with the path of another zig.
const VARIABLE: &str = "GANTRY_ZIG";

/// Flags of every compiler run. Lists of pairs are cast between the types of the bindings and of the SDK, hence no
/// strict aliasing; `assert` would add all of stdio.
const COMMON_FLAGS: &[&str] = &["-target", "wasm32-wasi", "-Os", "-g0", "-DNDEBUG", "-fno-strict-aliasing"];

/// Flags for C; the project's flags come after them.
const C: &[&str] = &["-std=gnu11", "-Wall"];

/// Flags for C++. Aborts of libc++ trap instead of printing through stdio.
const CPP: &[&str] = &["-Wall", "-fno-exceptions", "-fno-rtti", "-D_LIBCPP_VERBOSE_ABORT(...)=__builtin_trap()"];

/// Flags for the linker: a library whose constructors run at its start, without unused code, and with its stack where
/// an overflow traps.
const LINK_FLAGS: &[&str] = &["-mexec-model=reactor", "-Wl,--gc-sections", "-Wl,-z,stack-size=262144"];

/// Builds a plugin whose sources are C.
pub(super) fn c(project: &Project<'_>) -> anyhow::Result<Vec<u8>> {
    let mut native = Native::new(project)?;
    let flags = native.flags.all().to_vec();
    native.add("cc", C, &flags, &sources(project.directory, "src", "c")?);
    native.finish("cc")
}

/// Builds a plugin whose sources are C++, and possibly C.
pub(super) fn cpp(project: &Project<'_>) -> anyhow::Result<Vec<u8>> {
    let mut native = Native::new(project)?;
    let all = native.flags.all().to_vec();
    let shared = native.flags.of_any_language();
    native.add("c++", CPP, &all, &sources(project.directory, "src", "cpp")?);
    native.add("cc", C, &shared, &sources(project.directory, "src", "c")?);
    native.finish("c++")
}

/// A build of a core module.
struct Native<'a> {
    project: &'a Project<'a>,
    zig: OsString,
    flags: Flags,
    compilers: Vec<Command>,
    objects: Vec<PathBuf>,
}

impl<'a> Native<'a> {
    /// Begins a build with the SDK's sources.
    fn new(project: &'a Project<'a>) -> anyhow::Result<Self> {
        let zig = zig(project.directory)?;
        let flags = Flags::read(project.directory)?;
        let mut native = Self { project, zig, flags, compilers: Vec::new(), objects: Vec::new() };
        let sdk = native.flags.sdk().to_owned();
        let shared = native.flags.of_any_language();
        for folder in ["src", "src/quality"] {
            native.add("cc", C, &shared, &sources(project.directory, &format!("{sdk}/{folder}"), "c")?);
        }
        Ok(native)
    }

    fn add(&mut self, command: &str, options: &[&str], flags: &[String], sources: &[String]) {
        for source in sources {
            // The plugin and the SDK may have files with the same name.
            let object = self.project.scratch.join(format!("{}.o", self.objects.len()));
            let mut compiler = self.zig(command);
            compiler.args(options).args(flags).arg("-c").arg(source).arg("-o").arg(&object);
            self.compilers.push(compiler);
            self.objects.push(object);
        }
    }

    /// Compiles, links, and turns the result into a component.
    fn finish(mut self, linker: &str) -> anyhow::Result<Vec<u8>> {
        let directory = self.project.directory;
        run_in_parallel(std::mem::take(&mut self.compilers), directory)?;
        let module = self.project.scratch.join("plugin.wasm");
        let mut link = self.zig(linker);
        link.args(LINK_FLAGS).arg("-o").arg(&module).args(&self.objects);
        run(ZIG, &mut link, directory)?;
        // zig's run-time library has 900 kB of debug information; stripping would remove function names too.
        let module = gantry_component::without_sections(&made_by(ZIG, &module)?, ".debug_")?;
        Ok(gantry_component::encode(&module, &self.project.manifest.wants, Some(adapter::small()?))?)
    }

    /// A zig command in the plugin's folder, to which the paths in its flags are relative.
    fn zig(&self, command: &str) -> Command {
        let mut zig = Command::new(&self.zig);
        zig.arg(command).args(COMMON_FLAGS).current_dir(self.project.directory);
        zig
    }
}

/// Runs compilers, as many at once as there are processors; returns the first failure, if there is one.
fn run_in_parallel(commands: Vec<Command>, directory: &Path) -> anyhow::Result<()> {
    let queue = Mutex::new(commands);
    std::thread::scope(|scope| {
        let count = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..count).map(|_| scope.spawn(|| run_queued(&queue, directory))).collect();
        let ended =
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Err(anyhow!("a build thread panicked"))));
        ended.collect::<Vec<_>>().into_iter().collect()
    })
}

fn run_queued(queue: &Mutex<Vec<Command>>, directory: &Path) -> anyhow::Result<()> {
    loop {
        // The lock is released before the compiler runs.
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(mut command) = next else { return Ok(()) };
        run(ZIG, &mut command, directory)?;
    }
}

fn zig(directory: &Path) -> Result<OsString, BuildError> {
    if let Some(zig) = std::env::var_os(VARIABLE) {
        return Ok(zig);
    }
    let found = PACKAGED.find(directory).or_else(|missing| PLAIN.find(directory).map_err(|_| missing));
    found.map(PathBuf::into_os_string)
}

/// The sources with one extension in a folder, sorted, as paths relative to the plugin's folder. A missing folder has
/// none.
fn sources(directory: &Path, folder: &str, extension: &str) -> std::io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(directory.join(folder)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<std::io::Result<Vec<_>>>()?;
    names.retain(|name| Path::new(name).extension().is_some_and(|found| found == extension));
    names.sort();
    Ok(names.iter().map(|name| format!("{folder}/{name}")).collect())
}
