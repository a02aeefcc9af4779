//! Deployments: their records, terms and counts.

use gantry_api::v1;
use gantry_control::rollout as deployed;
use gantry_core::rollout;

use super::{Convert, alike};

alike! {
    v1::DeployRequest => deployed::DeployRequest { flow, step, plugin, by, terms }
    deployed::Deployment => v1::Deployment {
        number, flow, step, from, from_file, to, to_file, undoes, by, at, terms, phase, since, golden, shadow, canary,
        watch, events,
    }
    deployed::Phase = v1::Phase [
        Checking, Golden, Shadow, Waiting, Canary, Watching, Deployed, Refused, RolledBack,
    ]
    deployed::Entry => v1::DeploymentEvent { at, phase, by, text }
    deployed::GoldenReport => v1::GoldenReport { passed, failed }
    deployed::ShadowReport => v1::ShadowReport {
        messages, dead_letters, same, changed, newly_failing, newly_passing, samples,
    }
    deployed::Difference => v1::Difference { message, kind, changes }
    deployed::Kind => v1::DifferenceKind [NewlyFailing, Changed, NewlyPassing, Same]
    rollout::Terms => v1::Terms {
        shadow, changed, newly_failing, canary_share, canary, watch, max_failure_rate,
    }
    v1::TermsChange => rollout::TermsChange {
        shadow, changed, newly_failing, canary_share, canary_messages, canary_time_ms, watch_messages, watch_time_ms,
        max_failure_rate,
    }
    rollout::Window => v1::Window { messages, time_ms }
    rollout::Judgement = v1::Judgement [Accept, Ask, Refuse]
    rollout::Comparison => v1::Comparison { new, old, newly_failing }
    rollout::Tally => v1::Tally { messages, failed, busy_us }
}
