//! Dry runs of a replay: `POST /v1/dead-letters/dry-run`.

use bytes::Bytes;
use gantry_core::{DeadLetterId, FlowName, TargetName, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DeadLetterFilter, EditedPayload, Headers, PatchDocument, Violation, form, object};

/// Asks what a replay would come to with the flows in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DryReplayRequest {
    /// These dead letters, by their ids or those of their messages. Without any: those that pass the filter and are open or
    /// acknowledged.
    #[schema(value_type = Vec<form::DeadLetterId>)]
    pub dead_letters: Vec<DeadLetterId>,
    /// Which dead letters.
    #[serde(deserialize_with = "object::deserialize")]
    pub filter: DeadLetterFilter,
    /// A payload to try in place of the current one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::Payload>)]
    pub payload: Option<EditedPayload>,
    /// A JSON Patch (RFC 6902) to try on each payload. Dead letters that it does not apply to are counted as `not_applicable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub patch: Option<PatchDocument>,
    /// Most dead letters to examine: 1000 by default, at most 10000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// What a replay would come to. Nothing was sent or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DryReplayReport {
    /// How many dead letters would be replayed.
    pub total: u64,
    /// How many of them were examined.
    pub examined: u64,
    /// How many of those would fail again before they are sent.
    pub failing: u64,
    /// The outcomes, those of most dead letters first.
    pub outcomes: Vec<DryOutcome>,
    /// What would be sent for the first dead letter that would be delivered.
    pub sample: Option<DrySample>,
}

/// One outcome, and how many dead letters have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DryOutcome {
    /// What would happen.
    pub kind: DryOutcomeKind,
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// Where they would be sent, or the target whose schema they break.
    #[schema(value_type = Vec<form::TargetName>)]
    pub targets: Vec<TargetName>,
    /// The code; empty for what would be delivered.
    pub code: String,
    /// The reason of the sample, as text.
    pub text: String,
    /// The rules that the sample breaks.
    pub violations: Vec<Violation>,
    /// The group that they would be in, if they would fail.
    pub fingerprint: Option<String>,
    /// How many dead letters.
    pub dead_letters: u64,
    /// One of them.
    #[schema(value_type = form::DeadLetterId)]
    pub sample: DeadLetterId,
}

coded_enum! {
    /// What would happen to a dead letter.
    #[derive(ToSchema)]
    pub enum DryOutcomeKind {
        /// It would be sent. Whether its target would accept it, a dry run can't tell.
        Delivered => "delivered",
        /// It would deliberately not be passed on.
        Skipped => "skipped",
        /// A plugin would ask for another run.
        Postponed => "postponed",
        /// Its data would break rules.
        Invalid => "invalid",
        /// A plugin would reject it, or fail on it.
        Refused => "refused",
        /// Its flow is not in force, or can't run.
        NoFlow => "no_flow",
        /// The patch does not apply to it, so that it would stay as it is.
        NotApplicable => "not_applicable",
    }
}

/// What would be sent for a dead letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrySample {
    /// The dead letter.
    #[schema(value_type = form::DeadLetterId)]
    pub dead_letter: DeadLetterId,
    /// What would be sent.
    pub deliveries: Vec<DryDelivery>,
}

/// What would be sent to a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DryDelivery {
    /// The target.
    #[schema(value_type = form::TargetName)]
    pub target: TargetName,
    /// Media type.
    pub content_type: String,
    /// The headers that the plugins made, without those of the target and the host.
    pub headers: Headers,
    /// The body.
    #[serde(with = "gantry_core::payload")]
    #[schema(value_type = form::Payload)]
    pub payload: Bytes,
}
