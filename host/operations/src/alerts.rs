//! Alerts: test an endpoint.

use gantry_observe::alerts::{TestAnswer, UnknownAlert};

use crate::error::OperationError;
use crate::operation::{Call, Effect, Operation};
use crate::permission::Permission;

/// Sends a trigger and a resolve notification to one endpoint, at once and without its queue.
#[derive(Clone, Debug)]
pub struct TestAlert {
    /// The alert's name.
    pub name: String,
}

impl Operation for TestAlert {
    const PERMISSION: Permission = Permission::TestAlerts;
    const EFFECT: Effect = Effect::Outside;
    type Output = Vec<TestAnswer>;

    fn subject(&self) -> String {
        self.name.clone()
    }

    async fn run(self, call: Call) -> Result<Vec<TestAnswer>, OperationError> {
        call.host()?.alerting.test(&self.name).await.map_err(|UnknownAlert(name)| OperationError::Alert(name))
    }
}
