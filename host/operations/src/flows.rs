//! Flows: reload the flow files, close and open intakes.

use gantry_control::changes::Changes;
use gantry_control::reload::{ReloadReport, ReloadResult, Trigger};
use gantry_core::{Clock as _, FlowName, SystemClock};
use gantry_engine::closed_intakes::{ClosedIntakes, IntakeClosure};
use gantry_store::AuditOutcome;

use crate::error::OperationError;
use crate::names::Names;
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
        let host = call.host()?;
        let report = host.reloader.reload(self.trigger).await?;
        host.alerting.follow_settings().await;
        Ok(report)
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
fn changed(Changes { added, changed, removed, settings, .. }: &Changes) -> String {
    let removed: Vec<_> = removed.iter().map(|removed| removed.flow.clone()).collect();
    let named = [("added", added.as_slice()), ("changed", changed.as_slice()), ("removed", removed.as_slice())];
    let named = named.into_iter().filter(|(_, flows)| !flows.is_empty());
    let named = named.map(|(what, flows)| format!("{what} {}", names(flows)));
    named.chain(settings.iter().map(ToString::to_string)).collect::<Vec<_>>().join("; ")
}

fn names(flows: &[FlowName]) -> String {
    flows.iter().map(FlowName::as_str).collect::<Vec<_>>().join(", ")
}

/// Closes the intake of a flow: what it has is processed, and its senders are asked to come again.
#[derive(Clone, Debug)]
pub struct CloseIntake {
    /// The flow.
    pub flow: FlowName,
    /// Why; required.
    pub reason: String,
}

/// Opens the intake of a flow again.
#[derive(Clone, Debug)]
pub struct OpenIntake {
    /// The flow.
    pub flow: FlowName,
    /// Why; may be empty.
    pub reason: String,
}

impl Operation for CloseIntake {
    const PERMISSION: Permission = Permission::CloseIntakes;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = IntakeClosure;

    fn subject(&self) -> String {
        self.flow.to_string()
    }

    fn words(&self) -> &str {
        &self.reason
    }

    async fn run(self, call: Call) -> Result<IntakeClosure, OperationError> {
        let Self { flow, reason } = self;
        if reason.trim().is_empty() {
            return Err(OperationError::NoReason);
        }
        call.refuse_of_alert(&flow)?;
        let closure = IntakeClosure { at: SystemClock.now(), by: call.by(), reason };
        Ok(closed_intakes(&call, &flow).await?.close(&flow, closure).await?)
    }
}

impl Operation for OpenIntake {
    const PERMISSION: Permission = Permission::OpenIntakes;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = Option<IntakeClosure>;

    fn subject(&self) -> String {
        self.flow.to_string()
    }

    fn words(&self) -> &str {
        &self.reason
    }

    async fn run(self, call: Call) -> Result<Option<IntakeClosure>, OperationError> {
        Ok(closed_intakes(&call, &self.flow).await?.open(&self.flow).await?)
    }
}

/// The closed intakes of the host, or of the store that no host runs on. The flow must be known.
async fn closed_intakes(call: &Call, flow: &FlowName) -> Result<ClosedIntakes, OperationError> {
    if call.refuse_broken(flow).is_ok() {
        call.services().check_names(&Names { flow: Some(flow.clone()), ..Names::default() }).await?;
    }
    match call.host() {
        Ok(host) => Ok(host.closed_intakes.with_audit(call.audit())),
        Err(_) => Ok(ClosedIntakes::load(call.store()).await?),
    }
}
