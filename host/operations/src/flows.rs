//! Flows: reload the flow files.

use gantry_control::changes::Changes;
use gantry_control::reload::{ReloadReport, ReloadResult, Trigger};
use gantry_core::FlowName;
use gantry_store::AuditOutcome;

use crate::error::OperationError;
use crate::operation::{Call, Effect, Operation};
use crate::permission::Permission;

/// Reads the flow files again and applies them if they have no mistakes.
#[derive(Clone, Debug)]
pub struct Reload {
    /// What started it.
    pub trigger: Trigger,
    /// Why; may be empty.
    pub reason: String,
}

impl Operation for Reload {
    const PERMISSION: Permission = Permission::ReloadFlows;
    const EFFECT: Effect = Effect::Outside;
    type Output = ReloadReport;

    fn subject(&self) -> String {
        "flow files".to_owned()
    }

    fn words(&self) -> &str {
        &self.reason
    }

    async fn run(self, call: Call) -> Result<ReloadReport, OperationError> {
        Ok(call.host()?.reloader.reload(self.trigger).await?)
    }

    fn outcome(report: &ReloadReport) -> (AuditOutcome, Option<String>) {
        let name = report.result.name();
        match report.result {
            ReloadResult::Applied => (AuditOutcome::Done, Some(format!("{name}: {}", changed(&report.changes)))),
            ReloadResult::Unchanged => (AuditOutcome::Done, Some(name.to_owned())),
            ReloadResult::Refused => (AuditOutcome::Refused, Some(format!("{name}: {}", report.mistakes()))),
        }
    }
}

/// `added returns; changed orders`
fn changed(Changes { added, changed, removed, .. }: &Changes) -> String {
    let removed: Vec<_> = removed.iter().map(|removed| removed.flow.clone()).collect();
    let named = [("added", added.as_slice()), ("changed", changed.as_slice()), ("removed", removed.as_slice())];
    let named = named.into_iter().filter(|(_, flows)| !flows.is_empty());
    named.map(|(what, flows)| format!("{what} {}", names(flows))).collect::<Vec<_>>().join("; ")
}

fn names(flows: &[FlowName]) -> String {
    flows.iter().map(FlowName::as_str).collect::<Vec<_>>().join(", ")
}
