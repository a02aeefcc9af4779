//! Flow reports.

use gantry_api::v1;
use gantry_config as config;
use gantry_engine::{closed_intakes, in_force, metrics};
use gantry_observe::report;

use super::{Convert, alike};

alike! {
    report::FlowReport => v1::FlowReport {
        name, version, state, why, next, last_good, since, plugins, steps, rules, purpose, closed, counts, queue,
        open_dead_letters, criteria,
    }
    report::FlowState => v1::FlowState [Running, Broken, Removed]
    closed_intakes::IntakeClosure => v1::IntakeClosure { at, by, reason }
    in_force::InForce => v1::PluginInForce { step, name, version, digest, on_trial }
    report::RulesInForce => v1::RulesInForce { step, rules }
    report::Queue => v1::FlowQueue { queued, leased, scheduled, blocked_keys, blocked, bytes }
    metrics::Counts => v1::FlowCounts {
        received, duplicates, delivered, skipped, dead_lettered, retried, p50_ms, p95_ms, p99_ms,
    }
    config::Purpose => v1::Purpose { goal, owner, systems, as_is, to_be, success }
    config::SuccessCriteria => v1::SuccessCriteria { error_rate, p95_latency }
}

impl Convert<v1::Criterion> for report::Criterion {
    fn convert(self) -> v1::Criterion {
        let Self { name, bound, measured, met } = self;
        v1::Criterion { name: name.to_owned(), bound, measured, met }
    }
}
