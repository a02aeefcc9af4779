//! Why a deployment can't be begun or directed. What a plugin itself falls short of stands in its record instead.

use gantry_core::rollout::InvalidShare;
use gantry_core::{DeadLetterId, FlowName, PluginRef};
use gantry_engine::broken_flow::FlowBroken;
use gantry_sandbox::{LoadError, PrepareError};
use gantry_store::StoreError;

use super::record::Phase;

/// What was deployed before the start can't be put in force again.
#[derive(Debug, thiserror::Error)]
pub enum RecallError {
    /// The records can't be read.
    #[error("failed to read the records of deployments")]
    Records(#[source] StoreError),
}

/// A request about a deployment that can't be met. Nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// No flow of this name runs.
    #[error("no flow `{0}` runs here; `gantry flow list` names those that do")]
    NoFlow(FlowName),
    /// The flow can't run.
    #[error(transparent)]
    Broken(#[from] FlowBroken),
    /// The flow has no such step.
    #[error("flow `{flow}` has no step `{step}`; `gantry flow list` names its steps")]
    NoStep {
        /// The flow.
        flow: FlowName,
        /// The step.
        step: String,
    },
    /// The step has no plugin that could be another.
    #[error(
        "step `{step}` of flow `{flow}` holds messages to rules, which stand in the flow's file: change them there and run \
         `gantry reload`"
    )]
    Rules {
        /// The flow.
        flow: FlowName,
        /// The step.
        step: String,
    },
    /// The flow's file names no plugin that could be read.
    #[error("the plugin that the flow's file names for step `{step}` can't be read")]
    NoFile {
        /// The step.
        step: String,
    },
    /// Not in the catalogue.
    #[error(
        "`{0}` is not in the catalogue; `gantry plugin catalogue` lists what is, `gantry plugin publish` adds to it"
    )]
    NoPlugin(String),
    /// No deployment of this number.
    #[error("there is no deployment {0}")]
    NoDeployment(u64),
    /// No dead letter of this id in the flow.
    #[error("there is no dead letter {0} in this flow")]
    NoDeadLetter(DeadLetterId),
    /// It serves the step already.
    #[error("{plugin} serves this step already")]
    InForce {
        /// The plugin.
        plugin: PluginRef,
    },
    /// Another one came in between.
    #[error("deployment {number} is not in force any more: {plugin} doesn't serve the step")]
    NotInForce {
        /// The deployment.
        number: u64,
        /// What it had put in force.
        plugin: PluginRef,
    },
    /// One at a time.
    #[error("deployment {number} of this step is under way ({}); approve it, roll it back, or wait", phase.name())]
    Busy {
        /// The other deployment.
        number: u64,
        /// Where it stands.
        phase: Phase,
    },
    /// There is nothing to approve yet.
    #[error("deployment {number} is {} still: there is nothing to approve yet", phase.name())]
    TooEarly {
        /// The deployment.
        number: u64,
        /// Where it stands.
        phase: Phase,
    },
    /// The approval is for a phase that the deployment is not in.
    #[error(
        "deployment {number} is {}, and the approval is for {}: nothing changed; approve the phase `{}` by name, if that is \
         what you want",
        present.name(), approved.name(), present.name()
    )]
    OtherPhase {
        /// The deployment.
        number: u64,
        /// The phase of the approval.
        approved: Phase,
        /// The phase it is in.
        present: Phase,
    },
    /// A rollback is not rolled back: that would put in force, without a gate, what was just taken out.
    #[error(
        "deployment {number} is the rollback of deployment {undone} and can't be rolled back itself: deploy the version you \
         want by name"
    )]
    StepBack {
        /// The deployment.
        number: u64,
        /// The one it rolled back.
        undone: u64,
    },
    /// It takes no more orders.
    #[error("deployment {number} is over: {}", phase.name())]
    Over {
        /// The deployment.
        number: u64,
        /// How it ended.
        phase: Phase,
    },
    /// Not `NAME@VERSION`.
    #[error(transparent)]
    Name(#[from] gantry_core::manifest::InvalidPluginVersion),
    /// The golden cases in the plugin can't be read.
    #[error(transparent)]
    Cases(gantry_component::ComponentError),
    /// A share beyond all.
    #[error(transparent)]
    Share(#[from] InvalidShare),
    /// A term beyond its bound.
    #[error("`{name}` is a number from 0 to {most}, not {value}")]
    Term {
        /// The term.
        name: &'static str,
        /// Its bound.
        most: u64,
        /// The number given.
        value: u64,
    },
    /// The publisher is not, or no longer, trusted.
    #[error(transparent)]
    Untrusted(#[from] gantry_security::Untrusted),
    /// The component can't be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// It doesn't fit the step.
    #[error(transparent)]
    Misfit(#[from] PrepareError),
    /// The catalogue failed.
    #[error(transparent)]
    Catalogue(#[from] gantry_store::CatalogueError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The host is shutting down.
    #[error("the host is stopping")]
    Stopping,
}
