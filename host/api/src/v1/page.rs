//! Pages of lists.

use gantry_core::{DeadLetterId, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{DeadLetter, DeadLetterSummary, form};

/// Which part of a list to return.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// Begin after this one, for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<form::DeadLetterId>)]
    pub after: Option<DeadLetterId>,
    /// Most entries to return: 100 by default, at most 1000. A page with payloads ends early once it has 8 MiB of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Which come first: `oldest`, the default, or `newest`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
}

coded_enum! {
    /// The order of a list of dead letters, by the time at which their messages came in.
    #[derive(ToSchema)]
    pub enum Order {
        /// The oldest first.
        Oldest => "oldest",
        /// The newest first.
        Newest => "newest",
    }
}

/// One page of dead letters, in the order that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterPage {
    /// The dead letters.
    pub dead_letters: Vec<DeadLetter>,
    /// Where the next page begins; none if this is the last.
    #[schema(value_type = Option<form::DeadLetterId>)]
    pub next: Option<DeadLetterId>,
}

/// One page of dead letters in brief, in the order that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SummaryPage {
    /// The dead letters, without payloads, headers, timeline and attempts.
    pub dead_letters: Vec<DeadLetterSummary>,
    /// Where the next page begins; none if this is the last.
    #[schema(value_type = Option<form::DeadLetterId>)]
    pub next: Option<DeadLetterId>,
}

/// Media type of exports and imports: one dead letter per line.
pub const NDJSON: &str = "application/x-ndjson";
