//! `gantry check`, `gantry run` and `gantry reload` leave compiling to a process of its own: the process can be seen, and
//! when it is killed, the plugin is refused and the command, or the host, lives to say so.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::bombs;

/// The exit code of a plugin that is refused.
const PLUGIN_REFUSED: i32 = 4;
/// How long a host may take to bind its ports, or to start a compiler.
const PATIENCE: Duration = Duration::from_secs(60);

/// A component that keeps a compiler busy until it is found and killed.
fn bomb() -> Vec<u8> {
    bombs::nested_loops(8_000, 4_000)
}

/// A directory with a host file and, below `flows`, one flow with this plugin.
fn directory(flow: &str, plugin: &[u8]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("flows")).unwrap();
    let host =
        "[intake]\nlisten = \"127.0.0.1:0\"\n[admin]\nlisten = \"127.0.0.1:0\"\n[store]\ndisk_reserve = \"1MiB\"\n";
    std::fs::write(dir.path().join("gantry.toml"), host).unwrap();
    add(dir.path(), flow, plugin);
    dir
}

fn add(dir: &Path, flow: &str, plugin: &[u8]) {
    std::fs::write(dir.join(format!("flows/{flow}.wasm")), plugin).unwrap();
    let text = format!(
        "[flow]\nname = \"{flow}\"\n[source.webhook]\npath = \"/{flow}\"\nverify = \"none\"\n[[step]]\n\
         plugin = \"{flow}.wasm\"\n[target.archive.file]\npath = \"{flow}.ndjson\"\n"
    );
    std::fs::write(dir.join(format!("flows/{flow}.toml")), text).unwrap();
}

fn gantry(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gantry"));
    for variable in ["GANTRY_FORMAT", "GANTRY_CONFIG", "GANTRY_DATA"] {
        command.env_remove(variable);
    }
    command.args(arguments).current_dir(dir).stdin(Stdio::null());
    command
}

/// Waits until this process has one that compiles, and kills that one.
fn kill_compiler_of(parent: u32) {
    let until = Instant::now() + PATIENCE;
    let compiler = loop {
        if let Some(compiler) = compiler_of(parent) {
            break compiler;
        }
        assert!(Instant::now() < until, "nobody compiles");
        std::thread::yield_now();
    };
    let killed = Command::new("kill").args(["-KILL", &compiler.to_string()]).status();
    assert!(killed.is_ok_and(|status| status.success()));
}

/// The process below this one that was started to compile.
fn compiler_of(parent: u32) -> Option<u32> {
    let mut pids =
        std::fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.find(|pid| is_compiler_of(*pid, parent))
}

fn is_compiler_of(pid: u32, parent: u32) -> bool {
    // A process that has ended in the meantime has no files.
    let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let is_child = read("status").lines().any(|line| line.split_whitespace().eq(["PPid:", &parent.to_string()]));
    is_child && read("cmdline").split('\0').nth(1) == Some("compile-component")
}

/// Runs a command, kills its compiler, and asserts that the command reports it.
fn refuses(dir: &Path, arguments: &[&str]) {
    let command = gantry(dir, arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    kill_compiler_of(command.id());
    let output = command.wait_with_output().unwrap();
    assert!(errors(&output).contains("the compiler's process died"), "{arguments:?}: {}", errors(&output));
    assert_eq!(output.status.code(), Some(PLUGIN_REFUSED), "{arguments:?}: {}", errors(&output));
}

/// The errors it printed, without the line breaks, which depend on the length of a temporary path.
fn errors(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr).replace("\n  | ", " ");
    errors.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(target_os = "linux")]
#[test]
fn check_and_run_compile_in_a_process_whose_death_refuses_the_plugin_and_nothing_more() {
    let dir = directory("bomb", &bomb());
    refuses(dir.path(), &["check", "--offline", "flows"]);
    refuses(dir.path(), &["run", "flows", "--data", "data"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_running_host_outlives_the_compiler_of_a_bomb_it_is_handed_and_goes_on_taking_in() {
    let dir = directory("echo", gantry_guests::ECHO);
    let mut host = Running::start(dir.path());
    add(dir.path(), "bomb", &bomb());
    let reload = gantry(dir.path(), &["reload", "--data", "data"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let reload = reload.unwrap();
    kill_compiler_of(host.child.id());
    let reload = reload.wait_with_output().unwrap();
    assert!(!reload.status.success() && errors(&reload).contains("the compiler's process died"), "{}", errors(&reload));
    assert_eq!(host.child.try_wait().unwrap(), None, "the host died with it");
    assert!(host.post("/echo").starts_with("HTTP/1.1 202"));
}

/// A host; killed when dropped.
struct Running {
    child: Child,
    intake: String,
}

impl Running {
    fn start(dir: &Path) -> Self {
        let mut child = gantry(dir, &["run", "flows", "--data", "data"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let until = Instant::now() + PATIENCE;
        loop {
            let file = std::fs::read(dir.join("data/host.json")).unwrap_or_default();
            if let Ok(serde_json::Value::Object(host)) = serde_json::from_slice(&file)
                && let Some(intake) = host["intake"].as_str()
            {
                return Self { child, intake: intake.to_owned() };
            }
            assert!(child.try_wait().unwrap().is_none() && Instant::now() < until, "the host did not start");
            std::thread::yield_now();
        }
    }

    /// The beginning of the answer to a message.
    fn post(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.intake).unwrap();
        write!(stream, "POST {path} HTTP/1.1\r\nhost: test\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
