//! What another version would make of dead letters, held against the one in force. Changes nothing.

use std::sync::Arc;

use gantry_core::DeadLetterId;
use gantry_engine::overrides::StepId;

use super::compare::Pair;
use super::deployer::Deployer;
use super::error::DeployError;
use super::record::ShadowReport;
use super::samples;

impl Deployer {
    /// What another version makes of these dead letters, against the one in force.
    pub async fn dry_run(
        &self,
        step_id: StepId,
        plugin: &str,
        dead_letters: Vec<DeadLetterId>,
    ) -> Result<ShadowReport, DeployError> {
        let steps = self.steps();
        steps.serving(&step_id).await?;
        let reference = steps.catalogue.find(plugin).await?;
        let new = steps.catalogue.load(&reference).await?;
        let (flow_name, step) = step_id;
        let flow = steps.running(&flow_name).await?;
        let bound_flow = Arc::clone(&flow);
        let pair = steps.compute(move || Pair::bind(&bound_flow, &step, &new)).await.ok_or(DeployError::Stopping)??;
        let pair = Arc::new(pair);
        let mut report = ShadowReport::default();
        // A batch at a time: the flows have their turn in between, and few dead letters are in memory.
        for ids in dead_letters.chunks(flow.batch_messages) {
            let samples = samples::of_dead_letters(&steps.shared.store, &flow_name, ids).await?;
            let pair = Arc::clone(&pair);
            let flow = Arc::clone(&flow);
            let compared = steps.compute(move || {
                pair.compare(&flow, &samples, &mut report);
                report
            });
            report = compared.await.ok_or(DeployError::Stopping)?;
        }
        Ok(report)
    }
}
