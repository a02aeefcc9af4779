//! Secrets and directories that other users of the machine may read or change.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use gantry_config::SecretRef;
use gantry_core::FlowName;
use gantry_core::alert::Severity;
use gantry_engine::active_flows::ActiveFlow;
use gantry_security::{exposed_data, readable_by_others};
use gantry_transport::source::{self, Exposed};

use super::{Finding, FindingKind};
use crate::shell::quoted;
use crate::view::HostView;

/// How long the look may take: files may be on a share that hangs.
const WITHIN: Duration = Duration::from_secs(2);

/// What is exposed at present; nothing if that can't be told in time.
pub(super) async fn findings(view: &HostView) -> Vec<Finding> {
    let entries = view.flows.entries();
    let data = view.disk.dir().to_owned();
    let looking = tokio::task::spawn_blocking(move || {
        let mut found: Vec<_> = of_data(&data).into_iter().collect();
        found.extend(entries.iter().filter_map(of_source));
        found.extend(secrets(&entries));
        found
    });
    tokio::time::timeout(WITHIN, looking).await.ok().and_then(Result::ok).unwrap_or_default()
}

fn of_data(dir: &Path) -> Option<Finding> {
    let exposed = exposed_data(dir)?;
    Some(directory(None, exposed.to_string(), exposed.fix()))
}

fn of_source(entry: &ActiveFlow) -> Option<Finding> {
    let Exposed { problem, fix } = source::exposed(&*entry.flow.source)?;
    let flow = &entry.flow.name;
    Some(directory(Some(flow.clone()), format!("Flow `{flow}`: {problem}"), fix))
}

fn directory(flow: Option<FlowName>, summary: String, fix: String) -> Finding {
    Finding {
        kind: FindingKind::DirectoryExposed,
        severity: Severity::Warning,
        flow,
        about: None,
        summary,
        since: None,
        owner: None,
        next: fix,
        runbook: None,
    }
}

/// Secrets in files that more than their owner may read.
fn secrets(entries: &[ActiveFlow]) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for entry in entries {
        let of_targets = entry.flow.targets.values().flat_map(|target| target.settings.secrets());
        for secret in entry.flow.source.secrets().into_iter().chain(of_targets) {
            let mode = readable_by_others(secret).filter(|_| seen.insert(secret.to_string()));
            found.extend(mode.map(|mode| of_secret(&entry.flow.name, secret, mode)));
        }
    }
    found
}

fn of_secret(flow: &FlowName, secret: &SecretRef, mode: u32) -> Finding {
    let path = match secret {
        SecretRef::File(path) => quoted(path),
        SecretRef::Env(name) => name.clone(),
    };
    Finding {
        kind: FindingKind::SecretExposed,
        severity: Severity::Warning,
        flow: Some(flow.clone()),
        about: Some(secret.to_string()),
        summary: format!("`{secret}` of flow `{flow}` can be read by other users: its mode is {mode:04o}"),
        since: None,
        owner: None,
        next: format!("chmod 600 {path}"),
        runbook: None,
    }
}
