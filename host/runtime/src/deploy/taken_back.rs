//! Versions that the host itself took back, as long as that is news: until one is deployed to the step.

use std::collections::BTreeMap;

use gantry_core::{FlowName, PluginRef, Timestamp};

use super::GANTRY;
use super::force::Place;
use super::journal::place_of;
use super::record::{Deployment, Phase};

/// A version that was taken back.
#[derive(Clone, Debug)]
pub(crate) struct TakenBack {
    pub(crate) number: u64,
    pub(crate) flow: FlowName,
    pub(crate) step: String,
    pub(crate) from: PluginRef,
    pub(crate) to: PluginRef,
    pub(crate) at: Timestamp,
    /// Whether another deployment to the step is under way.
    pub(crate) retried: bool,
}

impl TakenBack {
    /// For each step the last one; `records` are in the order of their beginning.
    pub(crate) fn among<'a>(records: impl Iterator<Item = &'a Deployment>) -> Vec<Self> {
        let mut last: BTreeMap<Place, Self> = BTreeMap::new();
        for record in records {
            let place = place_of(record);
            match record.phase {
                Phase::RolledBack if record.events.last().is_some_and(|event| event.by == GANTRY) => {
                    last.insert(place, Self::of(record));
                }
                // An operator who takes a version back knows.
                Phase::Deployed | Phase::RolledBack => {
                    last.remove(&place);
                }
                Phase::Refused => {}
                _ => {
                    if let Some(taken_back) = last.get_mut(&place) {
                        taken_back.retried = true;
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
