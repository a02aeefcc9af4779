//! Checks the host and notifies each endpoint of what is new: once a second, and at once when something happens.

use std::sync::Arc;
use std::time::Duration;

use gantry_core::HostEvent;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio_util::sync::CancellationToken;

use super::conditions::{ConditionReader, Conditions};
use super::endpoint::{EndpointState, Notifications, NotifyError};
use super::{Alerts, Endpoint};
use crate::monitor;
use crate::view::HostView;

/// How long after the last check the next one comes when no event does.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The least time between two checks: a thousand dead letters at once are a few checks.
const PAUSE: Duration = Duration::from_millis(100);

/// Messages that may wait for an endpoint; with as many nothing more is queued there.
const MOST_WAITING: u64 = 1000;

/// Watches until `stop`.
pub(super) async fn run(host: &HostView, alerts: &Alerts, stop: CancellationToken) {
    if alerts.iter().next().is_none() {
        return;
    }
    let mut events = host.events.listen();
    let mut reader = ConditionReader::default();
    let watching = async {
        loop {
            check(host, alerts, &mut reader).await;
            tokio::time::sleep(PAUSE).await;
            change(&mut events).await;
        }
    };
    stop.run_until_cancelled(watching).await;
}

/// Returns when an event has come since the last check, or none for a while. Which events a slow listener missed does not
/// matter: each check reads the host as it is.
async fn change(events: &mut Receiver<Arc<HostEvent>>) {
    let mut happened = false;
    while !matches!(events.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {
        happened = true;
    }
    if !happened && let Ok(Err(RecvError::Closed)) = tokio::time::timeout(CHECK_INTERVAL, events.recv()).await {
        tokio::time::sleep(CHECK_INTERVAL).await;
    }
}

async fn check(host: &HostView, alerts: &Alerts, reader: &mut ConditionReader) {
    let conditions = match reader.read(host).await {
        Ok(conditions) => conditions,
        Err(error) => {
            tracing::error!(%error, "the conditions for alerts can't be read; alerts wait");
            return;
        }
    };
    for endpoint in alerts.iter() {
        notify(host, endpoint, &conditions).await;
    }
}

async fn notify(host: &HostView, endpoint: &Endpoint, conditions: &Conditions) {
    let Endpoint { alert, state, .. } = endpoint;
    if monitor::waiting(&host.store.depth(&alert.flow)) >= MOST_WAITING {
        return;
    }
    // Only this task writes: what it has read is still so when it is written down.
    let current = state.lock().clone();
    let notifications = match queue(host, endpoint, &current, conditions).await {
        Ok(notifications) => notifications,
        Err(error) => {
            tracing::error!(%error, alert = alert.name, "an alert can't be queued; trying again");
            return;
        }
    };
    if let Some(metrics) = host.flows.metrics(&alert.flow) {
        metrics.observe_received(notifications.kinds.len() as u64, 0);
    }
    for kind in &notifications.kinds {
        host.metrics.alerts().observe_notice(&alert.name, *kind);
    }
    host.metrics.alerts().observe_firing(&alert.name, notifications.firing.firing());
    state.lock().firing = notifications.firing;
}

/// What is new at one endpoint, once it is on disk.
async fn queue(
    host: &HostView,
    endpoint: &Endpoint,
    current: &EndpointState,
    conditions: &Conditions,
) -> Result<Notifications, NotifyError> {
    let Endpoint { alert, table, .. } = endpoint;
    let observed = conditions.of(alert);
    let now = host.clock.now();
    let mut notifications = current.evaluate(alert, &observed, host.events.instance(), now, table)?;
    notifications.write(&host.store).await?;
    Ok(notifications)
}
