//! Jobs on dead letters.

use gantry_api::v1;
use gantry_store as store;

use super::{Convert, alike};

alike! {
    v1::NewJob => store::NewJob { kind, filter, by, reason, rate, most_replays, force, max_failed_percent }
    store::Job => v1::Job {
        id, kind, filter, by, reason, rate, most_replays, force, max_failed_percent, hold, state, created_at, ended_at,
        cancelled_by, total, seen, done, held_back, passed_over, waiting, resolved, failed_again, withdrawn,
    }
    store::JobHold => v1::JobHold { at, by, reason }
    store::JobKind = v1::JobKind [Redrive, Discard]
    store::JobState => v1::JobState [Running, Finished, Cancelled, Held]
}
