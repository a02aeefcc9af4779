//! Which steps of a flow plugins can be deployed to.

use gantry_engine::flow::RunningFlow;
use gantry_engine::step::{PluginStep, RunningStep};

use super::error::DeployError;

/// A step that plugins can be deployed to, and its position in the flow.
pub(super) fn deployable<'a>(flow: &'a RunningFlow, name: &str) -> Result<(usize, &'a PluginStep), DeployError> {
    let step = name.to_owned();
    match flow.transformer.steps().list().iter().enumerate().find(|(_, step)| step.name() == name) {
        Some((at, RunningStep::Plugin(step))) => Ok((at, step)),
        Some((_, RunningStep::Rules(_))) => Err(DeployError::Rules { flow: flow.name.clone(), step }),
        None => Err(DeployError::NoStep { flow: flow.name.clone(), step }),
    }
}
