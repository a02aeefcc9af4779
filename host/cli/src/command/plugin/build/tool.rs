//! The tools of other languages' kits: where they are found, how they are run, and what is said when one is missing.
//!
//! A plugin's own folder comes first, so that a project decides on its tools' versions; then the folders above it, as
//! their package managers search; then the PATH.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::BuildError;

/// A tool, and where plugins keep it.
pub(super) struct Tool {
    /// As it is called.
    pub(super) name: &'static str,
    /// Folders below the plugin's, or below one above it, that may hold it: `node_modules/.bin`.
    pub(super) places: &'static [&'static str],
    /// The command that installs it.
    pub(super) install: &'static str,
}

impl Tool {
    /// Where it is.
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
        let mut looked: Vec<_> = self.places.iter().map(|place| directory.join(place).display().to_string()).collect();
        if !looked.is_empty() {
            looked.push("the folders above".to_owned());
        }
        looked.push("the PATH".to_owned());
        BuildError::NoTool { tool: self.name, looked: looked.join(", "), install: self.install }
    }
}

/// Runs a tool in the plugin's folder to its end. Its complaints are shown as they come; what it prints beside them is
/// shown when it fails, since nobody reads it otherwise.
pub(super) fn run(tool: &'static str, command: &mut Command, directory: &Path) -> anyhow::Result<()> {
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    let ended = command.output().with_context(|| format!("failed to start {tool}"))?;
    if ended.status.success() {
        return Ok(());
    }
    let _ = std::io::stderr().write_all(&ended.stdout);
    Err(BuildError::ToolFailed { tool, directory: directory.to_owned(), status: ended.status }.into())
}

/// What a tool should have left behind.
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
        let (plugin, elsewhere) = (top.path().join("plugins/orders"), top.path().join("bin"));
        let find = || TOOL.find_in(&plugin, elsewhere.as_os_str());
        assert_eq!(find(), None);
        let on_path = program(&elsewhere);
        assert_eq!(find(), Some(on_path));
        let above = program(&top.path().join("kit/bin"));
        assert_eq!(find(), Some(above));
        let own = program(&plugin.join("kit/bin"));
        assert_eq!(find(), Some(own.clone()));
        std::fs::set_permissions(&own, PermissionsExt::from_mode(0o644)).unwrap();
        assert_ne!(find(), Some(own), "what can't be executed is no tool");
    }
}
