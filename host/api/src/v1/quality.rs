//! Broken rules over time: `GET /v1/quality`.

use gantry_core::{FlowName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::form;

/// Which counters to select. All given fields must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct QualityFilter {
    /// Of this flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<form::FlowName>)]
    pub flow: Option<FlowName>,
    /// Found by this step; `source.schema` and `target.NAME.schema` are the schema checks of the source and of a
    /// target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// With this code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// From the hour of this time on; the last day by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<form::Timestamp>)]
    pub since: Option<Timestamp>,
    /// Up to the hour of this time; up to now by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<form::Timestamp>)]
    pub until: Option<Timestamp>,
    /// The interval of the series; by default hours for up to two days, otherwise days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub by: Option<QualityInterval>,
    /// Most rows to return: 100 by default, at most 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

coded_enum! {
    /// The interval of a series.
    #[derive(ToSchema)]
    pub enum QualityInterval {
        /// One point per hour.
        Hour => "hour",
        /// One point per day, in UTC.
        Day => "day",
    }
}

/// The broken rules of a span of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QualityReport {
    /// Beginning of the first hour.
    #[schema(value_type = form::Timestamp)]
    pub since: Timestamp,
    /// End of the last hour.
    #[schema(value_type = form::Timestamp)]
    pub until: Timestamp,
    /// The interval of the series.
    pub by: QualityInterval,
    /// Kinds of breach, those with the most messages first.
    pub rows: Vec<QualityRow>,
    /// How many more kinds there are.
    pub further: usize,
}

/// How many times one rule was broken at one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QualityRow {
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// What found it: a step, `source.schema` or `target.NAME.schema`; empty for `other`.
    pub step: String,
    /// The violation's code; `other` for the kinds beyond the first 200 of an hour.
    pub code: String,
    /// The field, with `*` for the indices of arrays.
    pub field: String,
    /// Its severity.
    pub severity: RuleSeverity,
    /// How many messages broke it.
    pub messages: u64,
    /// How many times they broke it: one message may break a rule in many places.
    pub violations: u64,
    /// The same over time; intervals without a breach are left out.
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
    /// How many times they broke it.
    pub violations: u64,
}

coded_enum! {
    /// The severity of a broken rule.
    #[derive(PartialOrd, Ord, Hash, ToSchema)]
    pub enum RuleSeverity {
        /// The message becomes a dead letter.
        Error => "error",
        /// The message continues; the breach is only counted.
        Warning => "warning",
    }
}
