//! The steps of one version of a flow, and the plugins of earlier versions. The transformer runs the steps; dead letters,
//! spans and reports name the plugins.

use std::collections::BTreeSet;
use std::sync::Arc;

use gantry_config::Flow;
use gantry_core::{Digest, Envelope, Message, PluginRef};
use gantry_sandbox::Sandbox;

use crate::flow_error::FlowError;
use crate::in_force::InForce;
use crate::overrides::{Gone, StepOverrides};
use crate::step::{PluginStep, RunningStep};
use crate::tables::Tables;

/// Most plugins of earlier versions that are remembered by name; of older ones only the digest is known.
const MAX_RETIRED: usize = 64;

/// The steps of a flow, in order.
#[derive(Clone, Default)]
pub struct Steps {
    steps: Vec<RunningStep>,
    tables: Arc<Tables>,
    /// Plugins of earlier versions, the newest first: their deliveries may still be pending.
    retired: Vec<PluginRef>,
}

impl Steps {
    /// Loads and prepares the tables and plugins of a flow; every fault is added to `errors`. `before` are the steps of
    /// the version in force.
    pub fn load(
        flow: &Flow,
        sandbox: &Sandbox,
        overrides: &StepOverrides,
        before: Option<&Self>,
        errors: &mut Vec<FlowError>,
    ) -> Self {
        let tables = Arc::new(load_tables(flow, before.map(|before| &*before.tables), errors));
        let routes: BTreeSet<_> = flow.targets.keys().cloned().collect();
        let mut steps = Vec::with_capacity(flow.steps.len());
        for step in &flow.steps {
            let deployed = overrides.at(&flow.name, &step.name);
            if let Some(Gone { plugin, why }) = deployed.gone.as_ref().filter(|_| step.plugin().is_some()) {
                errors.push(FlowError::Deployed {
                    flow: flow.name.clone(),
                    step: step.name.clone(),
                    plugin: Box::new(plugin.clone()),
                    why: why.clone(),
                });
                continue;
            }
            match RunningStep::load(flow, step, sandbox, &routes, &tables, &deployed) {
                Ok(step) => steps.push(step),
                Err(error) => errors.push(error),
            }
        }
        Self { steps, tables, retired: Vec::new() }
    }

    /// Steps for a test.
    #[cfg(test)]
    pub(crate) fn scripted(steps: Vec<RunningStep>) -> Self {
        Self { steps, ..Self::default() }
    }

    /// The same steps, as the version after `before`: remembers the plugins that are no longer used.
    #[must_use]
    pub fn following(self, before: &Self) -> Self {
        let used: Vec<_> = self.plugin_steps().flat_map(PluginStep::plugins).cloned().collect();
        let retired = before.plugins().filter(|plugin| !used.contains(plugin)).take(MAX_RETIRED).cloned().collect();
        Self { retired, ..self }
    }

    /// The same steps, with this step in place of the step of the same name.
    #[must_use]
    pub fn with(&self, step: PluginStep) -> Self {
        let step = RunningStep::Plugin(Box::new(step));
        let steps = self.steps.iter().map(|old| if old.name() == step.name() { &step } else { old }).cloned().collect();
        Self { steps, tables: Arc::clone(&self.tables), retired: Vec::new() }.following(self)
    }

    /// All steps, in order.
    #[must_use]
    pub fn list(&self) -> &[RunningStep] {
        &self.steps
    }

    /// The steps with a plugin.
    pub fn plugin_steps(&self) -> impl DoubleEndedIterator<Item = &PluginStep> {
        self.steps.iter().filter_map(RunningStep::plugin)
    }

    /// The plugins that made this message's deliveries; if there are none yet, the plugins that would make them.
    #[must_use]
    pub fn plugins_of(&self, envelope: &Envelope) -> Vec<PluginRef> {
        if envelope.plugins.is_empty() {
            return self.plugin_steps().map(|step| step.plugin_of(&envelope.message).clone()).collect();
        }
        envelope.plugins.iter().map(|digest| self.plugin_named(*digest)).collect()
    }

    /// The plugin of the last plugin step for this message; none without plugins.
    #[must_use]
    pub fn last_plugin_of(&self, message: &Message) -> Option<&PluginRef> {
        self.plugin_steps().next_back().map(|step| step.plugin_of(message))
    }

    /// The plugins, as operators see them.
    #[must_use]
    pub fn in_force(&self) -> Vec<InForce> {
        self.plugin_steps().map(in_force).collect()
    }

    /// The plugin with this digest. The name of a plugin that was in use before the host started is not known.
    fn plugin_named(&self, digest: Digest) -> PluginRef {
        let known = self.plugins().find(|plugin| plugin.digest == digest).cloned();
        known.unwrap_or_else(|| PluginRef { name: String::new(), version: String::new(), digest })
    }

    /// All plugins known by name, those in use first.
    fn plugins(&self) -> impl Iterator<Item = &PluginRef> {
        self.plugin_steps().flat_map(PluginStep::plugins).chain(&self.retired)
    }
}

fn in_force(step: &PluginStep) -> InForce {
    let PluginRef { name, version, digest } = step.server.reference().clone();
    InForce { step: step.name.clone(), name, version, digest, on_trial: step.on_canary().cloned() }
}

fn load_tables(flow: &Flow, before: Option<&Tables>, errors: &mut Vec<FlowError>) -> Tables {
    Tables::load(&flow.tables, before).unwrap_or_else(|faults| {
        for (table, source) in faults {
            let source = Box::new(source);
            errors.push(FlowError::Table { flow: flow.name.clone(), table, source });
        }
        Tables::default()
    })
}
