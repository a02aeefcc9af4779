//! What is asked of a deployment.

use gantry_core::FlowName;
use gantry_core::rollout::TermsChange;
use serde::{Deserialize, Serialize};

/// Asks for a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeployRequest {
    /// The flow.
    pub flow: FlowName,
    /// The step.
    pub step: String,
    /// `NAME@VERSION` in the catalogue.
    pub plugin: String,
    /// Who asks.
    #[serde(default)]
    pub by: String,
    /// Terms other than the host's.
    #[serde(default)]
    pub terms: TermsChange,
}
