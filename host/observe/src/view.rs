//! What observers can read from a running host.

use std::sync::Arc;
use std::time::Duration;

use gantry_config::{Events as EventSettings, Flow, SettingsInForce};
use gantry_control::reload::Reloader;
use gantry_control::rollout::Deployer;
use gantry_core::Clock;
use gantry_core::alert::Origin;
use gantry_engine::active_flows::ActiveFlows;
use gantry_engine::closed_intakes::ClosedIntakes;
use gantry_engine::dead_letter_room::DeadLetterRoom;
use gantry_engine::disk::DiskGuard;
use gantry_engine::events::Events;
use gantry_engine::metrics::Metrics;
use gantry_store::Store;
use tokio_util::sync::CancellationToken;

/// Everything that observers read; cheap to clone.
#[derive(Clone)]
pub struct HostView {
    /// Queue, dead letters and history.
    pub store: Store,
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
    /// The metrics of the host.
    pub metrics: Metrics,
    /// The flows in force.
    pub flows: ActiveFlows,
    /// Whether the disk is low.
    pub disk: DiskGuard,
    /// Whether more dead letters may arise.
    pub dead_letters: DeadLetterRoom,
    /// Where host events are published.
    pub events: Events,
    /// The deployments, of which those that were rolled back are a condition.
    pub deployer: Deployer,
    /// The reloads, of which a refused one is a condition.
    pub reloader: Arc<Reloader>,
    /// The host's settings in force.
    pub settings: SettingsInForce,
    /// The flows that take nothing in, because an operator said so.
    pub closed_intakes: ClosedIntakes,
    /// Where the runbooks are; none: in the sources.
    pub runbooks: Option<Arc<str>>,
    /// Cancelled when the host can't go on with its store.
    pub broken: CancellationToken,
}

/// How many refusals and faults are too many.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    /// Over what time they are counted.
    pub count_within: Duration,
    /// Requests to a flow that were refused for want of room.
    pub refused_requests: u64,
    /// Requests to a flow that were refused because of their credentials.
    pub unauthorized_requests: u64,
    /// Faults of one step's plugin.
    pub plugin_faults: u64,
}

impl Thresholds {
    /// Those of the host file.
    #[must_use]
    pub const fn of(events: &EventSettings) -> Self {
        let EventSettings { count_within, refused_requests, unauthorized_requests, plugin_faults, .. } = events;
        Self {
            count_within: *count_within,
            refused_requests: *refused_requests,
            unauthorized_requests: *unauthorized_requests,
            plugin_faults: *plugin_faults,
        }
    }
}

impl HostView {
    /// Whether the process can work.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.store.is_healthy() && !self.broken.is_cancelled()
    }

    /// What is the same in all notifications of this host.
    pub(crate) fn origin(&self) -> Origin<'_> {
        Origin { instance: self.events.instance(), runbooks: self.runbooks.as_deref() }
    }

    /// How many refusals and faults are too many.
    pub(crate) fn thresholds(&self) -> Thresholds {
        Thresholds::of(&self.settings.now().events)
    }

    /// How old the oldest message of this flow may be.
    #[must_use]
    pub fn queue_age(&self, flow: &Flow) -> Duration {
        flow.queue_age.unwrap_or_else(|| self.settings.now().events.queue_age)
    }
}
