//! What was deployed before the host started, put in force again before the flows begin. What can't be loaded breaks its
//! flow, until a reload finds it in the catalogue again.

use gantry_core::PluginRef;
use gantry_engine::flow::Shared;
use gantry_engine::overrides::{Gone, StepId};

use super::catalogue::CatalogueView;
use super::deployments::Deployments;
use super::error::RecallError;
use super::journal::Journal;
use crate::diagnose::chain;

/// Puts in force what is deployed on record; cheap to clone.
#[derive(Clone)]
pub struct Recall {
    shared: Shared,
    catalogue: CatalogueView,
}

impl Recall {
    /// For the steps of a host, with plugins from this catalogue.
    #[must_use]
    pub const fn new(shared: Shared, catalogue: CatalogueView) -> Self {
        Self { shared, catalogue }
    }

    /// Loads what was deployed before, so that the flows start with it, and every deployment on record.
    pub async fn all(&self, deployments: &Deployments) -> Result<(), RecallError> {
        let journal = Journal::new(self.shared.store.clone());
        for served in journal.deployed().await.map_err(RecallError::Records)? {
            self.load((served.flow, served.step), served.plugin).await;
        }
        deployments.recall(journal.deployments().await.map_err(RecallError::Records)?);
        Ok(())
    }

    /// Tries again what could not be loaded.
    pub(crate) async fn again(&self) {
        for (step, plugin) in self.shared.overrides.gone() {
            self.load(step, plugin).await;
        }
    }

    async fn load(&self, step_id: StepId, reference: PluginRef) {
        match self.catalogue.load(&reference).await {
            Ok(plugin) => self.shared.overrides.change(&step_id, |deployed| {
                deployed.plugin = Some(plugin);
                deployed.gone = None;
            }),
            Err(error) => {
                let (flow, step) = &step_id;
                let why = chain(&error);
                tracing::warn!(%flow, step, plugin = %reference, error = why, "what was deployed to a step can't be loaded");
                self.shared
                    .overrides
                    .change(&step_id, |deployed| deployed.gone = Some(Gone { plugin: reference, why }));
            }
        }
    }
}
