//! Runs a batch through the steps of a flow: plugins and rules, one after the other, until each message is decided or
//! past the last step. A message that makes a plugin fail never changes the verdict on another message.
//!
//! A message is one unit: if a later step refuses any of the parts that an earlier step made of it, the whole message is
//! refused, and nothing of it is sent.
//!
//! The transformer runs messages for delivery; a rollout runs samples, of which nothing is counted.

mod batch;
mod part;
mod refusal;
mod rules;

use gantry_core::{Digest, Event, Fault, RetryPolicy, TimelineEntry, Timestamp};
use gantry_sandbox::LoggedLine;

use crate::metrics::FlowMetrics;
use crate::server::Answer;
use crate::state::Verdict;
use crate::step::{Ask, RunningStep, StepKind};

pub(crate) use batch::{Batch, Findings, Item, Progress};
pub(crate) use part::Part;
use refusal::{Refusal, Response};

/// Steps of a flow, and what is needed to run them.
pub(crate) struct Pipeline<'a> {
    pub(crate) steps: &'a [RunningStep],
    /// How often, and after how long, a plugin may ask for another run.
    pub(crate) retry: RetryPolicy,
    pub(crate) now: Timestamp,
    /// Where messages are counted; none for samples of a rollout.
    pub(crate) metrics: Option<&'a FlowMetrics>,
}

/// The sum of a plugin's answers to the parts of one message.
struct Tally {
    /// The parts for the next step.
    next: Vec<Part>,
    /// Why a part was skipped; the last one.
    skipped: Option<Fault>,
    /// Why the message is refused; the first reason.
    refused: Option<Refusal>,
}

impl Pipeline<'_> {
    /// Runs every message that is not decided through all steps.
    pub(crate) fn run(&self, batch: &mut Batch<'_>) {
        for step in self.steps {
            match step.kind() {
                StepKind::Plugin(step) => self.ask(step, batch),
                StepKind::Rules(step) => self.check(step, batch),
            }
        }
    }

    /// Runs one plugin step for all undecided messages: one call into the sandbox.
    fn ask(&self, step: &dyn Ask, batch: &mut Batch<'_>) {
        let questions = batch.questions();
        if questions.is_empty() {
            return;
        }
        let answers = step.ask(&questions, self.now, self.metrics);
        for (item, parts, answers) in batch.distribute(answers) {
            self.apply_answers(step, item, &parts, answers);
        }
    }

    /// Applies the answers to the `parts` of a message: it continues with what they emitted, or is decided.
    fn apply_answers(&self, step: &dyn Ask, item: &mut Item<'_>, parts: &[Part], answers: Vec<Answer>) {
        // The same component answered all parts of a message.
        let component = answers.first().map(|answer| answer.component);
        for LoggedLine { level, text } in answers.iter().flat_map(|answer| &answer.lines) {
            let event = Event::Logged { step: step.name().to_owned(), level: *level, text: text.clone() };
            item.note(TimelineEntry { at: self.now, event });
        }
        let Tally { next, skipped, refused } = tally(parts, answers);
        if let Some(refusal) = refused {
            let verdict = refusal.verdict(step.name(), component, item.run(), self.retry);
            return self.decide(item, verdict);
        }
        if next.is_empty() {
            let fault = skipped.unwrap_or_else(|| emitted_nothing(step.name()));
            return self.decide(item, Verdict::Skip(fault));
        }
        item.continue_with(next, component);
    }

    /// A step has decided on a message. If it is given up, that counts against the components of the steps before.
    fn decide(&self, item: &mut Item<'_>, verdict: Verdict) {
        let made_by = item.decide(verdict);
        if self.metrics.is_some() && item.is_given_up() {
            self.count_downstream_failure(&made_by);
        }
    }

    /// Counts a message that was given up after these components, in the order of the steps, had answered it.
    pub(crate) fn count_downstream_failure(&self, made_by: &[Digest]) {
        let steps = self.steps.iter().filter_map(RunningStep::as_plugin);
        steps.zip(made_by).for_each(|(step, component)| step.count_downstream_failure(*component));
    }
}

fn tally(parts: &[Part], answers: Vec<Answer>) -> Tally {
    let mut tally = Tally { next: Vec::with_capacity(parts.len()), skipped: None, refused: None };
    for (part, answer) in parts.iter().zip(answers) {
        match Response::from(answer.outcome) {
            Response::Emitted(outputs) => {
                let is_alone = outputs.len() == 1;
                tally.next.extend(outputs.into_iter().map(|output| part.continue_as(output, is_alone)));
            }
            Response::Skipped(fault) => tally.skipped = Some(fault),
            Response::Refused(refusal) => {
                tally.refused.get_or_insert(refusal);
            }
        }
    }
    tally
}

fn emitted_nothing(step: &str) -> Fault {
    Fault::new("emitted-nothing", format!("step `{step}` emitted no message"))
}

#[cfg(test)]
mod tests;
