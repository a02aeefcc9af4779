//! What a flow has done, held against what it is for: counts, latencies and success criteria.

use gantry_config::{Purpose, Work};
use gantry_core::{FlowName, Timestamp};
use gantry_store::{Depth, Store};
use serde::Serialize;

use crate::metrics::Counts;
pub use crate::roster::InForce;

/// The account of one flow since the host started.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FlowReport {
    /// The flow.
    pub name: String,
    /// Digest of its definition; empty for one that was removed.
    pub version: String,
    /// Whether it runs.
    pub state: FlowState,
    /// Since when this version is in force; none for one that was removed.
    pub since: Option<Timestamp>,
    /// The plugins in force, in the order of the steps.
    pub plugins: Vec<InForce>,
    /// The names of all steps, in order: those with a plugin and those with rules.
    pub steps: Vec<String>,
    /// The steps that hold messages to rules.
    pub rules: Vec<RulesInForce>,
    /// Why it exists.
    pub purpose: Purpose,
    /// What it did.
    pub counts: Counts,
    /// What it still has to do.
    pub queue: Queue,
    /// Open dead letters, those of earlier runs of the host included.
    pub open_dead_letters: u64,
    /// Each success criterion the flow states.
    pub criteria: Vec<Criterion>,
}

/// A step that holds messages to rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RulesInForce {
    /// The step.
    pub step: String,
    /// How many rules it has.
    pub rules: usize,
}

impl RulesInForce {
    /// Those of a flow, in order.
    pub(crate) fn of(flow: &gantry_config::Flow) -> Vec<Self> {
        let rules = |step: &gantry_config::Step| match &step.work {
            Work::Plugin(_) => None,
            Work::Rules(of) => Some(Self { step: step.name.clone(), rules: of.rules.as_slice().len() }),
        };
        flow.steps.iter().filter_map(rules).collect()
    }
}

/// Whether a flow runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FlowState {
    /// It takes messages in and works on them.
    Running,
    /// Its file is gone, but it has messages or open dead letters left. They wait until a flow of this name is back.
    Removed,
}

/// What is in a flow's queue.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = FlowQueue)]
pub struct Queue {
    /// Ready to run.
    pub queued: usize,
    /// Running.
    pub leased: usize,
    /// Waiting for their next attempt.
    pub scheduled: usize,
    /// Keys whose messages wait for a dead letter to be replayed, resolved or discarded.
    pub blocked_keys: usize,
    /// Messages, among those ready to run, that wait for that.
    pub blocked: usize,
    /// Bytes that all of these take on disk.
    pub bytes: u64,
}

/// One success criterion with what was measured.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Criterion {
    /// `error_rate` or `p95_latency`.
    pub name: &'static str,
    /// The bound the flow states, with its unit.
    pub bound: String,
    /// What was measured; none before there is something to measure.
    pub measured: Option<String>,
    /// None while nothing was measured.
    pub met: Option<bool>,
}

impl Queue {
    pub(crate) fn of(store: &Store, flow: &FlowName) -> Self {
        let Depth { queued, leased, scheduled, blocked_keys, blocked, .. } = store.depth(flow);
        Self { queued, leased, scheduled, blocked_keys, blocked, bytes: store.backlog(flow).bytes }
    }
}

/// Holds `counts` against the purpose's success criteria.
#[must_use]
pub fn criteria(purpose: &Purpose, counts: &Counts) -> Vec<Criterion> {
    let rate = purpose.success.error_rate.map(|bound| {
        let measured = (counts.received > 0).then(|| ratio(counts.dead_lettered, counts.received));
        Criterion {
            name: "error_rate",
            bound: percent(bound),
            measured: measured.map(percent),
            met: measured.map(|rate| rate <= bound),
        }
    });
    let latency = purpose.success.p95_latency.map(|bound| {
        let bound_ms = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX);
        Criterion {
            name: "p95_latency",
            bound: format!("{bound_ms} ms"),
            measured: counts.p95_ms.map(|ms| format!("{ms} ms")),
            met: counts.p95_ms.map(|ms| ms <= bound_ms),
        }
    });
    rate.into_iter().chain(latency).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use gantry_config::SuccessCriteria;

    #[test]
    fn criteria_are_met_at_their_bound_and_missed_beyond_it() {
        let success = SuccessCriteria { error_rate: Some(0.1), p95_latency: Some(Duration::from_secs(1)) };
        let purpose = Purpose { success, ..Purpose::default() };
        let counts =
            |dead_lettered, p95| Counts { received: 10, dead_lettered, p95_ms: Some(p95), ..Counts::default() };
        let met = |counts| criteria(&purpose, &counts).iter().map(|c| c.met).collect::<Vec<_>>();
        assert_eq!(met(counts(1, 1000)), [Some(true), Some(true)]);
        assert_eq!(met(counts(2, 1001)), [Some(false), Some(false)]);
        assert_eq!(met(Counts::default()), [None, None]);
    }
}
