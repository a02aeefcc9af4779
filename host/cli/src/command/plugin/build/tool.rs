//! Finds and runs the build tools of the languages.
//!
//! The search begins in the plugin's folder, so that a project determines its tools' versions; then come the folders
//! above it, as in package managers, then the PATH.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::BuildError;

/// A tool, and where projects install it.
pub(super) struct Tool {
    /// Its name.
    pub(super) name: &'static str,
    /// Folders that may contain it, relative to the plugin's folder or one above: `node_modules/.bin`.
    pub(super) places: &'static [&'static str],
    /// The command that installs it.
    pub(super) install: &'static str,
}

impl Tool {
    /// Finds it.
    pub(super) fn find(&self, directory: &Path) -> Result<PathBuf, BuildError> {
        let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
        let path = std::env::var_os("PATH").unwrap_or_default();
        self.find_in(&directory, &path).ok_or_else(|| self.missing(&directory))
    }

    fn find_in(&self, directory: &Path, path: &OsStr) -> Option<PathBuf> {
        let near = directory.ancestors().flat_map(|above| self.places.iter().map(move |place| above.join(place)));
        let on_path = std::env::split_paths(path).filter(|folder| folder.is_absolute());
        near.chain(on_path).map(|folder| folder.join(self.name)).find(|file| is_program(file))
    }

    fn missing(&self, directory: &Path) -> BuildError {
        let mut searched: Vec<_> =
            self.places.iter().map(|place| directory.join(place).display().to_string()).collect();
        if !searched.is_empty() {
            searched.push("the folders above".to_owned());
        }
        searched.push("the PATH".to_owned());
        BuildError::NoTool { tool: self.name, searched: searched.join(", "), install: self.install }
    }
}

/// Runs a tool in the plugin's folder. Its standard error is shown directly; its standard output is shown only if it
/// fails.
pub(super) fn run(tool: &'static str, command: &mut Command, directory: &Path) -> anyhow::Result<()> {
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    let ended = command.output().with_context(|| format!("failed to start {tool}"))?;
    if ended.status.success() {
        return Ok(());
    }
    let _ = std::io::stderr().write_all(&ended.stdout);
    Err(BuildError::ToolFailed { tool, directory: directory.to_owned(), status: ended.status }.into())
}

/// Reads the result of a tool.
pub(super) fn made_by(tool: &'static str, file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).map_err(|_| BuildError::NothingMade { tool, file: file.to_owned() }.into())
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const TOOL: Tool = Tool { name: "mill", places: &["kit/bin"], install: "npm install" };

    fn program(folder: &Path) -> PathBuf {
        std::fs::create_dir_all(folder).unwrap();
        let file = folder.join("mill");
        std::fs::write(&file, "").unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).unwrap();
        file
    }

    #[test]
    fn the_plugins_own_tool_comes_before_one_above_it_and_that_before_the_path() {
        let top = tempfile::tempdir().unwrap();
        let plugin = top.path().join("plugins/orders");
        let elsewhere = top.path().join("bin");
        let find = || TOOL.find_in(&plugin, elsewhere.as_os_str());
        assert_eq!(find(), None);
        let on_path = program(&elsewhere);
        assert_eq!(find(), Some(on_path));
        let above = program(&top.path().join("kit/bin"));
        assert_eq!(find(), Some(above));
        let own = program(&plugin.join("kit/bin"));
        assert_eq!(find(), Some(own.clone()));
        std::fs::set_permissions(&own, PermissionsExt::from_mode(0o644)).unwrap();
        assert_ne!(find(), Some(own), "a file that is not executable is not a tool");
    }
}
