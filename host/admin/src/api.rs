//! What travels between the admin API and its clients: the same types on both sides.

mod plugins;

use bytes::Bytes;
use gantry_core::{DeadLetter, DeadLetterId, DeadLetterState, FlowName, Stage, TargetName};
pub use gantry_runtime::DeployRequest;
use serde::{Deserialize, Serialize};

pub use plugins::{
    Catalogue, PublishQuery, SIGNATURES_HEADER, SignaturesHeaderError, signatures_from_header, signatures_to_header,
};

/// Which dead letters are meant. Every field narrows; none given means all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeadLetterQuery {
    /// Of this flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// In this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<DeadLetterState>,
    /// Given up in this stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// On the way to this target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetName>,
    /// With this reason code, or a violation with this code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// With this fingerprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Whose reason contains this text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Behind this one, for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<DeadLetterId>,
    /// At most so many; 100 unless given, 1000 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// One page of dead letters, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeadLetterPage {
    /// The letters.
    pub dead_letters: Vec<DeadLetter>,
    /// Where the next page begins; none when this is the last.
    pub next: Option<DeadLetterId>,
}

/// Puts a dead letter back to work.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReplayRequest {
    /// Who asks.
    pub by: String,
    /// A payload to use instead of the received one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<gantry_core::payload::Readable>)]
    pub payload: Option<EditedPayload>,
}

/// An edited payload: `{"text": …}` or `{"base64": …}`, as payloads are written everywhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EditedPayload(#[serde(with = "gantry_core::payload")] pub Bytes);

/// Closes or acknowledges a dead letter.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CloseRequest {
    /// Who.
    pub by: String,
    /// Why; a discard needs it.
    pub reason: String,
}

/// Which deployments are meant. Every field narrows; none given means all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeploymentQuery {
    /// Of this flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// Of this step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Those under way, or those that are over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// Runs dead letters through the version in force and another one.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DryRunRequest {
    /// The flow.
    pub flow: FlowName,
    /// The step.
    pub step: String,
    /// `NAME@VERSION` in the catalogue.
    pub with: String,
    /// The dead letters, all of this flow.
    pub dead_letters: Vec<DeadLetterId>,
}
