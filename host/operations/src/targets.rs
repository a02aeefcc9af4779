//! Targets: pause, resume, disable, enable, close the breaker.

use gantry_control::targets::TargetCommand;
use gantry_core::{FlowName, TargetName};
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
    /// Pauses a target: nothing is sent to it until it is resumed.
    PauseTarget = Pause, PauseTargets, OneWrite;
    /// Ends a pause, and retries refused credentials at once.
    ResumeTarget = Resume, ResumeTargets, OneWrite;
    /// Disables a target: nothing is sent to it until it is enabled.
    DisableTarget = Disable, DisableTargets, OneWrite;
    /// Ends a disablement, including one by a 410.
    EnableTarget = Enable, EnableTargets, OneWrite;
    /// Closes the breaker regardless of earlier failures. The breaker is kept in memory only.
    CloseBreaker = CloseBreaker, CloseBreakers, Outside;
}

async fn command(
    call: &Call,
    flow: &FlowName,
    target: &TargetName,
    command: TargetCommand,
    reason: String,
) -> Result<TargetReport, OperationError> {
    let commands = call.host()?.targets.with_audit(call.audit());
    Ok(commands.command(flow, target, command, call.by(), reason).await?)
}
