//! Warns of alerts that are for flows or owners that there are none of: nobody would be told.

use std::path::Path;

use gantry_config::{Code, Diagnostic, Flow, HostConfig, nearest};

/// A warning for each such name.
pub(super) fn check(flows: &[Flow], host: &HostConfig, host_file: &Path) -> Vec<Diagnostic> {
    let names: Vec<_> = flows.iter().map(|flow| flow.name.as_str()).collect();
    let owners: Vec<_> = flows.iter().map(|flow| flow.purpose.owner.as_str()).collect();
    let mut found = Vec::new();
    for alert in &host.alerts {
        let unknown = alert.flows.iter().map(|flow| flow.as_str()).filter(|flow| !names.contains(flow));
        found.extend(unknown.map(|flow| warning(&alert.name, "is named", flow, &names, host_file)));
        let unknown = alert.owners.iter().map(String::as_str).filter(|owner| !owners.contains(owner));
        found.extend(unknown.map(|owner| warning(&alert.name, "has the owner", owner, &owners, host_file)));
    }
    found
}

fn warning(alert: &str, what: &str, name: &str, known: &[&str], host_file: &Path) -> Diagnostic {
    let message = format!("no flow of these {what} `{name}`, for which alert `{alert}` is");
    let help = match nearest(name, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "check all flows of the host together, or take it out of the alert".to_owned(),
    };
    Diagnostic::new(Code::UnknownFlow, host_file.to_owned(), None, message, help)
}
