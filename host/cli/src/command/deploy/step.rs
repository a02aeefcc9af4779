//! `FLOW/STEP`, as typed on the command line.

use std::fmt;
use std::str::FromStr;

use gantry_api::v1::DeploymentQuery;
use gantry_core::FlowName;

/// A step of a flow.
#[derive(Clone, Debug)]
pub(crate) struct StepAddress {
    pub(crate) flow: FlowName,
    pub(crate) step: String,
}

impl StepAddress {
    /// The deployments of this step.
    pub(crate) fn query(&self) -> DeploymentQuery {
        DeploymentQuery { flow: Some(self.flow.to_string()), step: Some(self.step.clone()), active: None }
    }
}

impl FromStr for StepAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (flow, step) = text.split_once('/').ok_or_else(|| format!("`{text}` is not FLOW/STEP"))?;
        if step.is_empty() {
            return Err(format!("`{text}` lacks the step"));
        }
        Ok(Self {
            flow: flow.parse().map_err(|error: gantry_core::id::InvalidName| error.to_string())?,
            step: step.to_owned(),
        })
    }
}

impl fmt::Display for StepAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.flow, self.step)
    }
}
