//! Turns the reasons why a flow can't run into diagnostics about its file, the same for `gantry check` and for a reload.

use std::error::Error;

use gantry_config::{Code, Diagnostic, Flow, Severity};
use gantry_core::{FlowName, PluginRef};
use gantry_engine::flow_error::FlowError;
use gantry_transport::source::webhook::RouteProblem;
use gantry_transport::target::BuildError;

use crate::sources::SourceError;

/// The diagnostic for a plugin, table or target that can't be used.
#[must_use]
pub fn flow(flow: &Flow, error: &FlowError) -> Diagnostic {
    let code = match error {
        FlowError::Plugin { .. } | FlowError::Deployed { .. } => Code::PluginRefused,
        FlowError::Table { .. } => Code::TableRefused,
        FlowError::Target { source: BuildError::Secret(_), .. } => Code::SecretUnavailable,
        FlowError::NameTaken { .. } => Code::Conflict,
        FlowError::Target { .. } => Code::InvalidValue,
    };
    match error {
        FlowError::Plugin { place, problem } => {
            Diagnostic::new(code, place.file.clone(), place.line, chain(problem.as_ref()), String::new())
        }
        _ => Diagnostic::new(code, flow.file.clone(), None, chain(error), String::new()),
    }
}

/// The diagnostic for a source that can't be opened.
#[must_use]
pub fn source(flow: &Flow, error: &SourceError) -> Diagnostic {
    let code = match error {
        SourceError::Webhook(error) if matches!(error.problem, RouteProblem::Verifier(_)) => Code::SecretUnavailable,
        SourceError::Webhook(_) | SourceError::Open { .. } => Code::InvalidValue,
    };
    Diagnostic::new(code, flow.file.clone(), None, chain(error), String::new())
}

/// The diagnostic for what is deployed to a step that the flow doesn't have any more, or that runs no plugin now.
#[must_use]
pub(crate) fn idle(flow: &Flow, step: &str, plugin: &PluginRef) -> Diagnostic {
    let message = format!(
        "{plugin}, which was deployed to step `{step}` of flow `{}`, serves nothing: the flow has no such step with a plugin",
        flow.name
    );
    let help = "deploy it to the step that has taken its place; a step of the old name would get it again";
    Diagnostic::new(Code::IdleDeployment, flow.file.clone(), None, message, help.to_owned())
}

/// The diagnostic for a former name of a flow under which nothing is left.
#[must_use]
pub(crate) fn unknown_former(flow: &Flow, former: &FlowName) -> Diagnostic {
    let message = format!(
        "no message, no dead letter and no deployed plugin is left under `{former}`, a former name of flow `{}`",
        flow.name
    );
    let help = "if there should be, check its spelling in `formerly`";
    Diagnostic::new(Code::UnknownFormer, flow.file.clone(), None, message, help.to_owned())
}

/// The same as an error. A check may run without the secrets, so some diagnostics are warnings there; a host needs them.
#[must_use]
pub(crate) const fn as_error(mut diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.severity = Severity::Error;
    diagnostic
}

/// The error and its causes in one line, each of them once.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.ends_with(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}
