//! What travels between the admin API and its clients: the same types on both sides. Filters, groups and jobs are the
//! store's own.

mod plugins;

use bytes::Bytes;
pub use gantry_control::rollout::DeployRequest;
use gantry_core::{DeadLetter, DeadLetterId, FlowName, Revision};
pub use gantry_store::{
    DeadLetterCounts, DeadLetterGroup, DeadLetterSummary, Filter, GroupFilter, GroupState, Imported,
    Interval as QualityInterval, Job, JobKind, JobState, NewJob, QualityFilter, QualityPoint, QualityReport,
    QualityRow,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use plugins::{
    Catalogue, PublishQuery, SIGNATURES_HEADER, SignaturesHeaderError, signatures_from_header, signatures_to_header,
};

use crate::diff::Diff;

/// Media type of letters in lines: exports and imports.
pub const NDJSON: &str = "application/x-ndjson";

/// Which part of a list is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// Behind this one, for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<DeadLetterId>)]
    pub after: Option<DeadLetterId>,
    /// At most so many; 100 unless given, 1000 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// One page of dead letters, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterPage {
    /// The letters.
    pub dead_letters: Vec<DeadLetter>,
    /// Where the next page begins; none when this is the last.
    pub next: Option<DeadLetterId>,
}

/// One page of dead letters in brief, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SummaryPage {
    /// The letters, without payloads, headers, trail and attempts.
    pub dead_letters: Vec<DeadLetterSummary>,
    /// Where the next page begins; none when this is the last.
    pub next: Option<DeadLetterId>,
}

/// Puts a dead letter back to work.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReplayRequest {
    /// Who asks.
    pub by: String,
    /// A payload to use instead of the present one; both are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<gantry_core::payload::Readable>)]
    pub payload: Option<EditedPayload>,
}

/// An edited payload: `{"text": …}` or `{"base64": …}`, as payloads are written everywhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EditedPayload(#[serde(with = "gantry_core::payload")] pub Bytes);

/// Closes or acknowledges a dead letter.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
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

/// Says where a kind of failure stands, or stops a job.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NoteRequest {
    /// Who.
    pub by: String,
    /// Why, in the operator's words; may be empty.
    pub note: String,
}

/// What is done to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupAction {
    /// Somebody looks into it.
    Acknowledge,
    /// Its cause is gone; the next failure opens it again.
    Resolve,
    /// Known and harmless: its letters alarm nobody.
    Ignore,
    /// Nobody has dealt with it after all.
    Reopen,
}

impl GroupAction {
    /// As it is written in the path.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Resolve => "resolve",
            Self::Ignore => "ignore",
            Self::Reopen => "reopen",
        }
    }

    /// Where the group stands afterwards.
    #[must_use]
    pub const fn state(self) -> GroupState {
        match self {
            Self::Acknowledge => GroupState::Acknowledged,
            Self::Resolve => GroupState::Resolved,
            Self::Ignore => GroupState::Ignored,
            Self::Reopen => GroupState::Open,
        }
    }
}

/// Groups of dead letters: open ones first, in each state those with the most open letters first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GroupList {
    /// The groups.
    pub groups: Vec<DeadLetterGroup>,
}

/// Jobs over dead letters, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct JobList {
    /// The jobs.
    pub jobs: Vec<Job>,
}

/// Every payload a dead letter had, and how they differ.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Revisions {
    /// Oldest first; the first is what was received.
    pub revisions: Vec<Revision>,
    /// Each revision against the one before it.
    pub diffs: Vec<RevisionDiff>,
}

/// How a revision differs from the one before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevisionDiff {
    /// The earlier one.
    pub from: u32,
    /// The later one.
    pub to: u32,
    /// How they differ.
    pub diff: Diff,
}

impl From<Vec<Revision>> for Revisions {
    fn from(revisions: Vec<Revision>) -> Self {
        let pairs = revisions.windows(2).filter_map(|pair| Some((pair.first()?, pair.get(1)?)));
        let diffs = pairs.map(|(from, to)| RevisionDiff {
            from: from.number,
            to: to.number,
            diff: Diff::between(&from.payload, &to.payload),
        });
        Self { diffs: diffs.collect(), revisions }
    }
}
