//! The steps' part: a batch of leased messages goes through the flow's plugins and rules, between the schemas of what comes in
//! and what goes out, and each message comes out with a verdict. What one message does to its plugin never touches
//! another message's verdict.
//!
//! A message is one unit: when any of the messages a step made of it is refused by a later step, the whole of it is,
//! and nothing of it is sent.

mod rules;

use std::sync::Arc;

use gantry_core::{
    Delivery, Digest, Event, Fault, Message, Outcome, Output, Reason, Stage, TargetName, Timestamp, TrailEntry,
    Violation,
};
use gantry_sandbox::{Invocation, PluginFault, Run};
use gantry_store::Leased;

use crate::state::{Failure, Transformed, Verdict};
use crate::step::{Answers, PluginStep, RunningStep};
use crate::transformer::Transformer;

/// What the steps so far made of one message.
enum Progress {
    /// Messages for the next step, each with the route an earlier step gave it, and the components that made them.
    Going(Vec<Part>, Vec<Digest>),
    /// Decided; later steps don't see it.
    Decided(Verdict),
}

/// One message between two steps.
pub struct Part {
    message: Message,
    route: Option<TargetName>,
    idempotency_key: Option<String>,
}

impl Transformer {
    /// Runs the batch through all steps, off the async threads. A message that already has deliveries keeps them:
    /// what is sent never changes between attempts.
    pub(crate) async fn run(self: &Arc<Self>, batch: Vec<Leased>) -> Vec<Transformed> {
        if !self.computes() || batch.iter().all(|lease| !lease.envelope.deliveries.is_empty()) {
            return self.transform_now(batch);
        }
        // The semaphore is never closed, so a missing permit only means running unthrottled.
        let _thread = self.services.plugin_threads.acquire().await.ok();
        let transformer = Arc::clone(self);
        let span = tracing::Span::current();
        match tokio::task::spawn_blocking(move || span.in_scope(|| transformer.transform_now(batch))).await {
            Ok(transformed) => transformed,
            Err(panic) => {
                // The leases went down with the task and are back in the queue.
                tracing::error!(flow = %self.flow, error = %panic, "the plugin pipeline panicked; its messages return to the queue");
                Vec::new()
            }
        }
    }

    fn transform_now(&self, mut batch: Vec<Leased>) -> Vec<Transformed> {
        let now = self.services.clock.now();
        let mut progress: Vec<Progress> = batch.iter_mut().map(|lease| self.begin(lease)).collect();
        if !self.steps.list().is_empty() {
            self.samples.keep(batch.iter().map(|lease| &lease.envelope));
        }
        for step in self.steps.list() {
            match step {
                RunningStep::Plugin(step) => self.apply(step, &batch, &mut progress, now),
                RunningStep::Rules(step) => self.hold(step, &mut batch, &mut progress),
            }
        }
        batch.into_iter().zip(progress).map(|(lease, progress)| self.conclude(lease, progress, now)).collect()
    }

    /// A message with deliveries is past the plugins; any other enters the first step, if the flow takes it.
    fn begin(&self, lease: &mut Leased) -> Progress {
        if !lease.envelope.deliveries.is_empty() {
            return Progress::Decided(Verdict::Deliver);
        }
        // A run before this one may have left some; this one finds them again.
        lease.envelope.warnings.clear();
        let message = &lease.envelope.message;
        match self.unfit_input(message) {
            Some(failure) => Progress::Decided(Verdict::GiveUp(failure)),
            None => Progress::Going(vec![Part::first(message)], Vec::with_capacity(self.steps.list().len())),
        }
    }

    /// One step over all messages still going: one call into the sandbox.
    fn apply(&self, step: &PluginStep, batch: &[Leased], progress: &mut [Progress], now: Timestamp) {
        let (owners, invocations): (Vec<usize>, Vec<Invocation<'_>>) = progress
            .iter()
            .enumerate()
            .filter_map(|(owner, progress)| match progress {
                Progress::Going(parts, _) => Some((owner, parts)),
                Progress::Decided(_) => None,
            })
            .flat_map(|(owner, parts)| parts.iter().map(move |part| (owner, part)))
            .map(|(owner, part)| (owner, Invocation { message: &part.message, attempt: batch[owner].envelope.run }))
            .unzip();
        if invocations.is_empty() {
            return;
        }
        let observe = |run: &Run, messages| self.services.metrics.observe_plugin(&step.name, run, messages);
        let owner_of = |at: usize| &batch[owners[at]].envelope.message;
        let answers = step.answer(&invocations, owner_of, now, observe);
        self.gather(step, batch, progress, &owners, answers);
    }

    /// Hands each outcome back to the message it belongs to.
    fn gather(
        &self,
        step: &PluginStep,
        batch: &[Leased],
        progress: &mut [Progress],
        owners: &[usize],
        answers: Answers,
    ) {
        let answers = answers.outcomes.into_iter().zip(answers.components);
        let mut answers = owners.iter().copied().zip(answers).peekable();
        for (owner, slot) in progress.iter_mut().enumerate() {
            let Progress::Going(parts, made_by) = slot else { continue };
            let (parts, mut made_by) = (std::mem::take(parts), std::mem::take(made_by));
            // All parts of a message have met the same component.
            made_by.extend(answers.peek().map(|(_, (_, component))| *component));
            let component = made_by.last().copied();
            let mut next = Vec::with_capacity(parts.len());
            let mut skipped = None;
            let mut decided = None;
            for part in parts {
                let Some((_, (outcome, _))) = answers.next_if(|(of, _)| *of == owner) else { break };
                match outcome {
                    Ok(Outcome::Emit(outputs)) => {
                        let alone = outputs.len() == 1;
                        next.extend(outputs.into_iter().map(|output| part.continue_as(output, alone)));
                    }
                    Ok(Outcome::Skip(fault)) => skipped = Some(fault),
                    other => decided = decided.or_else(|| Some(self.refusal(step, component, &batch[owner], other))),
                }
            }
            if matches!(decided, Some(Verdict::GiveUp(_))) {
                self.blame(&made_by[..made_by.len().saturating_sub(1)]);
            }
            *slot = match decided {
                Some(verdict) => Progress::Decided(verdict),
                None if next.is_empty() => Progress::Decided(Verdict::Skip(skipped.unwrap_or_else(|| {
                    Fault::new("emitted-nothing", format!("step `{}` emitted no message", step.name))
                }))),
                None => Progress::Going(next, made_by),
            };
        }
    }

    /// These components, in the order of the steps, answered a message that was given up behind them.
    fn blame(&self, made_by: &[Digest]) {
        self.steps.plugin_steps().zip(made_by).for_each(|(step, component)| step.blame(*component));
    }

    /// The verdict of an outcome that ends or postpones a message.
    fn refusal(
        &self,
        step: &PluginStep,
        component: Option<Digest>,
        lease: &Leased,
        outcome: Result<Outcome, PluginFault>,
    ) -> Verdict {
        match outcome {
            Ok(Outcome::Emit(_)) => Verdict::Deliver,
            Ok(Outcome::Skip(fault)) => Verdict::Skip(fault),
            Ok(Outcome::Invalid(violations)) => Verdict::GiveUp(invalid(&step.name, violations, component)),
            Ok(Outcome::Reject(fault)) => Verdict::GiveUp(given_up(fault.code, fault.text, component)),
            Ok(Outcome::Retry { fault, after }) => {
                match self.retry.wait_after(lease.envelope.run, after, fastrand::f64()) {
                    Some(wait) => Verdict::RunAgain { fault, wait },
                    None => Verdict::GiveUp(given_up("retries-exhausted", exhausted(&fault, lease), component)),
                }
            }
            Err(fault) if fault.is_transient() => {
                let fault = Fault::new(fault.code, fault.text);
                match self.retry.wait_after(lease.envelope.run, None, fastrand::f64()) {
                    Some(wait) => Verdict::RunAgain { fault, wait },
                    None => Verdict::GiveUp(given_up(fault.code, fault.text, component)),
                }
            }
            Err(fault) => Verdict::GiveUp(given_up(fault.code, describe(&fault), component)),
        }
    }

    /// Turns what the steps made into deliveries, or into the verdict they reached.
    fn conclude(&self, mut lease: Leased, progress: Progress, now: Timestamp) -> Transformed {
        let (parts, made_by) = match progress {
            Progress::Decided(verdict) => return Transformed { lease, verdict },
            Progress::Going(parts, made_by) => (parts, made_by),
        };
        let envelope = &mut lease.envelope;
        envelope.plugins = made_by;
        let (id, key) = (envelope.message.id, envelope.message.key.as_deref());
        let deliveries = (0_u32..).zip(parts).map(|(position, part)| {
            let (route, output) = part.into_output();
            Delivery::of(id, key, position, route.unwrap_or_else(|| self.default_target.clone()), output)
        });
        let wanted = envelope.replay.as_ref().and_then(|replay| replay.dead_letter.position);
        // A replay of one delivery sends that one: its siblings have arrived long ago.
        let deliveries: Vec<_> = deliveries.filter(|d| wanted.is_none_or(|position| d.position == position)).collect();
        let verdict = if deliveries.is_empty() {
            Verdict::Skip(Fault::new(
                "delivery-gone",
                "the plugins no longer emit the delivery that was to be replayed",
            ))
        } else {
            Verdict::Deliver
        };
        let outputs = u32::try_from(deliveries.len()).unwrap_or(u32::MAX);
        let event = Event::Transformed { outputs, plugins: envelope.plugins.clone() };
        envelope.trail.push(TrailEntry { at: now, event });
        if let Some(failure) = self.unfit_output(&deliveries, &envelope.plugins) {
            self.blame(&envelope.plugins);
            return Transformed { lease, verdict: Verdict::GiveUp(failure) };
        }
        envelope.deliveries = deliveries;
        Transformed { lease, verdict }
    }
}

impl Part {
    /// A message before the first step.
    pub fn first(message: &Message) -> Self {
        Self { message: message.clone(), route: None, idempotency_key: None }
    }

    /// What the next step sees of an output. The route an earlier step chose holds until a later one chooses anew;
    /// so does the idempotency key, unless the message was split: two deliveries must not share one.
    pub fn continue_as(&self, output: Output, alone: bool) -> Self {
        let inherited = || self.idempotency_key.clone().filter(|_| alone);
        Self {
            route: output.route.or_else(|| self.route.clone()),
            idempotency_key: output.idempotency_key.or_else(inherited),
            message: Message {
                id: self.message.id,
                key: output.key.or_else(|| self.message.key.clone()),
                content_type: output.content_type,
                headers: output.headers,
                event_time: self.message.event_time,
                payload: output.payload,
            },
        }
    }

    /// What a step sees of it on its first run.
    pub const fn invocation(&self) -> Invocation<'_> {
        Invocation { message: &self.message, attempt: 1 }
    }

    /// The message as the next step would see it.
    pub fn into_message(self) -> Message {
        self.message
    }

    fn into_output(self) -> (Option<TargetName>, Output) {
        let message = self.message;
        let output = Output {
            route: None,
            key: message.key,
            idempotency_key: self.idempotency_key,
            content_type: message.content_type,
            headers: message.headers,
            payload: message.payload,
        };
        (self.route, output)
    }
}

fn invalid(step: &str, violations: Vec<Violation>, component: Option<Digest>) -> Failure {
    let text = match violations.as_slice() {
        [one] => format!("{} {}", one.path, one.text).trim().to_owned(),
        many => format!("{} rules broken", many.len()),
    };
    Failure::invalid(step, text, violations, component)
}

fn given_up(code: impl Into<String>, text: String, component: Option<Digest>) -> Failure {
    let reason = Reason { code: code.into(), text, violations: Vec::new() };
    Failure { stage: Stage::Transform, reason, component, output: None, breaches: Vec::new() }
}

fn exhausted(fault: &Fault, lease: &Leased) -> String {
    format!("the plugin asked to retry and {} runs were the last: {}: {}", lease.envelope.run, fault.code, fault.text)
}

/// The fault with what the guest printed and where it stood: function names, never data.
fn describe(fault: &PluginFault) -> String {
    let mut text = fault.text.clone();
    for (title, lines) in [("printed", fault.stderr.as_str()), ("at", &fault.backtrace.join("\n"))] {
        if !lines.is_empty() {
            text.push_str(&format!("\n{title}: {lines}"));
        }
    }
    text
}
