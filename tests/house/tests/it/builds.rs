//! What is compiled for a newcomer: the example's build must serve the tests as well, or wasmtime is compiled twice.

use std::collections::BTreeSet;
use std::process::Command;

use gantry_house::{file, root};

/// The packages the example builds, and thus not among what it shares: each selection builds its own binaries.
const BUILT: [&str; 2] = ["gantry", "gantry-example-quick-win"];

/// The package with its version, and the features it is built with.
type Crate = (String, String);

/// What the example's script hands to `cargo build` for its binaries; plugins are built for another target.
fn example_arguments() -> Vec<String> {
    let script = file("examples/1-quick-win/run.sh").text;
    let builds = script.lines().filter_map(|line| line.strip_prefix("cargo build "));
    let builds: Vec<_> = builds.filter(|arguments| !arguments.contains("--target ")).collect();
    let [build] = builds[..] else { panic!("the example builds once, not {} times", builds.len()) };
    build.split_whitespace().map(str::to_owned).collect()
}

/// Every crate that this selection compiles, in each of its forms: a crate that compile-time code needs with other
/// features than the host is compiled twice.
fn compiled(edges: &str, selection: &[String]) -> BTreeSet<Crate> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--prefix", "none", "--format", "{p}|{f}", "--edges", edges]);
    let output = cargo.args(selection).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    // What was listed before is marked, and its dependencies are left out.
    let crates = tree.lines().filter_map(|line| line.trim_end_matches(" (*)").split_once('|'));
    crates
        .map(|(package, features)| (package.replace(" (proc-macro)", ""), features.to_owned()))
        .filter(|(package, _)| !BUILT.contains(&package.split(' ').next().unwrap_or_default()))
        .collect()
}

#[test]
fn one_build_serves_the_example_and_the_tests() {
    let example = compiled("normal,build", &example_arguments());
    let packages: BTreeSet<_> = example.iter().map(|(package, _)| package).collect();
    assert!(packages.len() > 100 && packages.iter().any(|package| package.starts_with("wasmtime ")), "{packages:?}");

    // Tests take the features of dev-dependencies in.
    let mut tests = compiled("normal,build,dev", &["--workspace".to_owned(), "--locked".to_owned()]);
    tests.retain(|(package, _)| packages.contains(package));
    let only_example: Vec<_> = example.difference(&tests).collect();
    let only_tests: Vec<_> = tests.difference(&example).collect();
    assert!(
        only_example.is_empty() && only_tests.is_empty(),
        "these would be compiled twice, once for the example: {only_example:#?}\nand once for the tests: {only_tests:#?}\n\
         Ask for the wider features in host/cli/Cargo.toml, where others are."
    );
}
