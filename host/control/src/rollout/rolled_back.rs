//! Versions that the host itself rolled back, as long as that is news: until one is deployed to the step.

use std::collections::BTreeMap;

use gantry_core::{FlowName, PluginRef, Timestamp};
use gantry_engine::overrides::StepId;

use super::GANTRY;
use super::record::{Deployment, Phase};

/// A version that was rolled back.
#[derive(Clone, Debug)]
pub struct RolledBack {
    /// The deployment.
    pub number: u64,
    /// The flow.
    pub flow: FlowName,
    /// The step.
    pub step: String,
    /// What serves the step again.
    pub from: PluginRef,
    /// What was rolled back.
    pub to: PluginRef,
    /// When.
    pub at: Timestamp,
    /// Whether another deployment to the step is under way.
    pub retried: bool,
}

impl RolledBack {
    /// For each step the last one; `records` are in the order of their beginning.
    pub(crate) fn among<'a>(records: impl Iterator<Item = &'a Deployment>) -> Vec<Self> {
        let mut last: BTreeMap<StepId, Self> = BTreeMap::new();
        for record in records {
            let step = record.step_id();
            match record.phase {
                Phase::RolledBack if record.events.last().is_some_and(|event| event.by == GANTRY) => {
                    last.insert(step, Self::of(record));
                }
                // An operator who rolls a version back knows.
                Phase::Deployed | Phase::RolledBack => {
                    last.remove(&step);
                }
                Phase::Refused => {}
                _ => {
                    if let Some(rolled_back) = last.get_mut(&step) {
                        rolled_back.retried = true;
                    }
                }
            }
        }
        last.into_values().collect()
    }

    fn of(record: &Deployment) -> Self {
        let Deployment { number, flow, step, from, to, since, .. } = record.clone();
        Self { number, flow, step, from, to, at: since, retried: false }
    }
}
