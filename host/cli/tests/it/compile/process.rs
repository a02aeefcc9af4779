//! The limits of the process, its environment, and how each way it can end is reported.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gantry_sandbox::{CompileBounds, CompileError, CompilerProcess, LoadError, Plugin, Sandbox, SandboxConfig};

use super::bombs;

/// A compiler with these bounds that is this program with these arguments.
fn compiler(program: &str, args: &[&str], bounds: CompileBounds) -> CompilerProcess {
    CompilerProcess { program: program.into(), args: args.iter().map(Into::into).collect(), bounds }
}

fn load(compiler: CompilerProcess, component: &[u8]) -> Result<Plugin, LoadError> {
    let config = SandboxConfig { compiler: Some(compiler), instances: 2, ..SandboxConfig::default() };
    Sandbox::new(config).unwrap().load(component)
}

/// Compiles with the real binary.
fn compile(component: &[u8], bounds: CompileBounds) -> Result<Plugin, LoadError> {
    load(compiler(env!("CARGO_BIN_EXE_gantry"), &["compile-component"], bounds), component)
}

/// Why this was not compiled, as the operator reads it and as it is.
fn refused(loaded: Result<Plugin, LoadError>) -> (String, CompileError) {
    let error = loaded.unwrap_err();
    let text = error.to_string();
    match error {
        LoadError::Compile { source, .. } => (text, source),
        other => panic!("refused before it was compiled: {other}"),
    }
}

#[test]
fn what_the_process_compiles_is_what_the_host_runs() {
    for guest in [gantry_guests::ECHO, gantry_guests::LOOKUP_USER] {
        let plugin = compile(guest, CompileBounds::default()).unwrap();
        assert_eq!(plugin.reference().digest, gantry_core::Digest::of(guest));
    }
}

#[test]
fn a_compile_bomb_that_takes_memory_is_refused_and_the_host_goes_on() {
    let bounds = CompileBounds { memory_bytes: 512 << 20, ..CompileBounds::default() };
    let before = resident_peak();
    let (text, error) = refused(compile(&bombs::nested_loops(4_000, 2_000), bounds));
    assert!(matches!(error, CompileError::Memory(_)), "{text}");
    assert!(text.starts_with("plugin `nested-loops` can't be compiled: compiling took more than 512 MiB"), "{text}");
    assert!(text.contains("too large or nested too deeply"), "{text}");
    assert!(resident_peak() - before < 128 << 20, "the host itself grew");
    assert!(compile(gantry_guests::ECHO, CompileBounds::default()).is_ok());
}

#[test]
fn a_compile_bomb_that_takes_processor_time_is_refused() {
    let bounds = CompileBounds { cpu_seconds: 1, ..CompileBounds::default() };
    let (text, error) = refused(compile(&bombs::one_large_function(350_000), bounds));
    assert!(matches!(error, CompileError::Time(_)), "{text}");
    assert!(text.contains("compiling took more than 1 s"), "{text}");
}

#[test]
fn a_compiler_that_hangs_is_killed_at_the_wall_clock() {
    let bounds = CompileBounds { wall_clock: Duration::from_millis(300), ..CompileBounds::default() };
    let start = Instant::now();
    let (text, error) = refused(load(compiler("/bin/sleep", &["600"], bounds), gantry_guests::ECHO));
    assert!(matches!(error, CompileError::Time(_)), "{text}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn code_beyond_its_bound_is_not_taken() {
    let bounds = CompileBounds { code_bytes: 10_000, ..CompileBounds::default() };
    let (text, error) = refused(compile(gantry_guests::ECHO, bounds));
    assert!(matches!(error, CompileError::Code(10_000)), "{text}");
}

#[test]
fn a_compiler_that_dies_is_no_code_and_no_crash() {
    let (text, error) = refused(load(compiler("/bin/false", &[], CompileBounds::default()), gantry_guests::ECHO));
    assert!(matches!(error, CompileError::Died(_)), "{text}");
    let (_, error) = refused(load(compiler("/no/such/compiler", &[], CompileBounds::default()), gantry_guests::ECHO));
    assert!(matches!(error, CompileError::Process(_)));
}

#[test]
fn code_of_another_engine_is_refused() {
    let echo_back = compiler("/bin/sh", &["-c", "cat"], CompileBounds::default());
    let (text, error) = refused(load(echo_back, gantry_guests::ECHO));
    assert!(matches!(error, CompileError::Engine(_)), "{text}");
}

#[test]
fn the_compiler_is_given_no_environment_no_files_and_no_directory_of_the_host() {
    let open = tempfile::Builder::new().prefix("of-the-host").tempfile().unwrap();
    let look = "echo \"at $(pwd)\" >&2; env >&2; ls -l /proc/$$/fd | grep -o of-the-host >&2; exit 1";
    let (text, _) = refused(load(compiler("/bin/sh", &["-c", look], CompileBounds::default()), gantry_guests::ECHO));
    assert!(text.contains("at /\\n") && !text.contains("of-the-host"), "{text}");
    // The last three are the shell's own.
    let known = ["RAYON_NUM_THREADS", "MALLOC_ARENA_MAX", "PWD", "SHLVL", "_"];
    let names = text.split(r"\n").filter_map(|line| line.split_once('=')).map(|(name, _)| name);
    let strange: Vec<_> = names.filter(|name| !known.contains(name)).collect();
    assert!(strange.is_empty(), "{strange:?}");
    drop(open);
}

#[cfg(target_os = "linux")]
#[test]
fn the_process_is_bounded_before_it_reads_a_byte() {
    let mut process = Command::new(env!("CARGO_BIN_EXE_gantry"))
        .args(["compile-component", "1073741824", "17"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let path = format!("/proc/{}/limits", process.id());
    let bounded = |limits: &str| {
        let has = |name: &str, soft: &str, hard: &str| {
            let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let line = limits.lines().find(|line| line.starts_with(name)).map(|line| words(&line[name.len()..]));
            line.is_some_and(|words| words[0] == soft && words[1] == hard)
        };
        has("Max core file size", "0", "0")
            && has("Max file size", "0", "0")
            && has("Max open files", "3", "3")
            && has("Max address space", "1073741824", "1073741824")
            && has("Max cpu time", "17", "18")
    };
    // Nothing was written to its input, which stays open: whatever holds now holds before the first byte.
    let until = Instant::now() + Duration::from_secs(20);
    while !bounded(&std::fs::read_to_string(&path).unwrap_or_default()) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    let limits = std::fs::read_to_string(&path).unwrap();
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(bounded(&limits), "{limits}");
}

/// The most memory this process ever had, as Linux tells; elsewhere 0.
fn resident_peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok());
    kib.unwrap_or_default() << 10
}
