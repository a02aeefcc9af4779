//! A plugin step of a running flow: the plugin that serves it and, if there is one, a new version on canary beside it.

use std::collections::BTreeSet;
use std::sync::Arc;

use gantry_config::{Flow, PluginStep as Config, Step};
use gantry_core::{Digest, Limits, Message, PluginRef, TargetName, Timestamp};
use gantry_sandbox::{Plugin, PrepareError, Run, Sandbox, StepConfig};

use super::Ask;
use crate::canary::{Canary, CanaryPlan};
use crate::flow_error::{FlowError, PluginProblem};
use crate::metrics::FlowMetrics;
use crate::overrides::StepOverride;
use crate::server::{Answer, Question, Server};
use crate::tables::Tables;

/// One plugin step, ready to be called.
#[derive(Clone)]
pub struct PluginStep {
    /// Its name.
    pub name: String,
    /// What the flow configures for it, whichever plugin serves it.
    config: StepConfig,
    /// The plugin that serves it.
    pub server: Server,
    /// A version on canary, if there is one.
    canary: Option<Arc<Canary>>,
}

impl PluginStep {
    /// Loads and binds the plugin that serves this step: the deployed one, or else the one in the flow's file.
    pub fn load(
        flow: &Flow,
        step: &Step,
        wanted: &Config,
        sandbox: &Sandbox,
        routes: &BTreeSet<TargetName>,
        tables: &Arc<Tables>,
        deployed: &StepOverride,
    ) -> Result<Self, FlowError> {
        let config = StepConfig {
            flow: flow.name.clone(),
            step: step.name.clone(),
            place: step.place.clone(),
            settings: wanted.settings.clone(),
            grants: wanted.grants.clone(),
            limits: wanted.limits,
            reuse: wanted.reuse,
            routes: routes.clone(),
            tables: Arc::clone(tables) as Arc<dyn gantry_sandbox::Tables>,
        };
        let plugin = match &deployed.plugin {
            Some(plugin) => plugin.clone(),
            None => read_plugin(step, wanted, sandbox)?,
        };
        let server = Server::bind(plugin, config.clone())?;
        let canary = deployed.canary.as_ref().map(|canary| canary.bind(config.clone())).transpose()?.map(Arc::new);
        Ok(Self { name: step.name.clone(), config, server, canary })
    }

    /// What the plugin may consume in one call.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.config.limits
    }

    /// The same step, served by this plugin if one is given, and with this canary or none.
    pub fn served_by(&self, plugin: Option<Plugin>, canary: Option<&CanaryPlan>) -> Result<Self, PrepareError> {
        let server = match plugin {
            Some(plugin) => Server::bind(plugin, self.config.clone())?,
            None => self.server.clone(),
        };
        let canary = canary.map(|canary| canary.bind(self.config.clone())).transpose()?.map(Arc::new);
        Ok(Self { name: self.name.clone(), config: self.config.clone(), server, canary })
    }

    /// Binds a plugin with this step's configuration, to compare it with the one in force. Its log lines say so.
    pub fn try_out(&self, plugin: Plugin) -> Result<Server, PrepareError> {
        let step = format!("{} (tried out)", self.name);
        Server::bind(plugin, StepConfig { step, ..self.config.clone() })
    }

    /// All plugins that may serve a message now.
    pub fn plugins(&self) -> impl Iterator<Item = &PluginRef> {
        std::iter::once(self.server.reference()).chain(self.canary.iter().map(|canary| canary.reference()))
    }

    /// The version on its canary, if there is one.
    pub fn on_canary(&self) -> Option<&PluginRef> {
        self.canary.as_deref().map(Canary::reference)
    }

    /// The plugin that gets this message.
    pub fn plugin_of(&self, message: &Message) -> &PluginRef {
        match self.canary.as_deref().filter(|canary| canary.takes(message)) {
            Some(canary) => canary.reference(),
            None => self.server.reference(),
        }
    }
}

impl Ask for PluginStep {
    fn name(&self) -> &str {
        &self.name
    }

    fn ask(&self, questions: &[Question<'_>], now: Timestamp, metrics: Option<&FlowMetrics>) -> Vec<Answer> {
        let observe = |run: &Run, messages| {
            if let Some(metrics) = metrics {
                metrics.observe_plugin(&self.name, run, messages);
            }
        };
        match self.canary.as_ref().filter(|_| metrics.is_some()) {
            Some(canary) => canary.answer(&self.server, questions, now, &observe),
            None => self.server.ask(questions, now, &observe).answers,
        }
    }

    /// Counts against the component if it is on canary.
    fn count_downstream_failure(&self, component: Digest) {
        if let Some(canary) = self.canary.as_deref().filter(|canary| canary.reference().digest == component) {
            canary.count_downstream_failure();
        }
    }
}

fn read_plugin(step: &Step, wanted: &Config, sandbox: &Sandbox) -> Result<Plugin, FlowError> {
    let path = wanted.plugin.clone();
    let loaded = match std::fs::read(&path) {
        Ok(bytes) => sandbox.load(&bytes).map_err(|source| PluginProblem::Load { path, source }),
        Err(source) => Err(PluginProblem::Read { path, source }),
    };
    loaded.map_err(|problem| FlowError::Plugin { place: step.place.clone(), problem: Box::new(problem) })
}
