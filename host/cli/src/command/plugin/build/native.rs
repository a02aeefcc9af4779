//! C and C++: zig's clang compiles the plugin's sources and the SDK's into one core module, which is made a component.
//!
//! zig brings its own C library, C++ library and linker for WebAssembly, in one package on every system. Each source is
//! compiled on its own, so that zig's cache answers for all that didn't change. Flags are those of the plugin's
//! `compile_flags.txt`, which editors read as well; the SDK is where one of them finds `gantry.h`.

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

/// zig as its own archive has it.
const PLAIN: Tool = Tool { name: ZIG, places: &[], install: PACKAGED.install };

/// Names another zig.
const VARIABLE: &str = "GANTRY_ZIG";

/// What every compiler is told. Lists of pairs are handed over between the bindings' types and the SDK's, hence no
/// strict aliasing; `assert` would bring the whole of stdio along.
const EVERY: &[&str] = &["-target", "wasm32-wasi", "-Os", "-g0", "-DNDEBUG", "-fno-strict-aliasing"];

/// For C, unless the project says otherwise.
const C: &[&str] = &["-std=gnu11", "-Wall"];

/// For C++. libc++'s own aborts trap, rather than print through stdio.
const CPP: &[&str] = &["-Wall", "-fno-exceptions", "-fno-rtti", "-D_LIBCPP_VERBOSE_ABORT(...)=__builtin_trap()"];

/// A library whose constructors run when it starts, of what is called and nothing else, with its stack where an
/// overflow traps.
const LINKED: &[&str] = &["-mexec-model=reactor", "-Wl,--gc-sections", "-Wl,-z,stack-size=262144"];

/// Builds a plugin whose sources are C.
pub(super) fn c(project: &Project<'_>) -> anyhow::Result<Vec<u8>> {
    let mut native = Native::new(project)?;
    let flags = native.flags.all().to_vec();
    native.add("cc", C, &flags, &sources(project.directory, "src", "c")?);
    native.finish("cc")
}

/// Builds a plugin whose sources are C++, with C beside them.
pub(super) fn cpp(project: &Project<'_>) -> anyhow::Result<Vec<u8>> {
    let mut native = Native::new(project)?;
    let (all, shared) = (native.flags.all().to_vec(), native.flags.of_any_language());
    native.add("c++", CPP, &all, &sources(project.directory, "src", "cpp")?);
    native.add("cc", C, &shared, &sources(project.directory, "src", "c")?);
    native.finish("c++")
}

/// A plugin on its way to a core module.
struct Native<'a> {
    project: &'a Project<'a>,
    zig: OsString,
    flags: Flags,
    compilers: Vec<Command>,
    objects: Vec<PathBuf>,
}

impl<'a> Native<'a> {
    /// With the SDK's sources to be compiled.
    fn new(project: &'a Project<'a>) -> anyhow::Result<Self> {
        let (zig, flags) = (zig(project.directory)?, Flags::read(project.directory)?);
        let mut native = Self { project, zig, flags, compilers: Vec::new(), objects: Vec::new() };
        let (sdk, shared) = (native.flags.sdk().to_owned(), native.flags.of_any_language());
        for folder in ["src", "src/quality"] {
            native.add("cc", C, &shared, &sources(project.directory, &format!("{sdk}/{folder}"), "c")?);
        }
        Ok(native)
    }

    fn add(&mut self, command: &str, options: &[&str], flags: &[String], sources: &[String]) {
        for source in sources {
            // The plugin and the SDK may have files of one name.
            let object = self.project.scratch.join(format!("{}.o", self.objects.len()));
            let mut compiler = self.zig(command);
            compiler.args(options).args(flags).arg("-c").arg(source).arg("-o").arg(&object);
            self.compilers.push(compiler);
            self.objects.push(object);
        }
    }

    /// Compiles, links, and makes a component of it.
    fn finish(mut self, linker: &str) -> anyhow::Result<Vec<u8>> {
        let directory = self.project.directory;
        side_by_side(std::mem::take(&mut self.compilers), directory)?;
        let module = self.project.scratch.join("plugin.wasm");
        let mut link = self.zig(linker);
        link.args(LINKED).arg("-o").arg(&module).args(&self.objects);
        run(ZIG, &mut link, directory)?;
        // zig's own run-time library has debug information, 900 kB of it; stripping would take functions' names too.
        let module = gantry_component::without_sections(&made_by(ZIG, &module)?, ".debug_")?;
        Ok(gantry_component::encode(&module, &self.project.manifest.wants, Some(adapter::small()?))?)
    }

    /// In the plugin's folder, where its flags' paths begin.
    fn zig(&self, command: &str) -> Command {
        let mut zig = Command::new(&self.zig);
        zig.arg(command).args(EVERY).current_dir(self.project.directory);
        zig
    }
}

/// Runs compilers, as many at once as there are processors; the first failure, if there is one.
fn side_by_side(commands: Vec<Command>, directory: &Path) -> anyhow::Result<()> {
    let queue = Mutex::new(commands);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let work = || -> anyhow::Result<()> {
        while let Some(mut command) = next() {
            run(ZIG, &mut command, directory)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let count = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
        let ended = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Err(anyhow!("a worker failed"))));
        ended.collect::<Vec<_>>().into_iter().collect()
    })
}

fn zig(directory: &Path) -> Result<OsString, BuildError> {
    if let Some(zig) = std::env::var_os(VARIABLE) {
        return Ok(zig);
    }
    let found = PACKAGED.find(directory).or_else(|missing| PLAIN.find(directory).map_err(|_| missing));
    found.map(PathBuf::into_os_string)
}

/// The sources of one kind in a folder, sorted, as the compiler finds them from the plugin's folder. A folder that isn't
/// there holds none.
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
