//! What turns the messages of a flow into deliveries: its steps, between the schemas of what comes in and what goes out.
//! The worker hands it a batch; `pipeline` has the run itself. It sends nothing and writes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use gantry_config::Flow;
use gantry_core::{Clock, FlowName, RetryPolicy, TargetName};
use gantry_schema::Schema;
use tokio::sync::Semaphore;

use crate::metrics::FlowMetrics;
use crate::samples::Samples;
use crate::steps::Steps;

/// Runs messages through the steps of a flow.
#[derive(Clone)]
pub struct Transformer {
    pub(crate) flow: FlowName,
    /// What its messages go through.
    pub(crate) steps: Arc<Steps>,
    /// What messages are held to when they come in.
    pub(crate) input_schema: Option<Schema>,
    /// What deliveries to a target are held to.
    pub(crate) output_schemas: BTreeMap<TargetName, Schema>,
    /// Where a delivery without a route goes.
    pub(crate) default_target: TargetName,
    /// How often, and after how long, a plugin may ask for another run.
    pub(crate) retry: RetryPolicy,
    /// The last messages it took on: new plugin versions are tried on them.
    pub(crate) samples: Arc<Samples>,
    pub(crate) services: TransformServices,
}

/// What a transformer uses of the host.
#[derive(Clone)]
pub struct TransformServices {
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
    /// How many plugin calls run at once in the whole host.
    pub plugin_threads: Arc<Semaphore>,
    /// What the flow has done.
    pub metrics: FlowMetrics,
}

impl Transformer {
    /// The transformer of a flow with these steps.
    #[must_use]
    pub fn new(flow: &Flow, steps: Arc<Steps>, samples: Arc<Samples>, services: TransformServices) -> Self {
        let schemas = flow.targets.iter().filter_map(|(name, target)| Some((name.clone(), target.schema.clone()?)));
        Self {
            flow: flow.name.clone(),
            steps,
            input_schema: flow.input_schema.clone(),
            output_schemas: schemas.collect(),
            default_target: flow.default_target.clone(),
            retry: flow.retry,
            samples,
            services,
        }
    }

    /// The same flow with other steps.
    #[must_use]
    pub fn with_steps(&self, steps: Arc<Steps>) -> Self {
        Self { steps, ..self.clone() }
    }

    /// Its steps.
    #[must_use]
    pub fn steps(&self) -> &Arc<Steps> {
        &self.steps
    }

    /// The last messages it took on.
    #[must_use]
    pub fn samples(&self) -> &Arc<Samples> {
        &self.samples
    }
}
