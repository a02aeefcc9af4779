//! Who changed what: `/v1/audit`.

use gantry_core::{Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::form;

/// Which entries are meant. Every field narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Written at or after this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<form::Timestamp>)]
    pub since: Option<Timestamp>,
    /// Written before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<form::Timestamp>)]
    pub until: Option<Timestamp>,
    /// By this actor, or on behalf of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Of this operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// About this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// With this outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<AuditOutcome>,
    /// Before the entry with this id, for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// At most so many; 100 unless given, 1000 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// One page of the audit, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// Where the next page begins; none when this is the last.
    pub next: Option<String>,
}

/// Who changed what, when, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Its place among all.
    pub id: String,
    /// When it was written.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who acted: whose token or account it was.
    pub actor: String,
    /// For whom, in the actor's own words; none where nobody else was named.
    pub on_behalf_of: Option<String>,
    /// Which way it came in.
    pub via: String,
    /// Which operation it was.
    pub operation: String,
    /// What it was about: an id, or a name.
    pub subject: String,
    /// What came of it.
    pub outcome: AuditOutcome,
    /// Why, or what was refused; may be empty.
    pub detail: String,
    /// The entry that states the intent, where one was written before.
    pub intent: Option<String>,
}

coded_enum! {
    /// What came of a change.
    #[derive(ToSchema)]
    pub enum AuditOutcome {
        /// It is about to be made; another entry says what came of it.
        Intended => "intended",
        /// It was made.
        Done => "done",
        /// It was not permitted, or what it is about does not allow it. Nothing changed.
        Refused => "refused",
        /// The host failed to make it.
        Failed => "failed",
        /// The host ended before it was known.
        Unknown => "unknown",
    }
}
