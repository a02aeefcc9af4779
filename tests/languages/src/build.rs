//! Runs `gantry` and the languages' own tools, with the tools of the tests on the path.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::tools::path;
use crate::workplace;

/// A command with the tools of the tests on its path.
fn command(program: &OsStr) -> Command {
    let mut command = Command::new(program);
    command.env("PATH", std::env::join_paths(path()).expect("folders without colons")).stdin(Stdio::null());
    command
}

/// `gantry` with these arguments, run to its end.
pub fn gantry<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Output {
    command(gantry_e2e::gantry().as_os_str()).args(args).output().expect("gantry runs")
}

/// Runs a program in a folder and expects it to succeed. Returns what it printed.
pub fn succeeds(directory: &Path, program: &str, args: &[&str]) -> String {
    // Python finds packages here that are not installed; other tools ignore it.
    let packages = std::env::join_paths([directory.join("src"), gantry_e2e::repository().join("sdk/python/src")]);
    let mut command = command(program.as_ref());
    command.env("PYTHONPATH", packages.expect("folders without colons")).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = command.args(args).current_dir(directory).output();
    let output = output.unwrap_or_else(|error| panic!("{program} in {}: {error}", directory.display()));
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{program} {args:?} in {}\n{out}\n{err}", directory.display());
    out
}

/// The component of the plugin in this folder of the repository: built once in a test run, by `gantry plugin build`.
#[must_use]
pub fn built(folder: &str) -> PathBuf {
    static BUILT: Mutex<BTreeMap<String, Arc<OnceLock<PathBuf>>>> = Mutex::new(BTreeMap::new());
    let slot = Arc::clone(BUILT.lock().unwrap_or_else(PoisonError::into_inner).entry(folder.to_owned()).or_default());
    slot.get_or_init(|| build(folder)).clone()
}

fn build(folder: &str) -> PathBuf {
    let file = workplace::root().join("components").join(format!("{}.wasm", folder.replace('/', "-")));
    let directory = workplace(folder);
    let output =
        gantry([OsStr::new("plugin"), OsStr::new("build"), directory.as_os_str(), OsStr::new("-o"), file.as_os_str()]);
    assert!(output.status.success(), "{folder}: {}", String::from_utf8_lossy(&output.stderr));
    file
}
