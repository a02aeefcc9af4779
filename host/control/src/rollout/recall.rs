//! What was deployed before the host started, put in force again before the flows begin.

use gantry_config::Flow;
use gantry_engine::flow::Shared;
use gantry_engine::overrides::StepId;

use super::catalogue::CatalogueView;
use super::error::RecallError;
use super::journal::{Journal, Recalled};
use crate::diagnose::chain;

/// Loads what was deployed before, so that the flows start with it; gives every deployment on record.
pub async fn recall(shared: &Shared, catalogue: &CatalogueView, flows: &[Flow]) -> Result<Recalled, RecallError> {
    let journal = Journal::new(shared.store.clone());
    for served in journal.deployed().await.map_err(RecallError::Records)? {
        let step_id = (served.flow, served.step);
        match catalogue.load(&served.plugin).await {
            Ok(plugin) => shared.overrides.change(&step_id, |deployed| deployed.plugin = Some(plugin)),
            Err(source) if is_among(flows, &step_id) => {
                let (flow, step) = step_id;
                return Err(RecallError::Plugin { flow, step, source: Box::new(source) });
            }
            Err(error) => {
                let (flow, step) = &step_id;
                let error = chain(&error);
                tracing::warn!(%flow, step, error, "what was deployed to a step that is gone can't be loaded");
            }
        }
    }
    journal.deployments().await.map_err(RecallError::Records)
}

fn is_among(flows: &[Flow], (flow, step): &StepId) -> bool {
    let of_flow = flows.iter().filter(|known| known.name == *flow);
    of_flow.flat_map(|known| &known.steps).any(|known| known.name == *step && known.plugin().is_some())
}
