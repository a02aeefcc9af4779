//! Why a plugin can't be built. Each message says what was found, what was expected, and what to do.

use std::path::PathBuf;
use std::process::ExitStatus;

use crate::command::plugin::language::PROJECT_FILES;

/// The plugin can't be built.
#[derive(Debug, thiserror::Error)]
pub(super) enum BuildError {
    /// The folder has no project file of a known language.
    #[error(
        "{} has no project of a known language: none of {PROJECT_FILES} exists. For another language, build the \
         component, or the core module, with its own tools and give it with `--component FILE`; `gantry plugin new \
         NAME --lang LANGUAGE` creates a new project",
        directory.display()
    )]
    NoProject {
        /// The plugin's folder.
        directory: PathBuf,
    },
    /// A tool was not found.
    #[error("`{tool}` was not found in {searched}; install it with `{install}`")]
    NoTool {
        /// Its name.
        tool: &'static str,
        /// The places that were searched.
        searched: String,
        /// The command that installs it.
        install: &'static str,
    },
    /// The project does not state where its SDK is.
    #[error("{} has no include path to the SDK: add the line `{flag}`", file.display())]
    NoSdk {
        /// The project's file.
        file: PathBuf,
        /// The missing line.
        flag: &'static str,
    },
    /// The plugin uses a capability that its `plugin.toml` does not ask for.
    #[error(
        "the plugin imports {module}, which plugin.toml does not ask for: add `{line}` under [wants], or remove the import"
    )]
    Unwanted {
        /// The SDK's module with that capability.
        module: &'static str,
        /// The line that asks for it.
        line: &'static str,
    },
    /// The tool failed and printed why.
    #[error("{tool} failed to build {} ({status}); see its messages above", directory.display())]
    ToolFailed {
        /// Its name.
        tool: &'static str,
        /// The plugin's folder.
        directory: PathBuf,
        /// Its exit status.
        status: ExitStatus,
    },
    /// The tool succeeded, but its result is missing.
    #[error("{tool} succeeded but did not write {}: run it manually to find out why", file.display())]
    NothingMade {
        /// Its name.
        tool: &'static str,
        /// Where the result was expected.
        file: PathBuf,
    },
}
