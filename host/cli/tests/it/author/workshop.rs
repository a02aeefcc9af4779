//! A plugin's folder whose tools are stand-ins, and the binary run on it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Bundles by copying, with a source map of nothing; a source with the word `mistake` is refused.
const ESBUILD: &str = r#"#!/bin/sh
for last; do :; done
if grep -q mistake "$1"; then echo "$1:1: error: a mistake" >&2; exit 1; fi
cp "$1" "${last#--outfile=}"
echo '{"sources":[],"mappings":""}' > "${last#--outfile=}.map"
"#;

/// Takes the guest that the source names: `guest: echo`.
const COMPONENTIZE: &str = r#"#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in --js) js=$2 ;; --output) out=$2 ;; esac
  shift
done
name=$(sed -n 's/.*guest: //p' "$js")
if [ -n "$name" ]; then cp "GUESTS/$name.wasm" "$out"; fi
"#;

/// A plugin's folder.
pub(crate) struct Workshop {
    directory: tempfile::TempDir,
}

impl Workshop {
    /// A plugin in JavaScript that is this guest.
    pub(crate) fn of(guest: &str) -> Self {
        let workshop = Self::empty();
        workshop.write("plugin.toml", "name = \"echo\"\nversion = \"1.2.3\"\ndescription = \"Says it again\"\n");
        workshop.write("package.json", "{}");
        workshop.write("src/plugin.js", &format!("// guest: {guest}\n"));
        for (name, bytes) in gantry_guests::ALL {
            workshop.write_bytes(&format!("guests/{name}.wasm"), bytes);
        }
        let guests = workshop.path("guests").display().to_string();
        for (tool, script) in [("esbuild", ESBUILD), ("componentize-qjs", COMPONENTIZE)] {
            workshop.write_program(&format!("node_modules/.bin/{tool}"), &script.replace("GUESTS", &guests));
        }
        workshop
    }

    pub(crate) fn empty() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        self.write_bytes(name, text.as_bytes());
    }

    pub(crate) fn write_bytes(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Written by a process of its own: a child that another test is starting at this moment would have a file of ours
    /// open for writing, and what is open for writing can't be executed.
    fn write_program(&self, name: &str, script: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut writer = Command::new("sh")
            .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
            .arg(&path)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        writer.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        assert!(writer.wait().unwrap().success());
    }

    /// `gantry` in this folder, with nothing of the machine's own settings.
    pub(crate) fn gantry(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gantry"));
        for variable in ["GANTRY_FORMAT", "NO_COLOR", "GANTRY_ZIG"] {
            command.env_remove(variable);
        }
        command.args(arguments).current_dir(self.directory.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        self.ended(&mut self.gantry(arguments))
    }

    /// Exit code, standard output and error output; with the folder's path, another in each run, as `DIR`.
    pub(crate) fn ended(&self, command: &mut Command) -> (i32, String, String) {
        let output = command.output().unwrap();
        let directory = self.directory.path().display().to_string();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&directory, "DIR");
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    }
}
