//! How commands end: the table of exit codes, and failures with their exit code.
//!
//! Scripts rely on these numbers; `docs/reference/exit-codes.md` publishes them, and a test compares the two.

use std::process::ExitCode;

use gantry_config::Diagnostics;
use gantry_core::coded_enum;
use serde::Serialize;

use crate::output::{Format, Output};

coded_enum! {
    /// How a command ended. The number is the exit code, the name is for JSON.
    #[repr(u8)]
    pub(crate) enum Exit {
        /// The command succeeded.
        Ok = 0 => "ok",
        /// Something unexpected failed; the message says what.
        Internal = 1 => "internal",
        /// The command line can't be understood, or asks for something that can't be done.
        Usage = 2 => "usage",
        /// Flows or host settings have mistakes, each listed with its place (`gantry run` leaves out a flow with mistakes,
        /// unless it is `--strict` or no flow can run); `check --strict` found warnings; or a port that they name can't be
        /// bound.
        InvalidConfig = 3 => "invalid_config",
        /// A plugin is refused, can't be built, or fails its golden cases.
        PluginRefused = 4 => "plugin_refused",
        /// No host runs on the data directory, or the one that does gives no answer; or no host ever ran there.
        HostUnreachable = 5 => "host_unreachable",
        /// The store can't be opened: damaged, in use by another process, or in a data directory that can't be used or belongs to another user.
        StoreUnavailable = 6 => "store_unavailable",
        /// The requested object does not exist.
        NotFound = 7 => "not_found",
        /// The work is done, but a flow missed its success criteria, messages were left in flight, or a job's messages
        /// failed again, or would as a dry run says; or a patch applies to none of the dead letters that it is for.
        CriteriaMissed = 8 => "criteria_missed",
        /// A deployment waits for its operator: `gantry deploy approve` or `gantry deploy rollback`; or settings of the host
        /// file, which `gantry reload` names, wait for a restart.
        Waiting = 9 => "waiting",
        /// `gantry status` found something that needs somebody; it names what, and the command that comes next.
        Attention = 10 => "attention",
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    /// Empty if everything was already printed.
    errors: Vec<anyhow::Error>,
    /// Mistakes in files, for programs.
    diagnostics: Option<serde_json::Value>,
}

impl Failure {
    /// A failure with this exit code.
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, errors: vec![error.into()], diagnostics: None }
    }

    /// A failure that the command has already printed.
    pub(crate) const fn said(exit: Exit) -> Self {
        Self { exit, errors: Vec::new(), diagnostics: None }
    }

    /// Several failures at once.
    pub(crate) const fn many(exit: Exit, errors: Vec<anyhow::Error>) -> Self {
        Self { exit, errors, diagnostics: None }
    }

    /// A failure because of mistakes in files. For people they are printed here, with their lines.
    pub(crate) fn mistakes(exit: Exit, message: &'static str, found: &Diagnostics, output: &Output) -> Self {
        match output.format {
            Format::Human => {
                output.complain_about(found);
                Self::said(exit)
            }
            Format::Json => Self::with_diagnostics(exit, message, serde_json::json!(found)),
        }
    }

    /// A failure with mistakes in files, which are part of the error where it is JSON.
    pub(crate) fn with_diagnostics(exit: Exit, message: &'static str, diagnostics: serde_json::Value) -> Self {
        Self { diagnostics: Some(diagnostics), ..Self::new(exit, anyhow::anyhow!(message)) }
    }

    /// Combines all failures of a list, with the code of the first; succeeds if the list is empty.
    pub(crate) fn combine(failures: Vec<impl Into<Self>>) -> Result<(), Self> {
        let mut failures = failures.into_iter().map(Into::into);
        let Some(mut all) = failures.next() else { return Ok(()) };
        failures.for_each(|failure: Self| all.errors.extend(failure.errors));
        Err(all)
    }

    /// Prints the errors with their causes; returns the exit code.
    pub(crate) fn report(&self, output: &Output) -> ExitCode {
        for error in &self.errors {
            match output.format {
                Format::Human => output.complain(&chain(error)),
                Format::Json => output.complain_json(&self.to_json(error)),
            }
        }
        self.exit.into()
    }

    fn to_json(&self, error: &anyhow::Error) -> serde_json::Value {
        let causes: Vec<_> = error.chain().skip(1).map(ToString::to_string).collect();
        let described = Described {
            code: self.exit.name(),
            exit_code: self.exit as u8,
            message: error.to_string(),
            causes,
            diagnostics: self.diagnostics.as_ref(),
        };
        serde_json::json!({ "error": described })
    }
}

/// An error as JSON.
#[derive(Serialize)]
struct Described<'a> {
    code: &'static str,
    exit_code: u8,
    message: String,
    causes: Vec<String>,
    /// Mistakes in files, where they are the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostics: Option<&'a serde_json::Value>,
}

/// Errors without a specific exit code.
macro_rules! internal {
    ($($error:ty),*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(Exit::Internal, error)
            }
        })*
    };
}

internal!(
    anyhow::Error,
    std::io::Error,
    serde_json::Error,
    tokio::task::JoinError,
    gantry_runtime::StartError,
    gantry_control::publish::CatalogueFolderError
);

/// Gives a failure its exit code.
pub(crate) trait OrExit<T> {
    /// The value, or a failure with this exit code.
    fn or_exit(self, exit: Exit) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> OrExit<T> for Result<T, E> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(exit, error))
    }
}

/// `gantry: error`, then one line for each cause that the line before does not already state.
fn chain(error: &anyhow::Error) -> String {
    let mut text = format!("gantry: {error}");
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.ends_with(&cause) {
            text.push_str("\n  because: ");
            text.push_str(&cause.replace('\n', "\n           "));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/exit-codes.md");

    #[test]
    fn the_documentation_has_the_same_table() {
        let page = std::fs::read_to_string(PAGE).unwrap();
        let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| code")).collect();
        let table: Vec<_> = Exit::ALL
            .iter()
            .map(|exit| format!("| {} | `{}` | {} |", *exit as u8, exit.name(), exit.meaning()))
            .collect();
        assert_eq!(rows, table);
    }

    #[test]
    fn a_chain_names_every_cause_once() {
        let error = anyhow::anyhow!("no space left").context("failed to write a.wasm").context("failed to build: no");
        assert_eq!(
            chain(&error),
            "gantry: failed to build: no\n  because: failed to write a.wasm\n  because: no space left"
        );
    }
}
