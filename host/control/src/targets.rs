//! What operators see of targets, and their commands: pause, resume, disable, enable, close the breaker. A pause may have
//! an end, at which the host ends it.

use std::sync::Arc;

use gantry_core::{Clock, FlowName, HostEventKind, StopKind, TargetName, TargetStop, Timestamp};
use gantry_engine::active_flows::ActiveFlows;
use gantry_engine::broken_flow::FlowBroken;
use gantry_engine::events::Events;
use gantry_engine::gate::Gate;
use gantry_engine::target_report::TargetReport;
use gantry_engine::target_stops::TargetStops;
use gantry_store::{PendingAudit, Store, StoreError};

use crate::retry_now::retry_now;

/// Who is recorded for what the host does by itself.
const GANTRY: &str = "gantry";

/// What can be said of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetCommand {
    /// Nothing is sent for now.
    Pause,
    /// Ends a pause, and what the target asked to wait. A target that refused every delivery is tried with one at once.
    Resume,
    /// Nothing is sent until it is enabled.
    Disable,
    /// Ends a disablement, by somebody or by a 410. One delivery is tried at once, the others follow when it has passed.
    Enable,
    /// Closes the breaker, whatever it has seen. Whatever waits for another attempt is due.
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
    /// The end of a pause is not in the future.
    #[error("the pause would end at {until}, and it is {now}: name a time to come")]
    EndHasPassed {
        /// When it would end.
        until: Timestamp,
        /// What the host's clock shows.
        now: Timestamp,
    },
    /// The pause was ended, or lasts longer, since it was seen to be over.
    #[error("the pause of target `{target}` of flow `{flow}` is not over, or was ended already")]
    NotOver {
        /// The flow.
        flow: FlowName,
        /// The target.
        target: TargetName,
    },
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// The targets of the flows in force, and the commands for them; cheap to clone.
#[derive(Clone)]
pub struct TargetCommands {
    store: Store,
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
    pub fn new(store: Store, clock: Arc<dyn Clock>, flows: ActiveFlows, stops: TargetStops, events: Events) -> Self {
        Self { store, clock, flows, stops, events, turn: Arc::default() }
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

    /// Does what an operator commands; `by` and `reason` are kept with a stop, and a pause ends by itself at `until`.
    /// Returns when it is on disk. A pause may be put over one that ends earlier, and keeps who paused the target before.
    pub async fn command(
        &self,
        flow: &FlowName,
        target: &TargetName,
        command: TargetCommand,
        until: Option<Timestamp>,
        by: String,
        reason: String,
    ) -> Result<TargetReport, TargetError> {
        let gate = self.gate(flow, target)?;
        let _only = self.turn.lock().await;
        let now = self.clock.now();
        if let Some(until) = until.filter(|until| *until <= now) {
            return Err(TargetError::EndHasPassed { until, now });
        }
        let before = gate.status(now).stop;
        if let Some(stop) = &before {
            check(command, until, stop, flow, target)?;
        }
        let name = target.clone();
        match command {
            TargetCommand::Pause => {
                let stop = TargetStop::new(StopKind::Paused, now, Some(&by), &reason).until(until).over(before);
                self.switch(flow, Some(stop), HostEventKind::TargetPaused { target: name, by: Some(by), reason })
                    .await?;
            }
            TargetCommand::Disable => {
                let stop = TargetStop::new(StopKind::Disabled, now, Some(&by), &reason);
                self.switch(flow, Some(stop), HostEventKind::TargetDisabled { target: name, by: Some(by), reason })
                    .await?;
            }
            TargetCommand::Resume => {
                let resumed = HostEventKind::TargetResumed { target: name, by: Some(by), reason };
                self.switch(flow, None, resumed).await?;
                gate.resume();
                self.retry_now(flow, target).await?;
            }
            TargetCommand::Enable => {
                let resumed = HostEventKind::TargetResumed { target: name, by: Some(by), reason };
                self.switch(flow, None, resumed).await?;
                gate.enable();
                self.retry_now(flow, target).await?;
            }
            TargetCommand::CloseBreaker => {
                if gate.close_breaker() {
                    self.events.publish(flow, HostEventKind::BreakerClosed { target: name, by: Some(by) });
                }
                self.retry_now(flow, target).await?;
            }
        }
        Ok(TargetReport::of(flow, target, gate.status(self.clock.now())))
    }

    /// The pauses whose time is over. Their targets get nothing until [`Self::end_pause`].
    #[must_use]
    pub fn ended_pauses(&self) -> Vec<(FlowName, TargetName, TargetStop)> {
        self.stops.ended(self.clock.now())
    }

    /// Waits until the time of a pause is over.
    pub async fn wait_for_end(&self) {
        self.stops.wait_for_end().await;
    }

    /// Ends a pause whose time is over, also one of a flow that isn't in force. Returns when that is on disk.
    pub async fn end_pause(&self, flow: &FlowName, target: &TargetName) -> Result<(), TargetError> {
        let _only = self.turn.lock().await;
        let stop = self.stops.of(flow, target).lock().clone().filter(|stop| stop.has_ended(self.clock.now()));
        let Some(stop) = stop else {
            return Err(TargetError::NotOver { flow: flow.clone(), target: target.clone() });
        };
        let by = Some(GANTRY.to_owned());
        let resumed = HostEventKind::TargetResumed { target: target.clone(), by, reason: end_of(&stop) };
        self.switch(flow, None, resumed).await?;
        if let Ok(gate) = self.gate(flow, target) {
            gate.end_pause();
        }
        Ok(())
    }

    /// Makes due what waits for another attempt at a target.
    async fn retry_now(&self, flow: &FlowName, target: &TargetName) -> Result<(), StoreError> {
        let due = retry_now(&self.store, flow, target, self.clock.now()).await?;
        if due > 0 {
            tracing::info!(%flow, %target, due, "messages that waited for another attempt at a target are due at once");
        }
        Ok(())
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

/// Refuses a command that would end or replace a stop that it does not belong to. A pause may replace one that ends before
/// it.
fn check(
    command: TargetCommand,
    until: Option<Timestamp>,
    stop: &TargetStop,
    flow: &FlowName,
    target: &TargetName,
) -> Result<(), TargetError> {
    let flow = flow.clone();
    let target = target.clone();
    let refused = Box::new(stop.clone());
    match (command, stop.kind) {
        (TargetCommand::Pause, StopKind::Paused) if stop.ends_before(until) => Ok(()),
        (TargetCommand::Pause | TargetCommand::Disable, _) => {
            Err(TargetError::StoppedAlready { flow, target, stop: refused })
        }
        (TargetCommand::Resume, StopKind::Disabled) => Err(TargetError::Disabled { flow, target, stop: refused }),
        (TargetCommand::Enable, StopKind::Paused) => Err(TargetError::Paused { flow, target, stop: refused }),
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
    let until = stop.until.map(|until| format!(" until {until}")).unwrap_or_default();
    format!("{state}{by} since {}{until}{why}", stop.at)
}

/// Why a target is resumed whose pause is over.
#[must_use]
pub fn end_of(stop: &TargetStop) -> String {
    format!("its time is over: it was {}", describe(stop))
}

/// The command that ends a stop of this kind.
const fn ending(kind: StopKind) -> &'static str {
    match kind {
        StopKind::Paused => "resume",
        StopKind::Disabled => "enable",
    }
}
