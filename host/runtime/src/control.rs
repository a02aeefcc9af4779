//! What operators see and say of targets: pause, resume, disable, enable, close the breaker.

use std::sync::Arc;

use gantry_core::{BreakerState, FlowName, Happening, StopKind, TargetName, TargetStop, Timestamp};
use gantry_store::StoreError;
use serde::{Deserialize, Serialize};

use crate::gate::{Gate, Look};
use crate::handle::HostHandle;

/// A target, as operators see it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TargetReport {
    /// Its flow.
    pub flow: FlowName,
    /// Its name.
    pub target: TargetName,
    /// Whether it gets anything.
    pub state: TargetState,
    /// Who stopped it, when and why; none while nobody did. Without `by`, the target itself: it answered 410.
    pub stop: Option<TargetStop>,
    /// When a target that refuses the host's credentials is probed.
    pub refused_until: Option<Timestamp>,
    /// None: it has none.
    pub breaker: Option<BreakerReport>,
    /// Retries within the budget's window.
    pub retries: u32,
    /// The most there may be within it just now.
    pub retries_allowed: u32,
    /// Deliveries under way.
    pub under_way: usize,
    /// Deliveries that wait for one of those to end.
    pub waiting: usize,
}

/// A target's breaker.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
pub struct BreakerReport {
    /// Where it stands.
    pub state: BreakerState,
    /// While it is open: when the target is probed.
    pub until: Option<Timestamp>,
    /// Calls it judges by.
    pub calls: u32,
    /// How many of them failed.
    pub failures: u32,
}

/// Whether a target gets anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TargetState {
    /// It does.
    Active,
    /// An operator paused it.
    Paused,
    /// It refuses the host's credentials, and is probed now and then.
    Unauthorized,
    /// It answered 410, or an operator disabled it.
    Disabled,
}

impl TargetState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Active, Self::Paused, Self::Unauthorized, Self::Disabled];

    /// The state as metrics and reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Unauthorized => "unauthorized",
            Self::Disabled => "disabled",
        }
    }
}

/// What can be said of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
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

impl HostHandle {
    /// Every target of the flows in force.
    #[must_use]
    pub fn targets(&self) -> Vec<TargetReport> {
        let now = self.clock.now();
        let entries = self.roster.entries();
        let targets = entries.iter().flat_map(|entry| {
            let report = |(name, gate): (&TargetName, &Arc<Gate>)| report(&entry.flow.name, name, gate.look(now));
            entry.targets.iter().map(report).collect::<Vec<_>>()
        });
        targets.collect()
    }

    /// Does what an operator says of a target; `by` and `reason` are kept with a stop. Returns when it is on disk.
    pub async fn command_target(
        &self,
        flow: &FlowName,
        target: &TargetName,
        command: TargetCommand,
        by: String,
        reason: String,
    ) -> Result<TargetReport, TargetError> {
        let gate = self.gate(flow, target)?;
        let stop = gate.look(self.clock.now()).stop;
        if let (TargetCommand::Pause | TargetCommand::Resume, Some(stop)) = (command, &stop)
            && stop.kind == StopKind::Disabled
        {
            let (flow, target, reason) = (flow.clone(), target.clone(), stop.reason.clone());
            return Err(TargetError::Disabled { flow, target, reason });
        }
        let name = target.clone();
        match command {
            TargetCommand::Pause => {
                let stop = self.stop_of(StopKind::Paused, &by, &reason);
                self.switch(flow, Some(stop), Happening::TargetPaused { target: name, by: Some(by), reason }).await?;
            }
            TargetCommand::Disable => {
                let stop = self.stop_of(StopKind::Disabled, &by, &reason);
                self.switch(flow, Some(stop), Happening::TargetDisabled { target: name, by: Some(by), reason }).await?;
            }
            TargetCommand::Resume | TargetCommand::Enable => {
                self.switch(flow, None, Happening::TargetResumed { target: name, by: Some(by) }).await?;
                gate.resume();
            }
            TargetCommand::CloseBreaker => {
                if gate.close_breaker() {
                    self.events.tell(flow, Happening::BreakerClosed { target: name, by: Some(by) });
                }
            }
        }
        // What was held looks again; after a stop there is nothing to wake.
        if !matches!(command, TargetCommand::Pause | TargetCommand::Disable) {
            self.store.wake(flow);
        }
        Ok(report(flow, target, gate.look(self.clock.now())))
    }

    fn stop_of(&self, kind: StopKind, by: &str, reason: &str) -> TargetStop {
        TargetStop { kind, at: self.clock.now(), by: Some(by.to_owned()), reason: reason.to_owned() }
    }

    /// Stops the target that this is about, or lets it go on, and tells it: on disk, that is one.
    async fn switch(&self, flow: &FlowName, stop: Option<TargetStop>, what: Happening) -> Result<(), StoreError> {
        let Some(target) = what.target().cloned() else { return Ok(()) };
        let mut told = self.events.prepare(flow, what);
        self.switches.set(flow, &target, stop, told.take_messages()).await?;
        self.events.announce(told);
        Ok(())
    }

    fn gate(&self, flow: &FlowName, target: &TargetName) -> Result<Arc<Gate>, TargetError> {
        let entries = self.roster.entries();
        let entry = entries.iter().find(|entry| entry.flow.name == *flow);
        let gate = entry.and_then(|entry| entry.targets.get(target)).cloned();
        gate.ok_or_else(|| TargetError::Unknown { flow: flow.clone(), target: target.clone() })
    }
}

fn report(flow: &FlowName, target: &TargetName, look: Look) -> TargetReport {
    let state = match (&look.stop, look.refused_until) {
        (Some(TargetStop { kind: StopKind::Paused, .. }), _) => TargetState::Paused,
        (Some(TargetStop { kind: StopKind::Disabled, .. }), _) => TargetState::Disabled,
        (None, Some(_)) => TargetState::Unauthorized,
        (None, None) => TargetState::Active,
    };
    let breaker =
        look.breaker.map(|(state, calls, failures)| BreakerReport { state, until: look.open_until, calls, failures });
    let (retries, allowed) = look.retries;
    TargetReport {
        flow: flow.clone(),
        target: target.clone(),
        state,
        stop: look.stop,
        refused_until: look.refused_until,
        breaker,
        retries,
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and far below 2³²")]
        retries_allowed: allowed as u32,
        under_way: look.under_way,
        waiting: look.inside.saturating_sub(look.under_way),
    }
}
