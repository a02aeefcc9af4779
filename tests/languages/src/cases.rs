//! Golden cases against a component in the sandbox.

use std::ffi::OsStr;

use crate::build::{built, gantry};

/// Runs `gantry plugin test` with these arguments against the plugin in a folder of the repository, and expects this
/// many cases to pass, and none to fail.
pub fn passes(folder: &str, cases: usize, args: &[&str]) {
    let component = built(folder);
    let test = ["plugin", "test", "--component"].map(OsStr::new).into_iter().chain([component.as_os_str()]);
    let output = gantry(test.chain(args.iter().map(OsStr::new)));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{folder}\n{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(printed.contains(&format!("{cases} cases passed")), "{printed}");
}
