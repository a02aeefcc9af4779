//! Looks at the host and has each endpoint told what is new: once a second, and at once when something happens.

use std::sync::Arc;
use std::time::Duration;

use gantry_core::HostEvent;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio_util::sync::CancellationToken;

use super::conditions::{ConditionReader, Conditions};
use super::{Alerts, Endpoint};
use crate::monitor;
use crate::view::HostView;

/// How long nothing has to happen for a look.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The least between two looks, whatever happens: a thousand dead letters are a few looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Messages that may wait for an endpoint; with as many nothing more is said there.
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

/// Returns when something has happened since the last look, or it has been a while. That a listener was too slow to hear
/// everything matters nothing: it looks.
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
            tracing::error!(%error, "failed to look for what is wrong; alerts wait");
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
    let seen = conditions.of(alert);
    // Only this task writes: what it has read is still so when it is written down.
    let current = state.lock().clone();
    let mut notifications = current.look(alert, &seen, host.events.instance(), host.clock.now());
    if let Err(error) = notifications.write(&host.store).await {
        tracing::error!(%error, alert = alert.name, "failed to write down what is to be said; trying again");
        return;
    }
    if let Some(metrics) = host.flows.metrics(&alert.flow) {
        metrics.observe_received(notifications.said.len() as u64, 0);
    }
    notifications.said.iter().for_each(|said| host.metrics.alerts().observe_notice(&alert.name, *said));
    host.metrics.alerts().observe_firing(&alert.name, notifications.book.firing());
    state.lock().book = notifications.book;
}
