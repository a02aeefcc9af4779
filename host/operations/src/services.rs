//! What operations act with. It is private to them: whoever wants something changed executes an operation.

use std::sync::Arc;

use gantry_control::publish::Publisher;
use gantry_control::reload::Reloader;
use gantry_control::rollout::Deployer;
use gantry_control::targets::TargetCommands;
use gantry_observe::alerts::Alerting;
use gantry_store::{Catalogue, Store};

/// The services behind all operations.
pub(crate) struct Services {
    pub(crate) store: Store,
    pub(crate) catalogue: Catalogue,
    /// None where nothing can be compiled.
    pub(crate) publisher: Option<Publisher>,
    /// None where no host is at work.
    pub(crate) host: Option<HostServices>,
}

/// What only a host at work has.
#[derive(Clone)]
pub struct HostServices {
    /// Takes edited files in force.
    pub reloader: Arc<Reloader>,
    /// Replaces plugins.
    pub deployer: Deployer,
    /// Stops targets, and lets them go on.
    pub targets: TargetCommands,
    /// Tries the endpoints of alerts.
    pub alerting: Alerting,
}
