//! The services that operations use. They are private to operations, so that every change is an operation.

use std::sync::Arc;

use gantry_control::publish::Publisher;
use gantry_control::reload::Reloader;
use gantry_control::rollout::Deployer;
use gantry_control::targets::TargetCommands;
use gantry_engine::active_flows::ActiveFlows;
use gantry_engine::closed_intakes::ClosedIntakes;
use gantry_engine::dead_letter_room::DeadLetterRoom;
use gantry_observe::alerts::Alerting;
use gantry_store::{Catalogue, Store};

/// The services behind all operations.
pub(crate) struct Services {
    pub(crate) store: Store,
    pub(crate) catalogue: Catalogue,
    /// None if plugins can't be compiled.
    pub(crate) publisher: Option<Publisher>,
    /// None without a running host.
    pub(crate) host: Option<HostServices>,
}

/// The services of a running host.
#[derive(Clone)]
pub struct HostServices {
    /// The flows in force.
    pub flows: ActiveFlows,
    /// Reloads the flow files.
    pub reloader: Arc<Reloader>,
    /// Replaces plugins.
    pub deployer: Deployer,
    /// Stops and restarts targets.
    pub targets: TargetCommands,
    /// Tests the endpoints of alerts.
    pub alerting: Alerting,
    /// The flows that take nothing in, because an operator said so.
    pub closed_intakes: ClosedIntakes,
    /// Whether more dead letters may arise.
    pub dead_letter_room: DeadLetterRoom,
}
