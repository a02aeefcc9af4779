//! Alerts: test an endpoint.

use gantry_core::alert::NotificationKind;
use gantry_observe::alerts::{TestAnswer, UnknownAlert};
use gantry_store::AuditOutcome;

use crate::error::OperationError;
use crate::operation::{Call, Effect, Operation};
use crate::permission::Permission;

/// Sends a trigger and a resolve notification to one endpoint, at once and without its queue.
#[derive(Clone, Debug)]
pub struct TestAlert {
    /// The alert's name.
    pub name: String,
    /// Why; may be empty.
    pub reason: String,
}

impl Operation for TestAlert {
    const PERMISSION: Permission = Permission::TestAlerts;
    const EFFECT: Effect = Effect::Outside;
    type Output = Vec<TestAnswer>;

    fn subject(&self) -> String {
        self.name.clone()
    }

    fn words(&self) -> &str {
        &self.reason
    }

    async fn run(self, call: Call) -> Result<Vec<TestAnswer>, OperationError> {
        call.host()?.alerting.test(&self.name).await.map_err(|UnknownAlert(name)| OperationError::Alert(name))
    }

    /// Notifications that the endpoint did not accept are a failure, although the test was made.
    fn outcome(answers: &Vec<TestAnswer>) -> (AuditOutcome, Option<String>) {
        let is_accepted = answers.iter().all(|answer| answer.accepted);
        let outcome = if is_accepted { AuditOutcome::Done } else { AuditOutcome::Failed };
        (outcome, Some(answers.iter().map(describe).collect::<Vec<_>>().join("; ")))
    }
}

/// `trigger: 401`. What the endpoint says is not recorded.
fn describe(answer: &TestAnswer) -> String {
    let status = answer.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let accepted = if answer.accepted { "" } else { ", not accepted" };
    let action = match answer.action {
        NotificationKind::Trigger => "trigger",
        NotificationKind::Resolve => "resolve",
    };
    format!("{action}: {status}{accepted}")
}
