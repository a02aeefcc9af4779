//! What a reload changed about the flows.

use gantry_config::SettingChange;
use gantry_core::FlowName;

/// What a reload did to the flows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// New flows: they accept messages now.
    pub added: Vec<FlowName>,
    /// Changed flows: their next batch runs under the new version.
    pub changed: Vec<FlowName>,
    /// Removed flows: they accept no messages any more.
    pub removed: Vec<Removed>,
    /// Unchanged flows.
    pub unchanged: Vec<FlowName>,
    /// Flows that can't run: they could not before either.
    pub broken: Vec<FlowName>,
    /// Settings of the host that changed.
    pub settings: Vec<SettingChange>,
}

/// A flow that was removed, and what is left of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The flow.
    pub flow: FlowName,
    /// Messages in its queue. Unless another flow takes them over, they stay there, on disk, until there is a flow of this name again.
    pub waiting: usize,
    /// The flow that takes them over, because this was its name before.
    pub taken_over_by: Option<FlowName>,
}

impl Changes {
    /// Whether neither a flow nor a setting changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty() && self.settings.is_empty()
    }
}
