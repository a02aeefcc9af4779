//! Values by which duplicates are recognised: `/v1/dedupe-values`.

use gantry_core::{FlowName, MessageId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{MessageState, form};

/// Which values to list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct DedupeQuery {
    /// Of this flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<form::FlowName>)]
    pub flow: Option<FlowName>,
    /// Only this value; needs `flow`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Most values to return: 100 by default, at most 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// A value by which duplicates are recognised, and the message that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DedupeValue {
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// The value.
    pub value: String,
    /// The message.
    #[schema(value_type = form::MessageId)]
    pub message: MessageId,
    /// The state of the message; none if its history is no longer kept.
    pub state: Option<MessageState>,
    /// Until when messages with the value are duplicates.
    #[schema(value_type = form::Timestamp)]
    pub expires_at: Timestamp,
}

/// Values by which duplicates are recognised, those that expire first first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DedupeValueList {
    /// The values.
    pub values: Vec<DedupeValue>,
}

/// A value to release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRequest {
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// The value.
    pub value: String,
    /// Who makes the request.
    #[serde(default)]
    pub by: String,
    /// Why.
    #[serde(default)]
    pub note: String,
}
