//! Acknowledgements, replays and edits of dead letters.

use gantry_api::v1;
use gantry_core as core;
use gantry_core::json_diff;

use super::{Convert, alike};
use crate::diff;

alike! {
    core::Acknowledgement = v1::Acknowledgement { at, by }
    core::ReplayRun = v1::ReplayRun { at, by, job, revision, was_acknowledged, first_attempt, outcome, ended_at }
    core::ReplayOutcome = v1::ReplayOutcome [Resolved, FailedAgain, Withdrawn]
    core::Revision = v1::Revision { number, at, by, content_type, payload }
    json_diff::Change => v1::Change { path, before, after }
}

/// Every revision with its difference from the one before.
impl Convert<v1::Revisions> for Vec<core::Revision> {
    fn convert(self) -> v1::Revisions {
        let diffs = self.array_windows().map(|[from, to]| v1::RevisionDiff {
            from: from.number,
            to: to.number,
            diff: diff::between(&from.payload, &to.payload),
        });
        v1::Revisions { diffs: diffs.collect(), revisions: self.convert() }
    }
}
