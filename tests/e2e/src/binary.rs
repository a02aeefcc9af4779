//! The real binary, and plugins built with it, as users have them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{LazyLock, Mutex};

/// The repository's root.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The shared real data beside the checkout. If it is absent, prints that and returns none.
#[must_use]
pub fn shared_data(what: &str) -> Option<PathBuf> {
    let path = repository().join("../shared/data").join(what);
    if !path.exists() {
        eprintln!("not run here: the real data {} is absent", path.display());
        return None;
    }
    Some(path)
}

/// The `gantry` binary, built in the profile the tests run in; another one if `GANTRY_BINARY` names it, to compare versions.
#[must_use]
pub fn gantry() -> &'static Path {
    static BINARY: LazyLock<PathBuf> = LazyLock::new(|| {
        if let Some(other) = std::env::var_os("GANTRY_BINARY") {
            return other.into();
        }
        let output = Command::new(env!("CARGO"))
            // The same features as for the tests, so that wasmtime is not compiled a second time.
            .args(["build", "--quiet", "--locked", "--workspace", "--bins", "--examples", "--message-format=json"])
            .current_dir(repository())
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "cargo failed to build gantry");
        let messages = String::from_utf8(output.stdout).expect("cargo speaks UTF-8");
        let executable = messages.lines().rev().find_map(|line| {
            let message: serde_json::Value = serde_json::from_str(line).ok()?;
            let built = message["target"]["name"] == "gantry" && message["target"]["kind"][0] == "bin";
            message["executable"].as_str().filter(|_| built).map(PathBuf::from)
        });
        executable.expect("cargo names the executable")
    });
    &BINARY
}

/// Runs `gantry` with these arguments to its end.
pub fn run_gantry<S: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = S>) -> Output {
    Command::new(gantry()).args(args).stdin(Stdio::null()).output().expect("gantry runs")
}

/// A first-party plugin, built by `gantry plugin build` once per test run.
#[must_use]
pub fn plugin(name: &str) -> PathBuf {
    static BUILDING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = BUILDING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let source = repository().join("plugins").join(name);
    let built = gantry().with_file_name("e2e-plugins").join(format!("{name}.wasm"));
    std::fs::create_dir_all(built.parent().expect("a parent")).expect("a directory for plugins");
    let output =
        run_gantry(["plugin".as_ref(), "build".as_ref(), source.as_os_str(), "-o".as_ref(), built.as_os_str()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    built
}

/// A test guest as a file, to be named in a flow.
#[must_use]
pub fn guest(name: &str) -> PathBuf {
    let bytes = gantry_guests::ALL.iter().find(|(guest, _)| *guest == name).map(|(_, bytes)| *bytes);
    let bytes = bytes.unwrap_or_else(|| panic!("there is no guest `{name}`"));
    let dir = std::env::current_exe().expect("a test binary").with_file_name("e2e-guests");
    let file = dir.join(format!("{name}-{}.wasm", &gantry_core::Digest::of(bytes).to_string()[7..23]));
    if !file.exists() {
        std::fs::create_dir_all(&dir).expect("a directory for guests");
        let part = dir.join(format!("{name}.{}.part", unique()));
        std::fs::write(&part, bytes).expect("a guest file");
        std::fs::rename(part, &file).expect("a guest file");
    }
    file
}

/// Another version of a guest: it behaves the same, but its bytes and so its digest differ.
#[must_use]
pub fn another_version(guest: &Path, n: u8) -> Vec<u8> {
    let mut bytes = std::fs::read(guest).expect("a guest");
    // A custom section: id, size, length of the name, name, one byte.
    bytes.extend([0, 9, 7]);
    bytes.extend(b"version");
    bytes.push(n);
    bytes
}

/// A guest with another version in its manifest; it behaves the same.
#[must_use]
pub fn versioned(guest: &str, version: &str) -> Vec<u8> {
    let bytes = std::fs::read(self::guest(guest)).expect("a guest");
    let inspection = gantry_component::inspect(&bytes).expect("a plugin");
    let manifest = inspection.require_manifest().expect("a manifest").clone();
    let manifest = gantry_core::Manifest { version: version.to_owned(), ..manifest };
    gantry_component::embed(&bytes, &manifest).expect("a plugin with another manifest")
}

/// A plugin with these golden cases in it, each a name and a text.
#[must_use]
pub fn with_cases(plugin: &[u8], cases: &[(&str, &str)]) -> Vec<u8> {
    let mut files = Vec::with_capacity(cases.len());
    for (name, text) in cases {
        files.push(gantry_component::CaseFile { name: (*name).to_owned(), text: (*text).to_owned() });
    }
    gantry_component::embed_cases(plugin, &files).expect("a plugin with cases")
}

/// Replaces a file as deployments should: under another name first, then renamed.
pub fn replace(file: &Path, bytes: impl AsRef<[u8]>) {
    let part = file.with_extension("part");
    std::fs::write(&part, bytes).expect("a file");
    std::fs::rename(part, file).expect("a file in place");
}

fn unique() -> gantry_core::MessageId {
    gantry_core::MessageId::generate()
}
