//! What turns the messages of a flow into deliveries: its steps, between the schemas of what comes in and what goes out.
//! The worker hands it a batch and gets a verdict for each message. It sends nothing and writes nothing.
//!
//! **Panics of the host.** Should the host itself panic while it runs a batch, the messages are run again one by one, so
//! that none is blamed for another; the one that makes the host panic a second time becomes a dead letter `host-panic`.

mod conclusion;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use gantry_config::Flow;
use gantry_core::{Clock, FlowName, Message, RetryPolicy, Stage, TargetName, Timestamp};
use gantry_store::Leased;
use tokio::sync::Semaphore;

use crate::metrics::FlowMetrics;
use crate::pipeline::{Batch, Item, Pipeline, Progress};
use crate::samples::Samples;
use crate::schemas::Schemas;
use crate::state::{Failure, Transformed, Verdict};
use crate::steps::Steps;
use conclusion::{Conclusion, deliveries};

/// Runs messages through the steps of a flow.
#[derive(Clone)]
pub struct Transformer {
    flow: FlowName,
    /// What its messages go through.
    steps: Arc<Steps>,
    /// What messages are held to when they come in, and deliveries when they go out.
    schemas: Schemas,
    /// Where a delivery without a route goes.
    default_target: TargetName,
    /// How often, and after how long, a plugin may ask for another run.
    retry: RetryPolicy,
    /// The last messages it took on: new plugin versions are tried on them.
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
    /// What the flow has done.
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

    /// The last messages it took on.
    #[must_use]
    pub fn samples(&self) -> &Arc<Samples> {
        &self.samples
    }

    /// Whether the flow's own schema lets this message in.
    #[must_use]
    pub fn takes(&self, message: &Message) -> bool {
        self.schemas.unfit_input(message).is_none()
    }

    /// What the steps before the step of this index make of messages: each with the place of the message it is of. Only the
    /// versions in force are asked, nothing is counted, and messages that are decided before the step are left out. Blocks.
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

    /// Runs the batch through all steps, off the async threads. A message that already has deliveries keeps them:
    /// what is sent never changes between attempts. One verdict for each message, in the same order.
    pub(crate) async fn run(self: &Arc<Self>, batch: Vec<Leased>) -> Vec<Transformed> {
        if !self.computes() || batch.iter().all(|lease| !lease.envelope.deliveries.is_empty()) {
            return self.run_now(batch);
        }
        // The semaphore is never closed, so a missing permit only means running unthrottled.
        let _thread = self.services.plugin_threads.acquire().await.ok();
        let transformer = Arc::clone(self);
        let span = tracing::Span::current();
        let running = tokio::task::spawn_blocking(move || span.in_scope(|| transformer.run_now(batch)));
        running.await.unwrap_or_else(|error| {
            // The host stops: the leases went down with the task and are back in the queue.
            tracing::warn!(flow = %self.flow, %error, "a batch was not transformed; its messages return to the queue");
            Vec::new()
        })
    }

    /// Whether a message costs time on its way through: then it is spent off the async threads.
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

    /// What becomes of each message, whatever happens meanwhile.
    fn conclude(&self, batch: &[Leased]) -> Vec<Conclusion> {
        self.try_to_conclude(batch).unwrap_or_else(|| {
            let messages = batch.len();
            tracing::error!(flow = %self.flow, messages, "the host panicked while it transformed a batch; its messages are transformed one by one");
            batch.iter().map(|lease| self.conclude_alone(lease)).collect()
        })
    }

    fn conclude_alone(&self, lease: &Leased) -> Conclusion {
        let concluded = self.try_to_conclude(std::slice::from_ref(lease));
        concluded
            .into_iter()
            .flatten()
            .next()
            .unwrap_or_else(|| Conclusion::decided(Verdict::GiveUp(Failure::host_panic(Stage::Transform)), Vec::new()))
    }

    /// The messages in one batch; none when the host panics. A panic leaves nothing half done behind: what is computed here
    /// is not in an envelope yet, and what is shared is locked only while a value is changed.
    fn try_to_conclude(&self, batch: &[Leased]) -> Option<Vec<Conclusion>> {
        catch_unwind(AssertUnwindSafe(|| self.transform(batch))).ok()
    }

    fn transform(&self, leases: &[Leased]) -> Vec<Conclusion> {
        let now = self.services.clock.now();
        let pipeline =
            Pipeline { steps: self.steps.list(), retry: self.retry, now, metrics: Some(&self.services.metrics) };
        let mut batch = Batch::of(leases.iter().map(|lease| self.enter(lease)));
        pipeline.run(&mut batch);
        let items = leases.iter().zip(batch.into_items());
        items.map(|(lease, item)| self.conclusion(&pipeline, lease, item)).collect()
    }

    /// A message with deliveries is past the plugins; any other enters the first step, if the flow takes it.
    fn enter<'m>(&self, lease: &'m Leased) -> Item<'m> {
        let envelope = &lease.envelope;
        let message = &envelope.message;
        if !envelope.deliveries.is_empty() {
            return Item::decided(message, envelope.run, Verdict::Deliver, envelope.warnings.clone());
        }
        match self.schemas.unfit_input(message) {
            Some(failure) => Item::decided(message, envelope.run, Verdict::GiveUp(failure), Vec::new()),
            None => Item::first(message, envelope.run),
        }
    }

    /// Turns what the steps made into deliveries, or into the verdict they reached.
    fn conclusion(&self, pipeline: &Pipeline<'_>, lease: &Leased, item: Item<'_>) -> Conclusion {
        let (progress, warnings) = item.into_progress();
        let (parts, made_by) = match progress {
            Progress::Decided(verdict) => return Conclusion::decided(verdict, warnings),
            Progress::Going { parts, made_by } => (parts, made_by),
        };
        let deliveries = deliveries(&lease.envelope, parts, &self.default_target);
        let unfit = self.schemas.unfit_output(&deliveries, &made_by);
        if unfit.is_some() {
            pipeline.blame(&made_by);
        }
        Conclusion::of_outputs(deliveries, made_by, unfit, warnings, pipeline.now)
    }
}

#[cfg(test)]
mod tests;
