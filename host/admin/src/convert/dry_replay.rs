//! Dry runs of a replay.

use gantry_api::v1;
use gantry_control::rollout;

use super::{Convert, alike};

alike! {
    rollout::DryReplayReport => v1::DryReplayReport { total, examined, failing, outcomes, sample }
    rollout::DryOutcome => v1::DryOutcome {
        kind, flow, targets, code, text, violations, fingerprint, dead_letters, sample,
    }
    rollout::DryOutcomeKind => v1::DryOutcomeKind [Delivered, Skipped, Postponed, Invalid, Refused, NoFlow, NotApplicable]
    rollout::DrySample => v1::DrySample { dead_letter, deliveries }
    rollout::DryDelivery => v1::DryDelivery { target, content_type, headers, payload }
}
