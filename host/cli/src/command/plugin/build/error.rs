//! Why a plugin can't be built. Each message says what was found, what was expected, and what to type next.

use std::path::PathBuf;
use std::process::ExitStatus;

use crate::command::plugin::language::PROJECT_FILES;

/// The plugin can't be built.
#[derive(Debug, thiserror::Error)]
pub(super) enum BuildError {
    /// Nothing in the folder says which language it is.
    #[error(
        "{} holds no project of a known language: there is none of {PROJECT_FILES}. For another language, build the \
         component, or the core module, with its own tools and give it with `--component FILE`; `gantry plugin new \
         NAME --lang LANGUAGE` writes a project to begin with",
        directory.display()
    )]
    NoProject {
        /// The plugin's folder.
        directory: PathBuf,
    },
    /// A tool isn't where it is looked for.
    #[error("`{tool}` is not installed: looked for it in {looked}; run `{install}`")]
    NoTool {
        /// As it is called.
        tool: &'static str,
        /// Everywhere it was looked for.
        looked: String,
        /// The command that installs it.
        install: &'static str,
    },
    /// A project that doesn't say where its SDK is.
    #[error("{} names no folder that holds the SDK: add the line `{flag}`", file.display())]
    NoSdk {
        /// The project's file.
        file: PathBuf,
        /// What would name it.
        flag: &'static str,
    },
    /// The plugin uses an ability that its `plugin.toml` doesn't ask for.
    #[error(
        "the plugin imports {module}, which plugin.toml does not ask for: add `{line}` under [wants], or drop the import"
    )]
    Unwanted {
        /// The SDK's module with that ability.
        module: &'static str,
        /// What would ask for it.
        line: &'static str,
    },
    /// The tool gave up, and said why.
    #[error("{tool} could not build {} ({status}); its messages are above", directory.display())]
    ToolFailed {
        /// As it is called.
        tool: &'static str,
        /// The plugin's folder.
        directory: PathBuf,
        /// How it ended.
        status: ExitStatus,
    },
    /// The tool is content, but what it should have made isn't there.
    #[error("{tool} ended well but made no {}: run it by hand to see what it does", file.display())]
    NothingMade {
        /// As it is called.
        tool: &'static str,
        /// Where the result was expected.
        file: PathBuf,
    },
}
