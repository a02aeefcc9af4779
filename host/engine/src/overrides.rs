//! Which plugins are deployed to which steps, in memory. Rollouts keep the same on disk for the next start.
//!
//! A step without an entry runs the plugin that its flow's file names. An entry stays through reloads and restarts, until
//! another deployment, a rollback or `gantry deploy reset` replaces it.

use std::collections::BTreeMap;
use std::sync::Arc;

use gantry_core::{Digest, FlowName, PluginRef};
use gantry_sandbox::Plugin;
use parking_lot::RwLock;

use crate::canary::CanaryPlan;

/// A step of a flow.
pub type StepId = (FlowName, String);

/// What is deployed at a step. Empty: the plugin of the flow's file serves it, without a canary.
#[derive(Clone, Default)]
pub struct StepOverride {
    /// The plugin that serves the step in place of the one in the flow's file.
    pub plugin: Option<Plugin>,
    /// A version on canary beside it.
    pub canary: Option<CanaryPlan>,
    /// What is deployed on record and can't be loaded. The flow is broken: nobody asked for the plugin of its file.
    pub gone: Option<Gone>,
}

/// A deployed plugin that can't be loaded.
#[derive(Clone, Debug)]
pub struct Gone {
    /// The plugin.
    pub plugin: PluginRef,
    /// Why.
    pub why: String,
}

/// The content of a flow's overrides, to tell whether they changed.
pub type OverrideDigest = BTreeMap<String, (Option<Digest>, Option<(u64, u64)>)>;

/// All steps with an entry; clones share them.
#[derive(Clone, Default)]
pub struct StepOverrides(Arc<RwLock<BTreeMap<StepId, StepOverride>>>);

impl StepOverrides {
    /// What is deployed at a step.
    pub fn at(&self, flow: &FlowName, step: &str) -> StepOverride {
        self.0.read().get(&(flow.clone(), step.to_owned())).cloned().unwrap_or_default()
    }

    /// Changes the entry of a step. A flow sees the change when its steps are bound again.
    pub fn change(&self, step: &StepId, change: impl FnOnce(&mut StepOverride)) {
        let mut all = self.0.write();
        let entry = all.entry(step.clone()).or_default();
        change(entry);
        if entry.plugin.is_none() && entry.canary.is_none() && entry.gone.is_none() {
            all.remove(step);
        }
    }

    /// Lets a flow have what is deployed to the steps of another one, where it has nothing itself. A version on canary is not
    /// among it.
    pub fn lend(&self, from: &FlowName, to: &FlowName) {
        let mut all = self.0.write();
        let lent: Vec<_> = all
            .iter()
            .filter(|((flow, step), _)| flow == from && !all.contains_key(&(to.clone(), step.clone())))
            .map(|((_, step), deployed)| ((to.clone(), step.clone()), deployed.without_canary()))
            .filter(|(_, deployed)| deployed.plugin.is_some() || deployed.gone.is_some())
            .collect();
        all.extend(lent);
    }

    /// Forgets what is deployed to the steps of a flow.
    pub fn forget(&self, flow: &FlowName) {
        self.0.write().retain(|(name, _), _| name != flow);
    }

    /// What is deployed to the steps of a flow, whether the flow has these steps or not.
    pub fn of(&self, flow: &FlowName) -> Vec<(String, PluginRef)> {
        let all = self.0.read();
        let of_flow = all.iter().filter(|((name, _), _)| name == flow);
        let deployed = of_flow.filter_map(|((_, step), deployed)| {
            let gone = deployed.gone.as_ref().map(|gone| &gone.plugin);
            let plugin = deployed.plugin.as_ref().map(Plugin::reference).or(gone)?;
            Some((step.clone(), plugin.clone()))
        });
        deployed.collect()
    }

    /// Every plugin that is deployed and can't be loaded.
    pub fn gone(&self) -> Vec<(StepId, PluginRef)> {
        let all = self.0.read();
        all.iter().filter_map(|(step, deployed)| Some((step.clone(), deployed.gone.as_ref()?.plugin.clone()))).collect()
    }

    /// What is deployed at the steps of a flow, by content.
    pub fn digest(&self, flow: &FlowName) -> OverrideDigest {
        let all = self.0.read();
        let of_flow = all.iter().filter(|((name, _), _)| name == flow);
        of_flow.map(|((_, step), deployed)| (step.clone(), deployed.digest())).collect()
    }
}

impl StepOverride {
    fn without_canary(&self) -> Self {
        Self { canary: None, ..self.clone() }
    }

    fn digest(&self) -> (Option<Digest>, Option<(u64, u64)>) {
        let canary = self.canary.as_ref().map(|canary| (canary.deployment, canary.share.to_bits()));
        (self.plugin.as_ref().map(|plugin| plugin.reference().digest), canary)
    }
}
