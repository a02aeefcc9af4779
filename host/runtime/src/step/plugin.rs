//! A plugin's step of a flow that runs: the plugin that serves it and, while a new version proves itself, that one beside it.

use std::collections::BTreeSet;
use std::sync::Arc;

use gantry_config::{Flow, PluginStep as Config, Step};
use gantry_core::{Digest, Message, Outcome, PluginRef, TargetName, Timestamp};
use gantry_sandbox::{Invocation, Plugin, PluginFault, PrepareError, PreparedStep, Run, Sandbox, StepConfig};

use crate::deploy::{Deployed, Trial, TrialPlan};
use crate::flow::FlowError;
use crate::tables::Tables;

/// One step of a flow, ready to be called.
#[derive(Clone)]
pub(crate) struct PluginStep {
    pub(crate) name: String,
    /// What the flow says of it, whichever plugin serves it.
    config: StepConfig,
    pub(crate) server: Server,
    /// A version on trial, and the messages it is given.
    trial: Option<Arc<Trial>>,
}

/// A plugin bound to a step.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) plugin: Plugin,
    pub(crate) prepared: PreparedStep,
}

/// What a step says of a batch.
pub(crate) struct Answers {
    /// One for each invocation, in the same order.
    pub(crate) outcomes: Vec<Result<Outcome, PluginFault>>,
    /// The component that gave it.
    pub(crate) components: Vec<Digest>,
}

impl Server {
    pub(crate) fn bind(plugin: Plugin, config: StepConfig) -> Result<Self, PrepareError> {
        let prepared = plugin.prepare(config)?;
        Ok(Self { plugin, prepared })
    }

    pub(crate) fn reference(&self) -> &PluginRef {
        self.plugin.reference()
    }
}

impl PluginStep {
    /// Loads and binds what serves this step: what is deployed, else what the flow's file names.
    pub(crate) fn load(
        flow: &Flow,
        step: &Step,
        wanted: &Config,
        sandbox: &Sandbox,
        routes: &BTreeSet<TargetName>,
        tables: &Arc<Tables>,
        deployed: &Deployed,
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
        let trial = deployed.trial.as_ref().map(|trial| trial.bind(config.clone())).transpose()?.map(Arc::new);
        Ok(Self { name: step.name.clone(), config, server, trial })
    }

    /// The same step with this plugin to serve it, if one is given, and with this trial or none.
    pub(crate) fn served_by(&self, plugin: Option<Plugin>, trial: Option<&TrialPlan>) -> Result<Self, PrepareError> {
        let server = match plugin {
            Some(plugin) => Server::bind(plugin, self.config.clone())?,
            None => self.server.clone(),
        };
        let trial = trial.map(|trial| trial.bind(self.config.clone())).transpose()?.map(Arc::new);
        Ok(Self { name: self.name.clone(), config: self.config.clone(), server, trial })
    }

    /// Binds a plugin as this step would be, to try it beside the live one: what it logs says that.
    pub(crate) fn try_out(&self, plugin: Plugin) -> Result<Server, PrepareError> {
        let step = format!("{} (tried out)", self.name);
        Server::bind(plugin, StepConfig { step, ..self.config.clone() })
    }

    /// All plugins that may serve a message now.
    pub(crate) fn plugins(&self) -> impl Iterator<Item = &PluginRef> {
        std::iter::once(self.server.reference()).chain(self.trial.iter().map(|trial| trial.reference()))
    }

    /// A message that this component answered ended behind it, in a later step or at a target's schema. Where it is on
    /// trial, that speaks against it.
    pub(crate) fn blame(&self, component: Digest) {
        if let Some(trial) = self.trial.as_deref().filter(|trial| trial.reference().digest == component) {
            trial.blame();
        }
    }

    pub(crate) fn on_trial(&self) -> Option<&PluginRef> {
        self.trial.as_deref().map(Trial::reference)
    }

    /// The plugin that this message meets.
    pub(crate) fn plugin_of(&self, message: &Message) -> &PluginRef {
        match self.trial.as_deref().filter(|trial| trial.takes(message)) {
            Some(trial) => trial.reference(),
            None => self.server.reference(),
        }
    }

    /// One batch. `owner_of` names the message of the flow that an invocation belongs to.
    pub(crate) fn answer<'a>(
        &self,
        batch: &[Invocation<'a>],
        owner_of: impl Fn(usize) -> &'a Message,
        now: Timestamp,
        observe: impl Fn(&Run, usize),
    ) -> Answers {
        match &self.trial {
            None => {
                let run = self.server.prepared.run(batch, now);
                observe(&run, batch.len());
                Answers { outcomes: run.outcomes, components: vec![self.server.reference().digest; batch.len()] }
            }
            Some(trial) => trial.answer(&self.server, batch, owner_of, now, observe),
        }
    }
}

fn read_plugin(step: &Step, wanted: &Config, sandbox: &Sandbox) -> Result<Plugin, FlowError> {
    let (place, path) = (step.place.clone(), wanted.plugin.clone());
    let bytes = std::fs::read(&path).map_err(|source| FlowError::ReadPlugin {
        place: place.clone(),
        path: path.clone(),
        source,
    })?;
    sandbox.load(&bytes).map_err(|source| FlowError::LoadPlugin { place, path, source })
}
