//! How often which rule is broken: `GET /v1/quality`.

use gantry_core::{FlowName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::form;

/// Which counters are meant. Every field narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct QualityFilter {
    /// Of this flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<form::FlowName>)]
    pub flow: Option<FlowName>,
    /// Found by this step; `source.schema` and `target.NAME.schema` are the schemas of either end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// With this code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// From the hour of this moment on; for the last day unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<form::Timestamp>)]
    pub since: Option<Timestamp>,
    /// Up to the hour of this moment; up to now unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<form::Timestamp>)]
    pub until: Option<Timestamp>,
    /// How the time is divided; by the hour for up to two days, else by the day, unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub by: Option<QualityInterval>,
    /// At most so many rows; 100 unless given, 1000 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

coded_enum! {
    /// How time is divided.
    #[derive(ToSchema)]
    pub enum QualityInterval {
        /// Into hours.
        Hour => "hour",
        /// Into days of UTC.
        Day => "day",
    }
}

/// What was broken in a span of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QualityReport {
    /// Beginning of the first hour.
    #[schema(value_type = form::Timestamp)]
    pub since: Timestamp,
    /// End of the last hour.
    #[schema(value_type = form::Timestamp)]
    pub until: Timestamp,
    /// How the time is divided.
    pub by: QualityInterval,
    /// Kinds of breach, those of most messages first.
    pub rows: Vec<QualityRow>,
    /// How many more kinds there are.
    pub further: usize,
}

/// How often one rule was broken at one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QualityRow {
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// Who found it: a step, `source.schema` or `target.NAME.schema`; empty for `other`.
    pub step: String,
    /// The violation's code; `other` for the kinds beyond the first 200 of an hour.
    pub code: String,
    /// The field, with `*` for the indices of arrays.
    pub field: String,
    /// What it meant for the messages.
    pub severity: RuleSeverity,
    /// How many messages broke it.
    pub messages: u64,
    /// How often they did: one message may break a rule at many lines.
    pub violations: u64,
    /// The same over time, without the spans in which nothing was broken.
    pub series: Vec<QualityPoint>,
}

/// One hour or day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QualityPoint {
    /// Its beginning.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Messages that broke the rule in it.
    pub messages: u64,
    /// How often they did.
    pub violations: u64,
}

coded_enum! {
    /// What a broken rule means for its message.
    #[derive(PartialOrd, Ord, Hash, ToSchema)]
    pub enum RuleSeverity {
        /// The message is given up.
        Error => "error",
        /// The message goes on; the breach is only counted.
        Warning => "warning",
    }
}
