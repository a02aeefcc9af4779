//! Alerts: the host checks its own conditions. It notifies the endpoints in its host file when something is wrong, and
//! again when it is over. [`gantry_core::alert`] decides what to send; `conditions` reads the host, `endpoint` queues
//! notifications, and `flow` delivers them.
//!
//! **No notification is lost.** It is queued in the same atomic write that records it as sent, so a crash leaves both or
//! neither. No notification depends on an event: each check reads the current state of the host.
//!
//! **No other flow is affected.** Each endpoint has its own flow, with queue, retries and breaker. An endpoint that is
//! down delays only its own messages. When many messages wait for it, nothing more is queued until some are delivered;
//! the next check then sends what is true at that time.

mod conditions;
mod endpoint;
mod flow;
mod report;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;

use gantry_config::{Alert, Flow};
use gantry_store::{Store, StoreError};
use gantry_transport::target::{BuildError, Target, TargetContext};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use crate::view::HostView;
use endpoint::{EndpointState, FiringTable};
use flow::flow_of;

pub use report::{AlertReport, FiringReport, TestAnswer, UnknownAlert};

/// The alerts of a host, with the conditions that fire at each.
#[derive(Clone, Default)]
pub struct Alerts(Arc<BTreeMap<String, Endpoint>>);

/// Runs the alerts of a host; cheap to clone.
#[derive(Clone)]
pub struct Alerting {
    view: HostView,
    alerts: Alerts,
}

impl Alerting {
    /// The alerts of the host that this view shows.
    #[must_use]
    pub const fn new(view: HostView, alerts: Alerts) -> Self {
        Self { view, alerts }
    }

    /// Watches the host and notifies the endpoints, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        watch::run(&self.view, &self.alerts, stop).await;
    }
}

/// One endpoint.
pub(crate) struct Endpoint {
    pub(crate) alert: Alert,
    pub(crate) state: Mutex<EndpointState>,
    pub(crate) table: FiringTable,
    /// Used to test the endpoint; all notifications go through the endpoint's flow.
    pub(crate) target: Arc<dyn Target>,
}

/// Why the alerts of a host can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum AlertsError {
    /// An endpoint can't be opened.
    #[error("failed to open the endpoint of alert `{alert}`")]
    Endpoint {
        /// The alert.
        alert: String,
        /// Why.
        source: BuildError,
    },
    /// The firing conditions can't be read.
    #[error("failed to read the firing alerts from the store")]
    Store(#[from] StoreError),
}

impl Alerts {
    /// Opens the endpoints, and reads which conditions fired before the start.
    pub async fn open(alerts: &[Alert], store: &Store, context: TargetContext<'_>) -> Result<Self, AlertsError> {
        let table = FiringTable::new(store.clone());
        let mut fired = table.load().await?;
        let mut endpoints = BTreeMap::new();
        for alert in alerts {
            let target = gantry_transport::target::build(&alert.target(), context)
                .map_err(|source| AlertsError::Endpoint { alert: alert.name.clone(), source })?;
            let state = EndpointState::of(fired.remove(&alert.name).unwrap_or_default());
            let endpoint = Endpoint { alert: alert.clone(), state: Mutex::new(state), table: table.clone(), target };
            endpoints.insert(alert.name.clone(), endpoint);
        }
        table.forget(fired).await?;
        Ok(Self(Arc::new(endpoints)))
    }

    /// The flow of each endpoint.
    #[must_use]
    pub fn flows(&self) -> Vec<Flow> {
        self.iter().map(|endpoint| flow_of(&endpoint.alert)).collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Endpoint> {
        self.0.values()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Endpoint> {
        self.0.get(name)
    }
}
