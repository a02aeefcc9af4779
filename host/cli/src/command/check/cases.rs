//! Holds the golden cases of plugins to the targets of the flows that use them: a plugin that routes to a target that the flow
//! doesn't have fails with every message that it sends there.

use std::path::Path;

use gantry_config::{Code, Diagnostic, Flow, PluginStep, Step};
use gantry_core::TargetName;
use gantry_golden::Case;

/// A warning for each route of a golden case that a flow has no target for.
pub(super) fn check(flows: &[Flow]) -> Vec<Diagnostic> {
    let steps = flows.iter().flat_map(|flow| flow.steps.iter().map(move |step| (flow, step)));
    steps.filter_map(|(flow, step)| Some(of_step(flow, step, step.plugin()?))).flatten().collect()
}

fn of_step(flow: &Flow, step: &Step, plugin: &PluginStep) -> Vec<Diagnostic> {
    let targets: Vec<_> = flow.targets.keys().map(TargetName::as_str).collect();
    // A plugin that can't be read is reported by `parts`, and a case that can't be by `gantry plugin test`.
    let cases = std::fs::read(&plugin.plugin).ok().and_then(|bytes| gantry_component::cases(&bytes).ok());
    let read = cases.into_iter().flatten().filter_map(|file| Some((Case::read(&file.text).ok()?, file.name)));
    let mut found = Vec::new();
    for (case, name) in read {
        let missing = case.routes().into_iter().filter(|route| !targets.contains(route));
        found.extend(missing.map(|route| warning(step, &plugin.plugin, &name, route, &targets)));
    }
    found
}

fn warning(step: &Step, plugin: &Path, case: &str, route: &str, targets: &[&str]) -> Diagnostic {
    let file = plugin.file_name().unwrap_or_default().display();
    let message = format!(
        "step `{}`: the golden case `{case}` of {file} expects the target `{route}`, which the flow doesn't have",
        step.name
    );
    let help = format!(
        "the flow has {}; declare [target.{route}], unless the step's settings keep the plugin from sending there",
        targets.iter().map(|target| format!("`{target}`")).collect::<Vec<_>>().join(", ")
    );
    Diagnostic::new(Code::UnknownRoute, step.place.file.clone(), step.place.line, message, help)
}
