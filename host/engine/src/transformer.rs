//! Turns the messages of a flow into deliveries: runs the steps, and checks the schemas before and after them. The worker
//! hands it a batch and gets a verdict for each message. It sends nothing and writes nothing.
//!
//! **Panics of the host.** If the host itself panics while it runs a batch, each message of the batch is run again alone.
//! A message on which the host panics a second time becomes a dead letter `host-panic`; the others are not affected.

mod conclusion;
mod dry_run;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use gantry_config::Flow;
use gantry_core::{Clock, Envelope, FlowName, Message, RetryPolicy, Stage, TargetName, Timestamp};
use gantry_store::Leased;
use tokio::sync::Semaphore;

use crate::metrics::FlowMetrics;
use crate::pipeline::{Batch, Findings, Item, Pipeline, Progress};
use crate::samples::Samples;
use crate::schemas::Schemas;
use crate::state::{Failure, Transformed, Verdict};
use crate::steps::Steps;
use conclusion::{Conclusion, deliveries};
pub use dry_run::DryRun;

/// Runs messages through the steps of a flow.
#[derive(Clone)]
pub struct Transformer {
    flow: FlowName,
    /// The steps that its messages go through.
    steps: Arc<Steps>,
    /// The schemas of incoming messages and of deliveries.
    schemas: Schemas,
    /// The target of a delivery without a route.
    default_target: TargetName,
    /// How often, and after how long, a plugin may ask for another run.
    retry: RetryPolicy,
    /// The last messages: new plugin versions are compared on them.
    samples: Arc<Samples>,
    services: TransformServices,
}

/// What a transformer uses of the host.
#[derive(Clone)]
pub struct TransformServices {
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
    /// How many plugin calls run at once in the whole host.
    pub plugin_threads: Arc<Semaphore>,
    /// The metrics of the flow.
    pub metrics: FlowMetrics,
}

impl Transformer {
    /// The transformer of a flow with these steps.
    #[must_use]
    pub fn new(flow: &Flow, steps: Arc<Steps>, samples: Arc<Samples>, services: TransformServices) -> Self {
        Self {
            flow: flow.name.clone(),
            steps,
            schemas: Schemas::of(flow),
            default_target: flow.default_target.clone(),
            retry: flow.retry,
            samples,
            services,
        }
    }

    /// A transformer with these steps and nothing else, for tests.
    #[cfg(test)]
    pub(crate) fn scripted(flow: FlowName, steps: Steps, services: TransformServices) -> Self {
        Self {
            flow,
            steps: Arc::new(steps),
            schemas: Schemas::default(),
            default_target: crate::fixtures::target_name("api"),
            retry: RetryPolicy::default(),
            samples: Arc::default(),
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

    /// The last messages.
    #[must_use]
    pub fn samples(&self) -> &Arc<Samples> {
        &self.samples
    }

    /// Whether this message is valid by the source's schema.
    #[must_use]
    pub fn takes(&self, message: &Message) -> bool {
        self.schemas.input_failure(message).is_none()
    }

    /// The inputs of the step at this index for these messages, each with the index of its message. Runs only the
    /// versions in force, and counts nothing. Leaves out messages that are decided before the step. Blocks.
    #[must_use]
    pub fn inputs_of_step(&self, index: usize, messages: &[&Message], now: Timestamp) -> Vec<(usize, Message)> {
        let steps = self.steps.list().get(..index).unwrap_or_default();
        let mut batch = Batch::of(messages.iter().map(|message| Item::first(message, 1)));
        Pipeline { steps, retry: self.retry, now, metrics: None }.run(&mut batch);
        let items = batch.into_items().into_iter().enumerate();
        items
            .flat_map(|(owner, item)| item.into_parts().into_iter().map(move |part| (owner, part.into_message())))
            .collect()
    }

    /// Runs the batch through all steps, off the async threads. Returns one verdict for each message, in the same
    /// order. A message that already has deliveries keeps them: what is sent never changes between attempts.
    pub(crate) async fn run(self: &Arc<Self>, batch: Vec<Leased>) -> Vec<Transformed> {
        if !self.computes() || batch.iter().all(|lease| !lease.envelope.deliveries.is_empty()) {
            return self.run_now(batch);
        }
        // The semaphore is never closed, so there always is a permit.
        let _thread = self.services.plugin_threads.acquire().await.ok();
        let transformer = Arc::clone(self);
        let span = tracing::Span::current();
        let running = tokio::task::spawn_blocking(move || span.in_scope(|| transformer.run_now(batch)));
        running.await.unwrap_or_else(|error| {
            // The host stops: the leases were dropped with the task, so their messages are back in the queue.
            tracing::warn!(flow = %self.flow, %error, "failed to transform a batch; its messages return to the queue");
            Vec::new()
        })
    }

    /// Whether transforming takes time; if so, it runs off the async threads.
    fn computes(&self) -> bool {
        !self.schemas.is_empty() || !self.steps.list().is_empty()
    }

    fn run_now(&self, batch: Vec<Leased>) -> Vec<Transformed> {
        if !self.steps.list().is_empty() {
            self.samples.keep(batch.iter().map(|lease| &lease.envelope));
        }
        let conclusions = self.conclude(&batch);
        batch.into_iter().zip(conclusions).map(|(lease, conclusion)| conclusion.apply_to(lease)).collect()
    }

    /// A conclusion for each message, even if the host panics.
    fn conclude(&self, batch: &[Leased]) -> Vec<Conclusion> {
        self.try_to_conclude(batch).unwrap_or_else(|| {
            let messages = batch.len();
            tracing::error!(flow = %self.flow, messages, "the host panicked while transforming a batch; its messages are retried one by one");
            batch.iter().map(|lease| self.conclude_alone(lease)).collect()
        })
    }

    fn conclude_alone(&self, lease: &Leased) -> Conclusion {
        let concluded = self.try_to_conclude(std::slice::from_ref(lease));
        concluded.into_iter().flatten().next().unwrap_or_else(|| {
            Conclusion::decided(Verdict::GiveUp(Failure::host_panic(Stage::Transform)), Findings::default())
        })
    }

    /// Transforms the messages as one batch; none when the host panics. A panic leaves nothing half done: no result is
    /// in an envelope yet, and shared values are locked only while they are changed.
    fn try_to_conclude(&self, batch: &[Leased]) -> Option<Vec<Conclusion>> {
        let envelopes: Vec<_> = batch.iter().map(|lease| &lease.envelope).collect();
        catch_unwind(AssertUnwindSafe(|| self.transform(&envelopes, Some(&self.services.metrics)))).ok()
    }

    /// `metrics`: where the messages are counted; none for a dry run.
    fn transform(&self, envelopes: &[&Envelope], metrics: Option<&FlowMetrics>) -> Vec<Conclusion> {
        let now = self.services.clock.now();
        let pipeline = Pipeline { steps: self.steps.list(), retry: self.retry, now, metrics };
        let mut batch = Batch::of(envelopes.iter().map(|envelope| self.enter(envelope)));
        pipeline.run(&mut batch);
        let items = envelopes.iter().zip(batch.into_items());
        items.map(|(envelope, item)| self.conclusion(&pipeline, envelope, item)).collect()
    }

    /// The message before the first step. It is already decided if it has deliveries, or if it breaks the source's
    /// schema.
    fn enter<'m>(&self, envelope: &'m Envelope) -> Item<'m> {
        let message = &envelope.message;
        if !envelope.deliveries.is_empty() {
            return Item::decided(message, envelope.run, Verdict::Deliver, envelope.warnings.clone());
        }
        match self.schemas.input_failure(message) {
            Some(failure) => Item::decided(message, envelope.run, Verdict::GiveUp(failure), Vec::new()),
            None => Item::first(message, envelope.run),
        }
    }

    /// Turns what the steps made into deliveries, or into the verdict they reached.
    fn conclusion(&self, pipeline: &Pipeline<'_>, envelope: &Envelope, item: Item<'_>) -> Conclusion {
        let (progress, findings) = item.into_progress();
        let (parts, made_by) = match progress {
            Progress::Decided(verdict) => return Conclusion::decided(verdict, findings),
            Progress::Undecided { parts, made_by } => (parts, made_by),
        };
        let deliveries = deliveries(envelope, parts, &self.default_target);
        let failure = self.schemas.output_failure(&deliveries, &made_by);
        if failure.is_some() && pipeline.metrics.is_some() {
            pipeline.count_downstream_failure(&made_by);
        }
        Conclusion::of_outputs(deliveries, made_by, failure, findings, pipeline.now)
    }
}

#[cfg(test)]
mod tests;
