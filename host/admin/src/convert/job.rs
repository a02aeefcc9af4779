//! Jobs on dead letters.

use gantry_api::v1;
use gantry_control::patch;
use gantry_store as store;
use serde_json::value::RawValue;

use super::{Convert, alike};
use crate::diff;

alike! {
    store::Job => v1::Job {
        id, kind, filter, by, reason, rate, most_replays, force, max_failed_percent, hold, state, created_at, ended_at,
        cancelled_by, total, seen, done, held_back, passed_over, left_out, waiting, resolved, failed_again, withdrawn,
        patch, replay, not_applicable, inapplicable,
    }
    store::Inapplicable => v1::Inapplicable { id, why }
    patch::PatchPreview => v1::PatchPreview { total, applicable, not_applicable, edits, inapplicable }
    store::JobHold => v1::JobHold { at, by, reason }
    store::JobKind = v1::JobKind [Redrive, Discard, Patch]
    store::JobState => v1::JobState [Running, Finished, Cancelled, Held]
}

impl Convert<v1::PatchEdit> for patch::PatchEdit {
    fn convert(self) -> v1::PatchEdit {
        let Self { id, before, after } = self;
        v1::PatchEdit { id, diff: diff::between(&before, &after) }
    }
}

/// A patch in the store is one that was read before; should it be damaged, it is left out.
impl Convert<v1::PatchDocument> for String {
    fn convert(self) -> v1::PatchDocument {
        v1::PatchDocument(RawValue::from_string(self).unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }
}
