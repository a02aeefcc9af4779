//! What a plan changes when it takes force.

use gantry_core::FlowName;

/// What a reload did to the flows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// They take messages in now.
    pub added: Vec<FlowName>,
    /// Their next batch runs under the new version.
    pub changed: Vec<FlowName>,
    /// They take nothing in any more.
    pub removed: Vec<Removed>,
    /// They were not touched.
    pub unchanged: Vec<FlowName>,
}

/// A flow that is gone, and what it left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The flow.
    pub flow: FlowName,
    /// Messages in its queue: they stay there, on disk, until a flow of this name is back.
    pub waiting: usize,
}

impl Changes {
    /// Whether every flow is as it was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }
}
