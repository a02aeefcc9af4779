//! Command lines that can't be understood: as text, as clap words it, or as JSON where JSON is asked for. The arguments as a
//! whole could not be read then, so the format is looked for among them.

use std::ffi::OsStr;
use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::exit::{Exit, Failure};
use crate::output::{Color, Format, Output};

/// Prints the error, or the help or version that was asked for; returns the exit code.
pub(crate) fn report(error: &clap::Error) -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let from_environment = std::env::var_os("GANTRY_FORMAT");
    if !error.use_stderr() || !is_json(&arguments, from_environment.as_deref()) {
        error.exit();
    }
    Failure::new(Exit::Usage, anyhow::anyhow!(message(error))).report(&Output::new(Format::Json, Color::Never))
}

/// Whether these arguments, or the environment without any, ask for JSON.
fn is_json<S: AsRef<OsStr>>(arguments: &[S], from_environment: Option<&OsStr>) -> bool {
    let options: Vec<_> = arguments.iter().map(AsRef::as_ref).take_while(|argument| *argument != "--").collect();
    let separate = options.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json");
    let joined = options.iter().any(|argument| *argument == "--format=json");
    let is_stated = options.iter().any(|argument| argument.to_string_lossy().starts_with("--format"));
    separate || joined || (!is_stated && from_environment.is_some_and(|format| format == "json"))
}

/// What is wrong, without the usage and hints that follow it.
fn message(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "a command is missing; `--help` lists them".to_owned();
    }
    let text = error.render().to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    let lines: Vec<_> = first.trim_start_matches("error: ").lines().map(str::trim).collect();
    lines.join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_asked_for_by_the_option_or_else_by_the_environment() {
        assert!(is_json(&["dlq", "list", "--format", "json"], None));
        assert!(is_json(&["--format=json", "frobnicate"], None));
        assert!(is_json(&["frobnicate"], Some("json".as_ref())));
        assert!(!is_json(&["frobnicate", "--format", "human"], Some("json".as_ref())));
        assert!(!is_json(&["run", "flows", "--log-format", "json"], None));
        assert!(!is_json(&["dlq", "show", "--", "--format", "json"], None));
    }
}
