//! Looks at the host and has each endpoint told what is new: once a second, and at once when something happens.

use std::sync::Arc;
use std::time::Duration;

use gantry_core::HostEvent;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio_util::sync::CancellationToken;

use super::Endpoint;
use super::signs::{Reader, Signs};
use crate::handle::HostHandle;
use crate::monitor;

/// How long nothing has to happen for a look.
const EVERY: Duration = Duration::from_secs(1);

/// The least between two looks, whatever happens: a thousand dead letters are a few looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Messages that may wait for an endpoint; with as many nothing more is said there.
const MOST_WAITING: u64 = 1000;

/// Watches until `stop`.
pub(crate) async fn run(host: HostHandle, stop: CancellationToken) {
    if host.alerts.iter().next().is_none() {
        return;
    }
    let mut events = host.events.listen();
    let mut reader = Reader::default();
    let watching = async {
        loop {
            look(&host, &mut reader).await;
            tokio::time::sleep(PAUSE).await;
            something(&mut events).await;
        }
    };
    stop.run_until_cancelled(watching).await;
}

/// Returns when something has happened since the last look, or it has been a while. That a listener was too slow to hear
/// everything matters nothing: it looks.
async fn something(events: &mut Receiver<Arc<HostEvent>>) {
    let mut happened = false;
    while !matches!(events.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {
        happened = true;
    }
    if !happened && let Ok(Err(RecvError::Closed)) = tokio::time::timeout(EVERY, events.recv()).await {
        tokio::time::sleep(EVERY).await;
    }
}

async fn look(host: &HostHandle, reader: &mut Reader) {
    let signs = match reader.read(host).await {
        Ok(signs) => signs,
        Err(error) => {
            tracing::error!(%error, "failed to look for what is wrong; alerts wait");
            return;
        }
    };
    for endpoint in host.alerts.iter() {
        tell(host, endpoint, &signs).await;
    }
}

async fn tell(host: &HostHandle, endpoint: &Endpoint, signs: &Signs) {
    let Endpoint { alert, desk, .. } = endpoint;
    if monitor::waiting(&host.store.depth(&alert.flow)) >= MOST_WAITING {
        return;
    }
    let seen = signs.of(alert);
    // Only this task writes: what it has read is still so when it is written down.
    let current = desk.lock().clone();
    let mut words = current.look(alert, &seen, host.events.instance(), host.clock.now());
    if let Err(error) = words.write(&host.store).await {
        tracing::error!(%error, alert = alert.name, "failed to write down what is to be said; trying again");
        return;
    }
    if let Some(metrics) = host.roster.metrics(&alert.flow) {
        metrics.observe_received(words.said.len() as u64, 0);
    }
    words.said.iter().for_each(|said| host.metrics.observe_said(&alert.name, *said));
    host.metrics.observe_firing(&alert.name, words.book.firing());
    desk.lock().book = words.book;
}
