//! What operators see of targets, and their commands: pause, resume, disable, enable, close the breaker.

use std::sync::Arc;

use gantry_core::{Clock, FlowName, HostEventKind, StopKind, TargetName, TargetStop};
use gantry_engine::active_flows::ActiveFlows;
use gantry_engine::broken_flow::FlowBroken;
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
    /// Ends a disablement, by somebody or by a 410.
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
    /// The flow can't run.
    #[error(transparent)]
    Broken(#[from] FlowBroken),
    /// A disabled target isn't resumed.
    #[error("the target `{target}` of flow `{flow}` is {}; enable it instead", describe(stop))]
    Disabled {
        /// The flow.
        flow: FlowName,
        /// The target.
        target: TargetName,
        /// Who disabled it, and why.
        stop: Box<TargetStop>,
    },
    /// A paused target isn't enabled.
    #[error("the target `{target}` of flow `{flow}` is {}; resume it instead", describe(stop))]
    Paused {
        /// The flow.
        flow: FlowName,
        /// The target.
        target: TargetName,
        /// Who paused it, and why.
        stop: Box<TargetStop>,
    },
    /// It is stopped already; who stopped it and why stays on record.
    #[error("the target `{target}` of flow `{flow}` is already {}; {} it first", describe(stop), ending(stop.kind))]
    StoppedAlready {
        /// The flow.
        flow: FlowName,
        /// The target.
        target: TargetName,
        /// The stop.
        stop: Box<TargetStop>,
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
    /// One command at a time: of two that stop a target, the second sees the first.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl TargetCommands {
    /// The targets of these flows.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, flows: ActiveFlows, stops: TargetStops, events: Events) -> Self {
        Self { clock, flows, stops, events, turn: Arc::default() }
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
        let _only = self.turn.lock().await;
        if let Some(stop) = gate.status(self.clock.now()).stop {
            check(command, stop, flow, target)?;
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

    /// Stops the target that this is about, or lets it go on, and publishes the event: on disk, that is one write.
    async fn switch(&self, flow: &FlowName, stop: Option<TargetStop>, what: HostEventKind) -> Result<(), StoreError> {
        let Some(target) = what.target().cloned() else { return Ok(()) };
        let mut event = self.events.prepare(flow, what);
        self.stops.set(flow, &target, stop, event.take_messages()).await?;
        self.events.emit(event);
        Ok(())
    }

    fn gate(&self, flow: &FlowName, target: &TargetName) -> Result<Arc<Gate>, TargetError> {
        self.flows.refuse_broken(flow)?;
        let entries = self.flows.entries();
        let entry = entries.iter().find(|entry| entry.flow.name == *flow);
        let gate = entry.and_then(|entry| entry.targets.get(target)).cloned();
        gate.ok_or_else(|| TargetError::Unknown { flow: flow.clone(), target: target.clone() })
    }
}

/// Refuses a command that would end or replace a stop that it does not belong to.
fn check(command: TargetCommand, stop: TargetStop, flow: &FlowName, target: &TargetName) -> Result<(), TargetError> {
    let flow = flow.clone();
    let target = target.clone();
    match (command, stop.kind) {
        (TargetCommand::Pause | TargetCommand::Disable, _) => {
            Err(TargetError::StoppedAlready { flow, target, stop: Box::new(stop) })
        }
        (TargetCommand::Resume, StopKind::Disabled) => {
            Err(TargetError::Disabled { flow, target, stop: Box::new(stop) })
        }
        (TargetCommand::Enable, StopKind::Paused) => Err(TargetError::Paused { flow, target, stop: Box::new(stop) }),
        (TargetCommand::Resume, StopKind::Paused)
        | (TargetCommand::Enable, StopKind::Disabled)
        | (TargetCommand::CloseBreaker, _) => Ok(()),
    }
}

/// `paused by anna since …: ERP upgrade`
fn describe(stop: &TargetStop) -> String {
    let state = match stop.kind {
        StopKind::Paused => "paused",
        StopKind::Disabled => "disabled",
    };
    let by = stop.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let why = if stop.reason.is_empty() { String::new() } else { format!(": {}", stop.reason) };
    format!("{state}{by} since {}{why}", stop.at)
}

/// The command that ends a stop of this kind.
const fn ending(kind: StopKind) -> &'static str {
    match kind {
        StopKind::Paused => "resume",
        StopKind::Disabled => "enable",
    }
}
