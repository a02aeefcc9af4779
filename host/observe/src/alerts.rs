//! Alerts: the host checks its own conditions. It notifies the endpoints in its host file when something is wrong, and
//! again when it is over. [`gantry_core::alert`] decides what to send; `conditions` read the host, `endpoint` queues
//! notifications, and `flow` delivers them. `wanted` says which of the conditions concern an endpoint.
//!
//! **No notification is lost.** It is queued in the same atomic write that records it as sent, so a crash leaves both or
//! neither. No notification depends on an event: each check reads the current state of the host.
//!
//! **No other flow is affected.** Each endpoint has its own flow, with queue, retries and breaker. An endpoint that is
//! down delays only its own messages. When many messages wait for it, nothing more is queued until some are delivered;
//! the next check then sends what is true at that time.

mod endpoint;
mod flow;
mod report;
mod wanted;
mod watch;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;

use gantry_config::{Alert, Flow, HostConfig};
use gantry_core::Clock;
use gantry_core::alert::Firing;
use gantry_store::{Store, StoreError};
use gantry_transport::target::{BuildError, Target, TargetContext};
use parking_lot::{Mutex, RwLock};
use tokio_util::sync::CancellationToken;

use crate::conditions::ConditionReader;
use crate::view::HostView;
use endpoint::{EndpointState, FiringTable};

pub use flow::flow_of;
pub use report::{AlertReport, FiringReport, TestAnswer, UnknownAlert};

/// The alerts of a host, with the conditions that fire at each; clones share them.
#[derive(Clone)]
pub struct Alerts {
    endpoints: Arc<RwLock<Endpoints>>,
    table: FiringTable,
    env: fn(&str) -> Option<OsString>,
    clock: Arc<dyn Clock>,
}

/// The endpoints by name.
type Endpoints = BTreeMap<String, Arc<Endpoint>>;

/// Runs the alerts of a host; cheap to clone.
#[derive(Clone)]
pub struct Alerting {
    pub(crate) view: HostView,
    alerts: Alerts,
    /// The settings that the alerts were last read from.
    known: Arc<tokio::sync::Mutex<Arc<HostConfig>>>,
    pub(crate) reader: Arc<tokio::sync::Mutex<ConditionReader>>,
}

impl Alerting {
    /// The alerts of the host that this view shows.
    #[must_use]
    pub fn new(view: HostView, alerts: Alerts) -> Self {
        let known = Arc::new(tokio::sync::Mutex::new(view.settings.now()));
        Self { view, alerts, known, reader: Arc::default() }
    }

    /// Puts the alerts of the settings in force, if those have changed: after a reload.
    pub async fn follow_settings(&self) {
        let mut known = self.known.lock().await;
        let now = self.view.settings.now();
        if Arc::ptr_eq(&known, &now) {
            return;
        }
        *known = now;
        if let Err(error) = self.alerts.replace(&known.alerts).await {
            tracing::error!(%error, "the alerts of the host file did not come into force; `gantry reload` tries again");
        }
    }

    /// Watches the host and notifies the endpoints, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        watch::run(&self, stop).await;
    }
}

/// One endpoint.
pub(crate) struct Endpoint {
    pub(crate) alert: Alert,
    /// Shared with the endpoint of the same name before and after a reload.
    pub(crate) state: Arc<Mutex<EndpointState>>,
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
    pub async fn open(
        alerts: &[Alert],
        store: &Store,
        env: fn(&str) -> Option<OsString>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, AlertsError> {
        let table = FiringTable::new(store.clone());
        let mut fired = table.load().await?;
        let opened = Self { endpoints: Arc::default(), table, env, clock };
        let mut endpoints = Endpoints::new();
        for alert in alerts {
            let state = EndpointState::of(fired.remove(&alert.name).unwrap_or_default());
            endpoints.insert(alert.name.clone(), Arc::new(opened.endpoint(alert, Arc::new(Mutex::new(state)))?));
        }
        opened.table.forget(fired).await?;
        *opened.endpoints.write() = endpoints;
        Ok(opened)
    }

    /// Replaces the endpoints by those of these alerts, after a reload of the host's file. One of the same name goes on with
    /// what fires there.
    pub(crate) async fn replace(&self, alerts: &[Alert]) -> Result<(), AlertsError> {
        let before = self.endpoints.read().clone();
        let mut endpoints = Endpoints::new();
        for alert in alerts {
            let state = before.get(&alert.name).map(|known| Arc::clone(&known.state)).unwrap_or_default();
            endpoints.insert(alert.name.clone(), Arc::new(self.endpoint(alert, state)?));
        }
        let removed = before.iter().filter(|(name, _)| !endpoints.contains_key(*name));
        let removed = removed.map(|(name, endpoint)| (name.clone(), endpoint.firing()));
        let removed = removed.filter(|(_, firing)| !firing.is_empty()).collect();
        *self.endpoints.write() = endpoints;
        Ok(self.table.forget(removed).await?)
    }

    fn endpoint(&self, alert: &Alert, state: Arc<Mutex<EndpointState>>) -> Result<Endpoint, AlertsError> {
        let context = TargetContext { env: &self.env, clock: &self.clock };
        let target = gantry_transport::target::build(&alert.target(), context)
            .map_err(|source| AlertsError::Endpoint { alert: alert.name.clone(), source })?;
        Ok(Endpoint { alert: alert.clone(), state, table: self.table.clone(), target })
    }

    /// The flow of each endpoint.
    #[must_use]
    pub fn flows(&self) -> Vec<Flow> {
        self.all().iter().map(|endpoint| flow_of(&endpoint.alert)).collect()
    }

    /// The endpoints, by name.
    pub(crate) fn all(&self) -> Vec<Arc<Endpoint>> {
        self.endpoints.read().values().cloned().collect()
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Endpoint>> {
        self.endpoints.read().get(name).cloned()
    }
}

impl Endpoint {
    fn firing(&self) -> Vec<Firing> {
        self.state.lock().firing.firing().cloned().collect()
    }
}
