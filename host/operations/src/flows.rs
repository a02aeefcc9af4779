//! Flows: reload the flow files.

use gantry_control::reload::{ReloadReport, ReloadResult, Trigger};
use gantry_store::AuditOutcome;

use crate::error::OperationError;
use crate::operation::{Call, Effect, Operation};
use crate::permission::Permission;

/// Reads the flow files again and applies them if they have no mistakes.
#[derive(Clone, Copy, Debug)]
pub struct Reload {
    /// What started it.
    pub trigger: Trigger,
}

impl Operation for Reload {
    const PERMISSION: Permission = Permission::ReloadFlows;
    const EFFECT: Effect = Effect::Outside;
    type Output = ReloadReport;

    fn subject(&self) -> String {
        "flow files".to_owned()
    }

    async fn run(self, call: Call) -> Result<ReloadReport, OperationError> {
        Ok(call.host()?.reloader.reload(self.trigger).await?)
    }

    fn outcome(report: &ReloadReport) -> (AuditOutcome, Option<String>) {
        let outcome = match report.result {
            ReloadResult::Applied | ReloadResult::Unchanged => AuditOutcome::Done,
            ReloadResult::Refused => AuditOutcome::Refused,
        };
        (outcome, Some(report.result.name().to_owned()))
    }
}
