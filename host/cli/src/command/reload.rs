//! `gantry reload`: makes a running host reload its flow files.

use clap::Args;
use gantry_api::v1::{
    Diagnostic, DiagnosticCode, DiagnosticSeverity, Problem, ReloadReport, ReloadResult, RemovedFlow, SettingChange,
};
use gantry_core::FlowName;

use crate::args::{HostArgs, Who};
use crate::client::{self, Reloaded};
use crate::exit::{Exit, Failure};
use crate::output::{Format, Output};
use crate::text;

/// Reload edited flows, plugins, tables and host settings without stopping the running host
///
/// The host reads its flow files again and checks everything as at its start. If there are no mistakes, changed flows
/// are replaced and the others are not touched; otherwise nothing changes. Messages in flight end with the version they
/// began with. Settings of the host file that can change while the host runs come into force as well; those that take a
/// restart are named, and the exit code is 9.
#[derive(Debug, Args)]
pub(crate) struct Reload {
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Reload {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let by = self.who.name();
        match client::with_host(&self.host, output, async |host| Ok(host.reload(&by).await?))? {
            Reloaded::Done(report) => {
                output.print(&report, || summary(&report))?;
                restart(&report, output)
            }
            Reloaded::Refused(problem) => Err(refused(output, &problem)),
        }
    }
}

/// What takes a restart, if anything does.
fn restart(report: &ReloadReport, output: &Output) -> Result<(), Failure> {
    if report.restart.is_empty() {
        return Ok(());
    }
    if output.format == Format::Human {
        report
            .restart
            .iter()
            .for_each(|change| output.complain(&format!("warning: {}: needs a restart", setting(change))));
    }
    Err(Failure::said(Exit::Waiting))
}

fn summary(ReloadReport { result, changes, diagnostics, .. }: &ReloadReport) -> String {
    let mistakes = diagnostics.0.iter().filter(|found| {
        let is_of_reloads = matches!(found.code, DiagnosticCode::IdleDeployment | DiagnosticCode::UnknownFormer);
        is_of_reloads || found.severity == DiagnosticSeverity::Error
    });
    let mistakes: String = mistakes.map(|found| format!("\n{}", line(found))).collect();
    if *result == ReloadResult::Unchanged && changes.broken.is_empty() {
        return "nothing to do: the flows and settings already match the files".to_owned();
    }
    if *result == ReloadResult::Unchanged {
        return format!("nothing changed; still broken: {}{mistakes}", names(&changes.broken));
    }
    let removed: Vec<_> = changes.removed.iter().map(removed_flow).collect();
    let fields = text::fields(&[
        ("added", names(&changes.added)),
        ("changed", names(&changes.changed)),
        ("removed", removed.join(", ")),
        ("unchanged", names(&changes.unchanged)),
        ("broken", names(&changes.broken)),
        ("settings", changes.settings.iter().map(setting).collect::<Vec<_>>().join("; ")),
    ]);
    format!("{fields}{mistakes}")
}

fn names(flows: &[FlowName]) -> String {
    flows.iter().map(FlowName::as_str).collect::<Vec<_>>().join(", ")
}

/// `` `history.keep` changed from "7d" to "1d" ``
fn setting(SettingChange { setting, from, to }: &SettingChange) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("`{setting}` changed from {from} to {to}"),
        (None, Some(to)) => format!("`{setting}` was added: {to}"),
        (Some(from), None) => format!("`{setting}` was removed: it was {from}"),
        (None, None) => format!("`{setting}` changed"),
    }
}

fn removed_flow(RemovedFlow { flow, waiting, taken_over_by }: &RemovedFlow) -> String {
    match (waiting, taken_over_by) {
        (_, Some(successor)) => format!("{flow} ({successor} takes over what it has)"),
        (0, None) => flow.to_string(),
        (waiting, None) => format!("{flow} ({waiting} in its queue, kept until the flow returns)"),
    }
}

fn refused(output: &Output, problem: &Problem) -> Failure {
    if output.format == Format::Human {
        problem.diagnostics.iter().for_each(|diagnostic| output.complain(&line(diagnostic)));
    }
    Failure::with_diagnostics(exit(problem), "reload refused; nothing changed", serde_json::json!(problem.diagnostics))
}

/// `error: file:line:column: message`, and below it how to fix it.
fn line(diagnostic: &Diagnostic) -> String {
    let Diagnostic { file, line, column, severity, message, help, .. } = diagnostic;
    let place: String = [line, column].into_iter().flatten().map(|number| format!(":{number}")).collect();
    let help = if help.is_empty() { String::new() } else { format!("\n  help: {help}") };
    format!("{severity}: {file}{place}: {message}{help}")
}

/// As for `gantry check`: refused plugins have their own code, unless the configuration has mistakes too.
fn exit(problem: &Problem) -> Exit {
    let mut errors = problem.diagnostics.iter().filter(|one| one.severity == DiagnosticSeverity::Error);
    if errors.all(|one| one.code == DiagnosticCode::PluginRefused) { Exit::PluginRefused } else { Exit::InvalidConfig }
}
