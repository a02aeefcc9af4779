//! One step of a running flow: a plugin, or a set of rules.

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

/// A step that decides what happens to messages: a plugin.
pub trait Ask: Send + Sync {
    /// Its name.
    fn name(&self) -> &str;

    /// Returns one answer for each question, in the same order. With `metrics`, the call is counted, and a version on
    /// canary answers its share. Without, the questions are samples: only the version in force answers, and nothing is
    /// counted.
    fn ask(&self, questions: &[Question<'_>], now: Timestamp, metrics: Option<&FlowMetrics>) -> Vec<Answer>;

    /// Counts a message that this component answered, and that was given up in a later step or at a target's schema.
    fn count_downstream_failure(&self, component: Digest);
}

/// What a step does with messages.
pub(crate) enum StepKind<'a> {
    /// A plugin decides what happens to them.
    Plugin(&'a dyn Ask),
    /// They are checked against rules.
    Rules(&'a RulesStep),
}

/// One step of a flow.
#[derive(Clone)]
pub enum RunningStep {
    /// A plugin decides what happens to a message.
    Plugin(Box<PluginStep>),
    /// A message that breaks no rule continues as it is.
    Rules(RulesStep),
    /// Answers by a test's script.
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

    /// The step as a plugin; none for a set of rules.
    pub(crate) fn as_plugin(&self) -> Option<&dyn Ask> {
        match self.kind() {
            StepKind::Plugin(step) => Some(step),
            StepKind::Rules(_) => None,
        }
    }

    /// The plugin step; none for a set of rules.
    pub fn plugin(&self) -> Option<&PluginStep> {
        match self {
            Self::Plugin(step) => Some(step),
            Self::Rules(_) => None,
            #[cfg(test)]
            Self::Scripted(_) => None,
        }
    }
}
