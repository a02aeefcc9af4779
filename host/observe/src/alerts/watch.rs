//! Checks the host and notifies each endpoint of changes: once a second, and at once after an event.

use std::sync::Arc;
use std::time::Duration;

use gantry_core::HostEvent;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio_util::sync::CancellationToken;

use super::endpoint::{EndpointState, Notifications, NotifyError};
use super::wanted;
use super::{Alerting, Endpoint};
use crate::conditions::{ConditionReader, Conditions};
use crate::monitor;
use crate::view::HostView;

/// The time between two checks when there is no event.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The least time between two checks, so that a thousand dead letters at once cause only a few checks.
const MIN_INTERVAL: Duration = Duration::from_millis(100);

/// When so many messages wait for an endpoint, nothing more is queued for it.
const MAX_WAITING: u64 = 1000;

/// Watches until `stop`.
pub(super) async fn run(alerting: &Alerting, stop: CancellationToken) {
    let mut events = alerting.view.events.listen();
    alerting.alerts.all().iter().for_each(|endpoint| alerting.view.metrics.alerts().expect(&endpoint.alert.name));
    let watching = async {
        loop {
            check(alerting).await;
            tokio::time::sleep(MIN_INTERVAL).await;
            next_event(&mut events).await;
        }
    };
    stop.run_until_cancelled(watching).await;
}

/// Waits for an event since the last check, or until the next check is due. It does not matter which events a slow
/// listener missed, because each check reads the current state of the host.
async fn next_event(events: &mut Receiver<Arc<HostEvent>>) {
    let mut received = false;
    while !matches!(events.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {
        received = true;
    }
    if !received && let Ok(Err(RecvError::Closed)) = tokio::time::timeout(CHECK_INTERVAL, events.recv()).await {
        tokio::time::sleep(CHECK_INTERVAL).await;
    }
}

async fn check(alerting: &Alerting) {
    let host = &alerting.view;
    let endpoints = alerting.alerts.all();
    if endpoints.is_empty() {
        return;
    }
    let mut reader = alerting.reader.lock().await;
    let conditions = match reader.read(host).await {
        Ok(conditions) => conditions,
        Err(error) => {
            tracing::error!(%error, "failed to read the conditions for alerts; trying again");
            return;
        }
    };
    for endpoint in &endpoints {
        notify(host, endpoint, &conditions, &reader).await;
    }
}

async fn notify(host: &HostView, endpoint: &Endpoint, conditions: &Conditions, reader: &ConditionReader) {
    let Endpoint { alert, state, .. } = endpoint;
    if monitor::waiting(&host.store.depth(&alert.flow)) >= MAX_WAITING {
        return;
    }
    // Only this task writes the state, so it can't change in between.
    let current = state.lock().clone();
    let notifications = match queue(host, endpoint, &current, conditions, reader).await {
        Ok(notifications) => notifications,
        Err(error) => {
            tracing::error!(%error, alert = alert.name, "failed to queue the notifications of an alert; trying again");
            return;
        }
    };
    if let Some(metrics) = host.flows.metrics(&alert.flow) {
        metrics.observe_received(notifications.kinds.len() as u64, 0);
    }
    for kind in &notifications.kinds {
        host.metrics.alerts().observe_notification(&alert.name, *kind);
    }
    host.metrics.alerts().observe_firing(&alert.name, notifications.firing.firing());
    let mut state = state.lock();
    state.firing = notifications.firing;
    state.heartbeat_at = notifications.heartbeat_at.or(state.heartbeat_at);
}

/// Queues the new notifications of one endpoint. Returns once they are on disk.
async fn queue(
    host: &HostView,
    endpoint: &Endpoint,
    current: &EndpointState,
    conditions: &Conditions,
    reader: &ConditionReader,
) -> Result<Notifications, NotifyError> {
    let Endpoint { alert, table, .. } = endpoint;
    let observed = wanted::of(conditions, alert);
    let now = host.clock.now();
    let mut notifications = current.evaluate(alert, &observed, host.origin(), now, table, |firing| {
        if wanted::concerns(conditions, alert, &firing.key) {
            reader.over(host, &firing.key, firing.lasted(now))
        } else {
            format!("The alert `{}` does not cover this any more, whether it is over or not.", alert.name)
        }
    })?;
    if let Some(every) = current.heartbeat_due(alert, monitor::waiting(&host.store.depth(&alert.flow)), now) {
        notifications.add_heartbeat(alert, every, host.origin(), now)?;
        notifications.heartbeat_at = Some(now);
    }
    notifications.write(&host.store).await?;
    Ok(notifications)
}
