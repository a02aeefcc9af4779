//! One step of a flow that runs: a plugin's, or one that holds messages to rules.

mod plugin;
mod rules;

use std::collections::BTreeSet;
use std::sync::Arc;

use gantry_config::{Flow, Step, Work};
use gantry_core::{Digest, TargetName, Timestamp};
use gantry_sandbox::Sandbox;

use crate::flow_error::FlowError;
use crate::metrics::FlowMetrics;
use crate::overrides::StepOverride;
use crate::server::{Answer, Question};
use crate::tables::Tables;

pub use plugin::PluginStep;
pub use rules::RulesStep;

/// A step that is asked what becomes of messages.
pub trait Ask: Send + Sync {
    /// Its name.
    fn name(&self) -> &str;

    /// One answer for each question, in the same order. With `metrics`, the call counts: for the flow, and for a version on
    /// canary, which answers its share. Without, it is a trial: only the version in force answers, and nothing is counted.
    fn ask(&self, questions: &[Question<'_>], now: Timestamp, metrics: Option<&FlowMetrics>) -> Vec<Answer>;

    /// A message that this component answered was given up behind it, in a later step or at a target's schema.
    fn blame(&self, component: Digest);
}

/// What a step does with messages.
pub(crate) enum StepKind<'a> {
    /// It is asked what becomes of them.
    Plugin(&'a dyn Ask),
    /// It holds them to rules.
    Rules(&'a RulesStep),
}

/// One step of a flow.
#[derive(Clone)]
pub enum RunningStep {
    /// A plugin says what becomes of a message.
    Plugin(Box<PluginStep>),
    /// Messages that break no rule go on as they are.
    Rules(RulesStep),
    /// Answers as a test says.
    #[cfg(test)]
    Scripted(Arc<dyn Ask>),
}

impl RunningStep {
    /// Loads what the step needs.
    pub fn load(
        flow: &Flow,
        step: &Step,
        sandbox: &Sandbox,
        routes: &BTreeSet<TargetName>,
        tables: &Arc<Tables>,
        deployed: &StepOverride,
    ) -> Result<Self, FlowError> {
        Ok(match &step.work {
            Work::Rules(rules) => Self::Rules(RulesStep::new(&step.name, rules, tables)),
            Work::Plugin(plugin) => {
                let loaded = PluginStep::load(flow, step, plugin, sandbox, routes, tables, deployed)?;
                Self::Plugin(Box::new(loaded))
            }
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Plugin(step) => &step.name,
            Self::Rules(step) => &step.name,
            #[cfg(test)]
            Self::Scripted(step) => step.name(),
        }
    }

    /// What it does with messages.
    pub(crate) fn kind(&self) -> StepKind<'_> {
        match self {
            Self::Plugin(step) => StepKind::Plugin(&**step),
            Self::Rules(step) => StepKind::Rules(step),
            #[cfg(test)]
            Self::Scripted(step) => StepKind::Plugin(&**step),
        }
    }

    /// Whoever is asked; none where it only holds messages to rules.
    pub(crate) fn asked(&self) -> Option<&dyn Ask> {
        match self.kind() {
            StepKind::Plugin(step) => Some(step),
            StepKind::Rules(_) => None,
        }
    }

    /// The plugin's side of it; none where it has no plugin.
    pub fn plugin(&self) -> Option<&PluginStep> {
        match self {
            Self::Plugin(step) => Some(step),
            Self::Rules(_) => None,
            #[cfg(test)]
            Self::Scripted(_) => None,
        }
    }
}
