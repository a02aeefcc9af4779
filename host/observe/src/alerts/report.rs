//! What operators see of alerts: what fires where, the state of the endpoints, and what one answers to a test.

use std::collections::BTreeSet;

use gantry_core::alert::{AlertKind, Firing, Notification, NotificationKind, Severity};
use gantry_core::{Delivery, DeliveryState, FlowName, Timestamp};
use gantry_engine::target_report::{TargetReport, TargetState};
use gantry_transport::target::{Accepted, Failure, Request};

use super::endpoint;
use super::{Alerting, Endpoint};
use crate::monitor;

/// One alert of the host's file.
#[derive(Clone, Debug)]
pub struct AlertReport {
    /// Its name.
    pub name: String,
    /// Where it goes; a secret URL as its reference.
    pub url: String,
    /// The form of what is sent.
    pub format: String,
    /// What it is called for.
    pub on: BTreeSet<AlertKind>,
    /// Only for these flows; empty: for all.
    pub flows: BTreeSet<FlowName>,
    /// Only for flows of these owners; empty: for all.
    pub owners: BTreeSet<String>,
    /// The flow its messages are queued in.
    pub flow: FlowName,
    /// Messages that have not reached the endpoint yet.
    pub waiting: u64,
    /// Messages that the endpoint did not take.
    pub open_dead_letters: u64,
    /// Whether the endpoint gets anything.
    pub endpoint: Option<TargetState>,
    /// What fires, most urgent first.
    pub firing: Vec<FiringReport>,
}

/// An alert that was triggered and not resolved.
#[derive(Clone, Debug)]
pub struct FiringReport {
    /// The same for everything said of this alert.
    pub dedup_key: String,
    /// How urgent it is.
    pub severity: Severity,
    /// What fires.
    pub firing: Firing,
}

/// What an endpoint answered when it was tried.
#[derive(Clone, Debug)]
pub struct TestAnswer {
    /// What was said.
    pub action: NotificationKind,
    /// Whether the endpoint took it.
    pub accepted: bool,
    /// The status code; none: there was no answer.
    pub status: Option<u16>,
    /// What went wrong; none: nothing did.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub answer: String,
}

/// The host has no such alert.
#[derive(Debug, thiserror::Error)]
#[error("there is no alert `{0}` in the host file")]
pub struct UnknownAlert(pub String);

impl Alerting {
    /// Every alert, by name, with what fires there.
    #[must_use]
    pub fn reports(&self) -> Vec<AlertReport> {
        let targets = self.view.flows.targets(self.view.clock.now());
        self.alerts.all().iter().map(|endpoint| self.report(endpoint, &targets)).collect()
    }

    fn report(&self, Endpoint { alert, state, .. }: &Endpoint, targets: &[TargetReport]) -> AlertReport {
        let mut firing: Vec<_> =
            state.lock().firing.firing().map(|firing| fires(firing, self.view.events.instance())).collect();
        firing.sort_by_key(|report| (std::cmp::Reverse(report.severity), report.firing.since));
        AlertReport {
            name: alert.name.clone(),
            url: alert.endpoint.url.to_string(),
            format: alert.endpoint.format.to_string(),
            on: alert.on.clone(),
            flows: alert.flows.clone(),
            owners: alert.owners.clone(),
            flow: alert.flow.clone(),
            waiting: monitor::waiting(&self.view.store.depth(&alert.flow)),
            open_dead_letters: self.view.store.dead_letter_counts(&alert.flow).open,
            endpoint: targets.iter().find(|target| target.flow == alert.flow).map(|target| target.state),
            firing,
        }
    }

    /// Sends a trigger and its resolve to one endpoint, at once and past its queue; gives what it answered.
    pub async fn test(&self, name: &str) -> Result<Vec<TestAnswer>, UnknownAlert> {
        let endpoint = self.alerts.get(name).ok_or_else(|| UnknownAlert(name.to_owned()))?;
        let mut answers = Vec::with_capacity(2);
        for notification in endpoint::test_notifications(&endpoint.alert, self.view.origin(), self.view.clock.now()) {
            answers.push(send_one(&endpoint, &notification, self.view.clock.now()).await);
        }
        Ok(answers)
    }
}

fn fires(firing: &Firing, instance: &str) -> FiringReport {
    let dedup_key = format!("{instance}/{}", firing.key);
    FiringReport { dedup_key, severity: firing.key.kind.severity(), firing: firing.clone() }
}

async fn send_one(
    Endpoint { alert, target, .. }: &Endpoint,
    notification: &Notification,
    now: Timestamp,
) -> TestAnswer {
    let action = notification.action;
    let message = match endpoint::message_of(notification, now) {
        Ok(message) => message,
        Err(error) => {
            let error = Some(error.to_string());
            return TestAnswer { action, accepted: false, status: None, error, answer: String::new() };
        }
    };
    let delivery = Delivery {
        position: 0,
        target: alert.to.clone(),
        idempotency_key: message.id.to_string(),
        key: message.key.clone(),
        content_type: message.content_type.clone(),
        headers: message.headers.clone(),
        payload: message.payload.clone(),
        state: DeliveryState::Pending,
        attempts: Vec::new(),
        not_before: Timestamp::default(),
    };
    let request =
        Request { message_id: message.id, flow: &alert.flow, delivery: &delivery, attempt: 1, traceparent: None };
    match target.send(request).await {
        Ok(Accepted { status, excerpt, .. }) => {
            TestAnswer { action, accepted: true, status, error: None, answer: excerpt }
        }
        Err(Failure { class, status, excerpt, .. }) => {
            let error = Some(class.name().to_owned());
            TestAnswer { action, accepted: false, status, error, answer: excerpt }
        }
    }
}
