//! Dead letter groups.

use gantry_api::v1;
use gantry_store as store;

use super::{Convert, alike};

alike! {
    store::DeadLetterGroup => v1::DeadLetterGroup {
        fingerprint, flow, stage, target, code, kind, text, state, counts, failures, first_seen, last_seen, open_since, sample,
        changed, acknowledged_until, regressions, regressed_at, former_fingerprints,
    }
    store::GroupState = v1::GroupState [Open, Acknowledged, Resolved, Ignored]
    store::GroupChange => v1::GroupChange { at, by, note }
    v1::GroupFilter => store::GroupFilter { flow, state, stage, target, code, regressed, limit, unsettled }
}
