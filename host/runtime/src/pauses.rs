//! Ends the pauses of targets whose time is over: as an operation of the host itself, so that it is in the audit log like
//! any other. The clock watch says when; there is no timer here.

use gantry_control::targets::TargetCommands;
use gantry_operations::{Actor, EndPause, Operations};
use tokio_util::sync::CancellationToken;

/// Ends pauses at their time.
pub(crate) struct Pauses {
    targets: TargetCommands,
    operations: Operations,
}

impl Pauses {
    pub(crate) const fn new(targets: TargetCommands, operations: Operations) -> Self {
        Self { targets, operations }
    }

    /// Ends pauses until `stop`. One that can't be ended because the store fails is tried again.
    pub(crate) async fn run(self, stop: CancellationToken) {
        while stop.run_until_cancelled(self.targets.wait_for_end()).await.is_some() {
            for (flow, target, pause) in self.targets.ended_pauses() {
                let end = EndPause { flow, target, stop: pause };
                if let Err(error) = self.operations.execute(&Actor::schedule(), end).await {
                    tracing::warn!(%error, "a pause whose time is over was not ended");
                }
            }
        }
    }
}
