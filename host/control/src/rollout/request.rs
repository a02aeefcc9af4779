//! What is asked of a deployment.

use gantry_core::FlowName;
use gantry_core::rollout::TermsChange;

/// Asks for a deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct DeployRequest {
    /// The flow.
    pub flow: FlowName,
    /// The step.
    pub step: String,
    /// `NAME@VERSION` in the catalogue.
    pub plugin: String,
    /// Who asks.
    pub by: String,
    /// Terms other than the host's.
    pub terms: TermsChange,
}
