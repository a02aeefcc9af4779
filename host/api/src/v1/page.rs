//! Lists in parts: which part is asked for, and what a part holds.

use gantry_core::DeadLetterId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{DeadLetter, DeadLetterSummary, form};

/// Which part of a list is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// Behind this one, for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<form::DeadLetterId>)]
    pub after: Option<DeadLetterId>,
    /// At most so many; 100 unless given, 1000 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// One page of dead letters, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterPage {
    /// The letters.
    pub dead_letters: Vec<DeadLetter>,
    /// Where the next page begins; none when this is the last.
    #[schema(value_type = Option<form::DeadLetterId>)]
    pub next: Option<DeadLetterId>,
}

/// One page of dead letters in brief, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SummaryPage {
    /// The letters, without payloads, headers, trail and attempts.
    pub dead_letters: Vec<DeadLetterSummary>,
    /// Where the next page begins; none when this is the last.
    #[schema(value_type = Option<form::DeadLetterId>)]
    pub next: Option<DeadLetterId>,
}

/// Media type of dead letters in lines: exports and imports.
pub const NDJSON: &str = "application/x-ndjson";
