//! The steps of a flow, over a batch: plugins and rules, one after the other, until each message is decided or through.
//! What one message does to its plugin never touches another message's verdict.
//!
//! A message is one unit: when any of the parts that a step made of it is refused by a later step, the whole of it is,
//! and nothing of it is sent.
//!
//! The transformer runs messages in earnest; a rollout tries what reaches a step, and leaves no trace.

mod batch;
mod part;
mod refusal;
mod rules;

use gantry_core::{Digest, Fault, RetryPolicy, Timestamp};

use crate::metrics::FlowMetrics;
use crate::server::Answer;
use crate::state::Verdict;
use crate::step::{Ask, RunningStep, StepKind};

pub(crate) use batch::{Batch, Item, Progress};
pub(crate) use part::Part;
use refusal::{Refusal, Response};

/// Some steps of a flow, and what it takes to run them.
pub(crate) struct Pipeline<'a> {
    pub(crate) steps: &'a [RunningStep],
    /// How often, and after how long, a plugin may ask for another run.
    pub(crate) retry: RetryPolicy,
    pub(crate) now: Timestamp,
    /// What counts the messages; none on a trial, of which nothing is counted.
    pub(crate) metrics: Option<&'a FlowMetrics>,
}

/// What a plugin's answers to the parts of one message come to.
struct Tally {
    /// The parts for the next step.
    next: Vec<Part>,
    /// Why a part was not passed on; the last one.
    skipped: Option<Fault>,
    /// Why the message is refused; the first one.
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

    /// One step over all messages that are not decided: one call into the sandbox.
    fn ask(&self, step: &dyn Ask, batch: &mut Batch<'_>) {
        let questions = batch.questions();
        if questions.is_empty() {
            return;
        }
        let answers = step.ask(&questions, self.now, self.metrics);
        for (item, parts, answers) in batch.hand_out(answers) {
            self.go_on(step, item, &parts, answers);
        }
    }

    /// A message whose `parts` got these answers: what it is to the next step, or how it is decided.
    fn go_on(&self, step: &dyn Ask, item: &mut Item<'_>, parts: &[Part], answers: Vec<Answer>) {
        // All parts of a message have met the same component.
        let component = answers.first().map(|answer| answer.component);
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

    /// A step has decided on a message. The components of the steps before made what is given up: that speaks against them.
    fn decide(&self, item: &mut Item<'_>, verdict: Verdict) {
        let made_by = item.decide(verdict);
        if self.metrics.is_some() && item.is_given_up() {
            self.blame(&made_by);
        }
    }

    /// These components, in the order of the steps, answered a message that was given up behind them.
    pub(crate) fn blame(&self, made_by: &[Digest]) {
        let steps = self.steps.iter().filter_map(RunningStep::asked);
        steps.zip(made_by).for_each(|(step, component)| step.blame(*component));
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
