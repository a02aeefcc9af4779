//! The audit log: `/v1/audit`.

use gantry_core::{Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::form;

/// Which entries to select. All given fields must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Written at or after this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<form::Timestamp>)]
    pub since: Option<Timestamp>,
    /// Written before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<form::Timestamp>)]
    pub until: Option<Timestamp>,
    /// By this actor, or on behalf of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Of this operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// With this subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// With this outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<AuditOutcome>,
    /// Before the entry with this id, for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Most entries to return: 100 by default, at most 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// One page of the audit log, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// Where the next page begins; none if this is the last.
    pub next: Option<String>,
}

/// Who changed what, when, and with which result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Its id.
    pub id: String,
    /// When it was written.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who acted: the owner of the token or account.
    pub actor: String,
    /// For whom, as stated by the actor; none if nobody else was named.
    pub on_behalf_of: Option<String>,
    /// The interface it came through.
    pub via: String,
    /// The operation.
    pub operation: String,
    /// What it was applied to: an id or a name.
    pub subject: String,
    /// The result.
    pub outcome: AuditOutcome,
    /// The reason given, or why it was refused; may be empty.
    pub detail: String,
    /// The entry that states the intent, if there is one.
    pub intent: Option<String>,
}

coded_enum! {
    /// The result of a change.
    #[derive(ToSchema)]
    pub enum AuditOutcome {
        /// It is about to be made; a later entry states the result.
        Intended => "intended",
        /// It was made.
        Done => "done",
        /// It was not allowed, by permission or by the state of its subject. Nothing changed.
        Refused => "refused",
        /// The host could not make it.
        Failed => "failed",
        /// The host ended before the result was known.
        Unknown => "unknown",
    }
}
