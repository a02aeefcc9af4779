//! What operators see of targets, and their commands: pause, resume, disable, enable, close the breaker.

use std::sync::Arc;

use gantry_core::{Clock, FlowName, HostEventKind, StopKind, TargetName, TargetStop};
use gantry_engine::active_flows::ActiveFlows;
use gantry_engine::events::Events;
use gantry_engine::gate::Gate;
use gantry_engine::target_report::TargetReport;
use gantry_engine::target_stops::TargetStops;
use gantry_store::{PendingAudit, StoreError};

/// What can be said of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetCommand {
    /// Nothing is sent for now.
    Pause,
    /// Ends a pause; refused credentials are tried at once.
    Resume,
    /// Nothing is sent until it is enabled.
    Disable,
    /// Ends whatever somebody, or a 410, said.
    Enable,
    /// Closes the breaker, whatever it has seen.
    CloseBreaker,
}

/// Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// No flow in force has it.
    #[error("there is no target `{target}` in flow `{flow}`")]
    Unknown {
        /// The flow.
        flow: FlowName,
        /// The target.
        target: TargetName,
    },
    /// A pause begins and ends; a disabled target is another matter.
    #[error("the target `{target}` of flow `{flow}` is disabled: {reason}; enable it instead")]
    Disabled {
        /// The flow.
        flow: FlowName,
        /// The target.
        target: TargetName,
        /// Why it is disabled.
        reason: String,
    },
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// The targets of the flows in force, and the commands for them; cheap to clone.
#[derive(Clone)]
pub struct TargetCommands {
    clock: Arc<dyn Clock>,
    flows: ActiveFlows,
    stops: TargetStops,
    events: Events,
}

impl TargetCommands {
    /// The targets of these flows.
    #[must_use]
    pub const fn new(clock: Arc<dyn Clock>, flows: ActiveFlows, stops: TargetStops, events: Events) -> Self {
        Self { clock, flows, stops, events }
    }

    /// The same targets, whose next stop takes this audit entry along.
    #[must_use]
    pub fn with_audit(&self, pending: &PendingAudit) -> Self {
        Self { stops: self.stops.with_audit(pending), ..self.clone() }
    }

    /// Every target of the flows in force.
    #[must_use]
    pub fn reports(&self) -> Vec<TargetReport> {
        self.flows.targets(self.clock.now())
    }

    /// Does what an operator commands; `by` and `reason` are kept with a stop. Returns when it is on disk.
    pub async fn command(
        &self,
        flow: &FlowName,
        target: &TargetName,
        command: TargetCommand,
        by: String,
        reason: String,
    ) -> Result<TargetReport, TargetError> {
        let gate = self.gate(flow, target)?;
        let stop = gate.status(self.clock.now()).stop;
        if let (TargetCommand::Pause | TargetCommand::Resume, Some(stop)) = (command, &stop)
            && stop.kind == StopKind::Disabled
        {
            let flow = flow.clone();
            let target = target.clone();
            let reason = stop.reason.clone();
            return Err(TargetError::Disabled { flow, target, reason });
        }
        let name = target.clone();
        match command {
            TargetCommand::Pause => {
                let stop = self.stop_of(StopKind::Paused, &by, &reason);
                self.switch(flow, Some(stop), HostEventKind::TargetPaused { target: name, by: Some(by), reason })
                    .await?;
            }
            TargetCommand::Disable => {
                let stop = self.stop_of(StopKind::Disabled, &by, &reason);
                self.switch(flow, Some(stop), HostEventKind::TargetDisabled { target: name, by: Some(by), reason })
                    .await?;
            }
            TargetCommand::Resume | TargetCommand::Enable => {
                self.switch(flow, None, HostEventKind::TargetResumed { target: name, by: Some(by) }).await?;
                gate.resume();
            }
            TargetCommand::CloseBreaker => {
                if gate.close_breaker() {
                    self.events.publish(flow, HostEventKind::BreakerClosed { target: name, by: Some(by) });
                }
            }
        }
        Ok(TargetReport::of(flow, target, gate.status(self.clock.now())))
    }

    fn stop_of(&self, kind: StopKind, by: &str, reason: &str) -> TargetStop {
        TargetStop { kind, at: self.clock.now(), by: Some(by.to_owned()), reason: reason.to_owned() }
    }

    /// Stops the target that this is about, or lets it go on, and tells it: on disk, that is one.
    async fn switch(&self, flow: &FlowName, stop: Option<TargetStop>, what: HostEventKind) -> Result<(), StoreError> {
        let Some(target) = what.target().cloned() else { return Ok(()) };
        let mut event = self.events.prepare(flow, what);
        self.stops.set(flow, &target, stop, event.take_messages()).await?;
        self.events.emit(event);
        Ok(())
    }

    fn gate(&self, flow: &FlowName, target: &TargetName) -> Result<Arc<Gate>, TargetError> {
        let entries = self.flows.entries();
        let entry = entries.iter().find(|entry| entry.flow.name == *flow);
        let gate = entry.and_then(|entry| entry.targets.get(target)).cloned();
        gate.ok_or_else(|| TargetError::Unknown { flow: flow.clone(), target: target.clone() })
    }
}
