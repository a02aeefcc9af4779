//! A plugin bound to a step, and how it is asked: messages in, one answer for each of them out, in the same order.

use std::time::Duration;

use gantry_core::{Digest, Message, Outcome, PluginRef, Timestamp};
use gantry_sandbox::{Invocation, Plugin, PluginFault, PrepareError, PreparedStep, Run, StepConfig};

/// A plugin bound to a step.
#[derive(Clone)]
pub struct Server {
    /// The plugin.
    pub plugin: Plugin,
    /// The same, bound to the step.
    pub prepared: PreparedStep,
}

/// What a step is asked about: a message, or one of the parts that the steps before it made of a message.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The message of the flow that it is part of.
    pub owner: &'a Message,
    /// The part, as a plugin sees it.
    pub invocation: Invocation<'a>,
}

/// What a step says to one question.
pub struct Answer {
    /// What becomes of the part.
    pub outcome: Result<Outcome, PluginFault>,
    /// The component that says so.
    pub component: Digest,
}

/// The answers to a batch of questions, in the same order.
pub(crate) struct Answered {
    pub(crate) answers: Vec<Answer>,
    /// How long the plugin took for all of them.
    pub(crate) elapsed: Duration,
}

impl Server {
    /// Binds a plugin to a step. Blocks for as long as the plugin takes to configure itself.
    pub fn bind(plugin: Plugin, config: StepConfig) -> Result<Self, PrepareError> {
        let prepared = plugin.prepare(config)?;
        Ok(Self { plugin, prepared })
    }

    /// Which plugin it is.
    pub fn reference(&self) -> &PluginRef {
        self.plugin.reference()
    }

    /// Asks the plugin, in one call. `observe` is told of the call, and of how many messages it was for.
    pub(crate) fn ask(&self, questions: &[Question<'_>], now: Timestamp, observe: &dyn Fn(&Run, usize)) -> Answered {
        let batch: Vec<_> = questions.iter().map(|question| question.invocation).collect();
        let run = self.prepared.run(&batch, now);
        observe(&run, batch.len());
        let component = self.reference().digest;
        let answers = run.outcomes.into_iter().map(|outcome| Answer { outcome, component });
        Answered { answers: answers.collect(), elapsed: run.elapsed }
    }
}
