//! One step of a flow that runs: a plugin's, or one that holds messages to rules.

mod plugin;
mod rules;

use std::collections::BTreeSet;
use std::sync::Arc;

use gantry_config::{Flow, Step, Work};
use gantry_core::TargetName;
use gantry_sandbox::Sandbox;

use crate::flow_error::FlowError;
use crate::overrides::StepOverride;
use crate::tables::Tables;

pub use plugin::{Answers, PluginStep, Server};
pub use rules::RulesStep;

/// One step of a flow.
#[derive(Clone)]
pub enum RunningStep {
    /// A plugin says what becomes of a message.
    Plugin(Box<PluginStep>),
    /// Messages that break no rule go on as they are.
    Rules(RulesStep),
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
        }
    }

    /// The plugin's side of it; none where it has no plugin.
    pub fn plugin(&self) -> Option<&PluginStep> {
        match self {
            Self::Plugin(step) => Some(step),
            Self::Rules(_) => None,
        }
    }
}
