//! C and C++: zig's clang compiles the plugin's sources and the SDK's into one core module.
//!
//! zig brings its own C library, C++ library and linker for WebAssembly, in one package on every system. Each source is
//! compiled on its own, so that zig's cache answers for all that didn't change.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, anyhow, bail};

use super::Project;
use super::error::BuildError;
use super::tool::{Tool, made_by, run};

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

/// The file in a plugin's folder that says where its SDK is.
const SDK_FILE: &str = "gantry.build";

/// What both compilers are told. Lists of pairs are handed over between the bindings' types and the SDK's, hence no
/// strict aliasing; `assert` would bring the whole of stdio along.
const BOTH: &[&str] = &["-target", "wasm32-wasi", "-O2", "-g0", "-DNDEBUG", "-fno-strict-aliasing", "-Wall"];

/// A library whose constructors run when it starts, of what is called and nothing else, with its stack where an
/// overflow traps.
const LINKED: &[&str] = &["-mexec-model=reactor", "-Wl,--gc-sections", "-Wl,-z,stack-size=262144"];

/// A compiler for sources of one kind.
struct Compiler {
    command: &'static str,
    extension: &'static str,
    options: &'static [&'static str],
}

const C: Compiler = Compiler { command: "cc", extension: "c", options: &["-std=gnu11"] };
const CPP: Compiler =
    Compiler { command: "c++", extension: "cpp", options: &["-std=c++23", "-fno-exceptions", "-fno-rtti"] };

/// Builds a plugin whose sources are C.
pub(super) fn c(project: &Project<'_>) -> anyhow::Result<Vec<u8>> {
    build(project, &[C], &C)
}

/// Builds a plugin whose sources are C++, with C beside them.
pub(super) fn cpp(project: &Project<'_>) -> anyhow::Result<Vec<u8>> {
    build(project, &[C, CPP], &CPP)
}

fn build(project: &Project<'_>, compilers: &[Compiler], linker: &Compiler) -> anyhow::Result<Vec<u8>> {
    let (zig, sdk) = (zig(project.directory)?, sdk(project.directory)?);
    let mut units = Vec::new();
    for compiler in compilers {
        for folder in [sdk.c.join("src"), sdk.c.join("src/quality"), project.directory.join("src")] {
            for source in sources(&folder, compiler.extension)? {
                // The plugin and the SDK may have files of one name.
                let object = project.scratch.join(format!("{}.o", units.len()));
                let mut command = Command::new(&zig);
                command.arg(compiler.command).args(BOTH).args(compiler.options).args(&sdk.includes);
                command.arg("-c").arg(source).arg("-o").arg(&object);
                units.push((command, object));
            }
        }
    }
    let objects: Vec<_> = units.iter().map(|(_, object)| object.clone()).collect();
    compile(units.into_iter().map(|(command, _)| command).collect(), project.directory)?;

    let module = project.scratch.join("plugin.wasm");
    let mut link = Command::new(&zig);
    link.arg(linker.command).args(BOTH).args(LINKED).arg("-o").arg(&module).args(objects);
    run(ZIG, &mut link, project.directory)?;
    // zig's own run-time library has debug information, 900 kB of it; stripping would take the functions' names too.
    Ok(gantry_component::without_sections(&made_by(ZIG, &module)?, ".debug_")?)
}

/// Runs compilers side by side, as many as there are processors.
fn compile(commands: Vec<Command>, directory: &Path) -> anyhow::Result<()> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let queue = std::sync::Mutex::new(commands);
    let next = || queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
    let work = || -> anyhow::Result<()> {
        while let Some(mut command) = next() {
            run(ZIG, &mut command, directory)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
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

/// Where the SDK's sources and headers are.
struct Sdk {
    c: PathBuf,
    includes: Vec<OsString>,
}

/// The SDK that `gantry.build` names: `sdk/c`, or `sdk/cpp` with `sdk/c` beside it.
fn sdk(directory: &Path) -> anyhow::Result<Sdk> {
    let file = directory.join(SDK_FILE);
    let text = std::fs::read_to_string(&file).with_context(|| {
        format!("failed to read {}, which holds one line: the path to the SDK (sdk/c or sdk/cpp)", file.display())
    })?;
    let named = directory.join(text.trim());
    let c = match named.file_name().is_some_and(|name| name == "cpp") {
        true => named.with_file_name("c"),
        false => named.clone(),
    };
    if !c.join("include/gantry").is_dir() {
        bail!("{} names {}, where there is no SDK: it has a folder `include/gantry`", file.display(), c.display());
    }
    let mut includes = vec![include(&c)];
    if named != c {
        includes.push(include(&named));
    }
    Ok(Sdk { c, includes })
}

fn include(sdk: &Path) -> OsString {
    let mut option = OsString::from("-I");
    option.push(sdk.join("include"));
    option
}

/// The sources of one kind in this folder, sorted; a folder that isn't there holds none.
fn sources(folder: &Path, extension: &str) -> std::io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|found| found == extension));
    files.sort();
    Ok(files)
}
