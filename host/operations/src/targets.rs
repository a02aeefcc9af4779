//! Targets: pause, resume, disable, enable, close the breaker; and the end of a pause at its time.

use gantry_control::targets::{TargetCommand, end_of};
use gantry_core::{FlowName, TargetName, TargetStop, Timestamp};
use gantry_engine::target_report::TargetReport;

use crate::error::OperationError;
use crate::operation::{Call, Effect, Operation};
use crate::permission::Permission;

/// Defines an operation for each command.
macro_rules! target_operations {
    ($($(#[doc = $doc:literal])+ $name:ident = $command:ident, $permission:ident, $effect:ident;)*) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Debug)]
            pub struct $name {
                /// The flow.
                pub flow: FlowName,
                /// The target.
                pub target: TargetName,
                /// Why; may be empty.
                pub reason: String,
            }

            impl Operation for $name {
                const PERMISSION: Permission = Permission::$permission;
                const EFFECT: Effect = Effect::$effect;
                type Output = TargetReport;

                fn subject(&self) -> String {
                    format!("{}/{}", self.flow, self.target)
                }

                fn words(&self) -> &str {
                    &self.reason
                }

                async fn run(self, call: Call) -> Result<TargetReport, OperationError> {
                    let Self { flow, target, reason } = self;
                    command(&call, &flow, &target, TargetCommand::$command, reason).await
                }
            }
        )*
    };
}

target_operations! {
    /// Ends a pause, and retries refused credentials at once.
    ResumeTarget = Resume, ResumeTargets, OneWrite;
    /// Disables a target: nothing is sent to it until it is enabled.
    DisableTarget = Disable, DisableTargets, OneWrite;
    /// Ends a disablement, including one by a 410.
    EnableTarget = Enable, EnableTargets, OneWrite;
    /// Closes the breaker regardless of earlier failures. The breaker is kept in memory only.
    CloseBreaker = CloseBreaker, CloseBreakers, Outside;
}

/// Pauses a target: nothing is sent to it until it is resumed, or until the end that the pause states.
#[derive(Clone, Debug)]
pub struct PauseTarget {
    /// The flow.
    pub flow: FlowName,
    /// The target.
    pub target: TargetName,
    /// When the pause ends by itself; none: it doesn't.
    pub until: Option<Timestamp>,
    /// Why; may be empty.
    pub reason: String,
}

impl Operation for PauseTarget {
    const PERMISSION: Permission = Permission::PauseTargets;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = TargetReport;

    fn subject(&self) -> String {
        format!("{}/{}", self.flow, self.target)
    }

    fn words(&self) -> &str {
        &self.reason
    }

    fn detail(&self) -> String {
        match self.until {
            Some(until) if self.reason.is_empty() => format!("until {until}"),
            Some(until) => format!("until {until}: {}", self.reason),
            None => self.reason.clone(),
        }
    }

    async fn run(self, call: Call) -> Result<TargetReport, OperationError> {
        let Self { flow, target, until, reason } = self;
        let commands = call.host()?.targets.with_audit(call.audit());
        Ok(commands.command(&flow, &target, TargetCommand::Pause, until, call.by(), reason).await?)
    }
}

/// Ends a pause whose time is over; the host does this by itself.
#[derive(Clone, Debug)]
pub struct EndPause {
    /// The flow.
    pub flow: FlowName,
    /// The target.
    pub target: TargetName,
    /// The pause.
    pub stop: TargetStop,
}

impl Operation for EndPause {
    const PERMISSION: Permission = Permission::ResumeTargets;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = ();

    fn subject(&self) -> String {
        format!("{}/{}", self.flow, self.target)
    }

    fn detail(&self) -> String {
        end_of(&self.stop)
    }

    async fn run(self, call: Call) -> Result<(), OperationError> {
        let commands = call.host()?.targets.with_audit(call.audit());
        Ok(commands.end_pause(&self.flow, &self.target).await?)
    }
}

async fn command(
    call: &Call,
    flow: &FlowName,
    target: &TargetName,
    command: TargetCommand,
    reason: String,
) -> Result<TargetReport, OperationError> {
    let commands = call.host()?.targets.with_audit(call.audit());
    Ok(commands.command(flow, target, command, None, call.by(), reason).await?)
}
