//! What was deployed to which step: in memory for the flows, on disk for the next start.
//!
//! A step without an entry is served by the plugin its flow's file names. An entry outlasts reloads and restarts until
//! another deployment, a rollback or `gantry deploy reset` replaces it.

use std::collections::BTreeMap;
use std::sync::Arc;

use gantry_core::{Digest, FlowName};
use gantry_sandbox::Plugin;
use parking_lot::RwLock;

use super::trial::TrialPlan;

/// A step of a flow.
pub(crate) type Place = (FlowName, String);

/// What is deployed at a step; nothing of it: what the flow's file names, and no trial.
#[derive(Clone, Default)]
pub(crate) struct Deployed {
    /// What serves the step in place of the plugin in its flow's file.
    pub(crate) plugin: Option<Plugin>,
    /// A version on trial beside it.
    pub(crate) trial: Option<TrialPlan>,
}

/// The same, to tell whether it changed.
pub(crate) type Print = BTreeMap<String, (Option<Digest>, Option<(u64, u64)>)>;

/// All steps with an entry; clones show the same ones.
#[derive(Clone, Default)]
pub(crate) struct InForceMap(Arc<RwLock<BTreeMap<Place, Deployed>>>);

impl InForceMap {
    pub(crate) fn at(&self, flow: &FlowName, step: &str) -> Deployed {
        self.0.read().get(&(flow.clone(), step.to_owned())).cloned().unwrap_or_default()
    }

    /// Changes the entry of a step. Flows see it when they are bound anew.
    pub(crate) fn change(&self, place: &Place, change: impl FnOnce(&mut Deployed)) {
        let mut all = self.0.write();
        let entry = all.entry(place.clone()).or_default();
        change(entry);
        if entry.plugin.is_none() && entry.trial.is_none() {
            all.remove(place);
        }
    }

    /// What is deployed at the steps of a flow, by content.
    pub(crate) fn print(&self, flow: &FlowName) -> Print {
        let all = self.0.read();
        let of_flow = all.iter().filter(|((name, _), _)| name == flow);
        of_flow.map(|((_, step), deployed)| (step.clone(), deployed.print())).collect()
    }
}

impl Deployed {
    fn print(&self) -> (Option<Digest>, Option<(u64, u64)>) {
        let trial = self.trial.as_ref().map(|trial| (trial.deployment, trial.share.to_bits()));
        (self.plugin.as_ref().map(|plugin| plugin.reference().digest), trial)
    }
}
