//! A plugin bound to a step, and how it is called: messages in, one answer for each of them out, in the same order.

use std::time::Duration;

use gantry_core::{Digest, Message, Outcome, PluginRef, Timestamp};
use gantry_sandbox::{Invocation, LoggedLine, Plugin, PluginFault, PrepareError, PreparedStep, Run, StepConfig};

/// A plugin bound to a step.
#[derive(Clone)]
pub struct Server {
    /// The plugin.
    pub plugin: Plugin,
    /// The plugin, bound to the step.
    pub prepared: PreparedStep,
}

/// One input of a step: a message, or one of the parts that the steps before made of a message.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The message of the flow that it belongs to.
    pub owner: &'a Message,
    /// The part, as the plugin gets it.
    pub invocation: Invocation<'a>,
}

/// A step's answer to one question.
pub struct Answer {
    /// What the plugin says about the part.
    pub outcome: Result<Outcome, PluginFault>,
    /// The component that answered.
    pub component: Digest,
    /// What it logged about the part.
    pub lines: Vec<LoggedLine>,
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

    /// Asks the plugin, in one call. `observe` gets the call, and the number of messages in it.
    pub(crate) fn ask(&self, questions: &[Question<'_>], now: Timestamp, observe: &dyn Fn(&Run, usize)) -> Answered {
        let batch: Vec<_> = questions.iter().map(|question| question.invocation).collect();
        let run = self.prepared.run(&batch, now);
        observe(&run, batch.len());
        let component = self.reference().digest;
        let answers = run.outcomes.into_iter().zip(run.lines);
        let answers = answers.map(|(outcome, lines)| Answer { outcome, component, lines });
        Answered { answers: answers.collect(), elapsed: run.elapsed }
    }
}
