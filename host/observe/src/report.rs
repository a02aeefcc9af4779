//! What a flow has done, held against what it is for: counts, latencies and success criteria.

use gantry_config::{Purpose, Work};
use gantry_core::{FlowName, Timestamp};
use gantry_engine::active_flows::ActiveFlow;
use gantry_engine::broken_flow::BrokenFlow;
use gantry_engine::closed_intakes::IntakeClosure;
use gantry_engine::in_force::InForce;
use gantry_engine::metrics::{Counts, MetricsError, OpenDeadLetters};
use gantry_store::{Depth, Store};

use crate::view::HostView;

/// The account of one flow since the host started.
#[derive(Clone, Debug)]
pub struct FlowReport {
    /// The flow.
    pub name: String,
    /// Digest of its definition; empty for one that was removed.
    pub version: String,
    /// Whether it runs.
    pub state: FlowState,
    /// What keeps it from running, with its place; empty unless it is broken.
    pub why: Vec<String>,
    /// The command to go on with; none unless it is broken.
    pub next: Option<String>,
    /// When the configuration came into force that a broken flow runs with; none if it doesn't run, or isn't broken.
    pub last_good: Option<Timestamp>,
    /// Since when this version is in force, or the flow broken; none for one that was removed.
    pub since: Option<Timestamp>,
    /// The plugins in force, in the order of the steps.
    pub plugins: Vec<InForce>,
    /// The names of all steps, in order: those with a plugin and those with rules.
    pub steps: Vec<String>,
    /// The steps that hold messages to rules.
    pub rules: Vec<RulesInForce>,
    /// Why it exists.
    pub purpose: Purpose,
    /// Set while an operator keeps its intake closed.
    pub closed: Option<IntakeClosure>,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesInForce {
    /// The step.
    pub step: String,
    /// How many rules it has.
    pub rules: usize,
}

impl RulesInForce {
    /// Those of a flow, in order.
    pub(crate) fn of(flow: &gantry_config::Flow) -> Vec<Self> {
        flow.steps
            .iter()
            .filter_map(|step| match &step.work {
                Work::Plugin(_) => None,
                Work::Rules(of) => Some(Self { step: step.name.clone(), rules: of.rules.as_slice().len() }),
            })
            .collect()
    }
}

/// Whether a flow runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowState {
    /// It takes messages in and works on them.
    Running,
    /// It can't run: because of its file, or of something that the file names. What it has waits.
    Broken,
    /// Its file is gone, but it has messages or open dead letters left. They wait until a flow of this name is back.
    Removed,
}

/// What is in a flow's queue.
#[derive(Clone, Copy, Debug)]
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
#[derive(Clone, Debug)]
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

/// The accounts of a host's flows; cheap to clone.
#[derive(Clone)]
pub struct Reports {
    view: HostView,
}

impl Reports {
    /// Reports on the host of this view.
    #[must_use]
    pub const fn new(view: HostView) -> Self {
        Self { view }
    }

    /// All metrics in Prometheus' text format, with the queue's gauges read just now.
    pub fn scrape(&self) -> Result<String, MetricsError> {
        let running = self.view.flows.entries();
        let broken = self.view.flows.broken();
        let names = running.iter().map(|entry| entry.flow.name.clone());
        let names = names.chain(broken.iter().map(|flow| flow.name.clone())).chain(self.left_behind(&running));
        let expiring = self.view.store.expiring_dead_letters();
        for name in names {
            let dead_letters = OpenDeadLetters {
                all: self.view.store.dead_letter_counts(&name).open,
                alarming: self.view.store.alarming_dead_letters(&name),
                bytes: self.view.store.dead_letter_bytes(&name),
                expiring: expiring.get(&name).map_or(0, |expiring| expiring.dead_letters),
            };
            self.view.metrics.queues().observe(
                name.as_str(),
                &self.view.store.depth(&name),
                dead_letters,
                self.view.clock.now(),
            );
            self.view.metrics.queues().observe_bytes(name.as_str(), self.view.store.backlog(&name).bytes);
        }
        let measured: Vec<_> = running
            .iter()
            .flat_map(|entry| {
                let met = criteria(&entry.flow.purpose, &entry.metrics.counts()).into_iter();
                met.filter_map(|criterion| Some((&entry.flow.name, criterion.name, criterion.met?)))
            })
            .collect();
        self.view.metrics.host().observe_criteria(measured.into_iter());
        self.view.metrics.targets().observe(&self.view.flows.targets(self.view.clock.now()));
        self.view.metrics.render()
    }

    /// The account of every flow; those that are broken come first, those that are gone last.
    #[must_use]
    pub fn flows(&self) -> Vec<FlowReport> {
        let running = self.view.flows.entries();
        let removed = self.left_behind(&running).into_iter().map(|name| self.report_removed(&name));
        let broken = self.view.flows.broken();
        let sound = running.iter().filter(|entry| broken.iter().all(|flow| flow.name != entry.flow.name));
        let sound = sound.map(|entry| self.report(entry));
        let broken = broken.iter().map(|flow| match running.iter().find(|entry| entry.flow.name == flow.name) {
            Some(entry) if flow.runs() => self.report_last_good(flow, entry),
            _ => self.report_broken(flow),
        });
        broken.chain(sound).chain(removed).collect()
    }

    fn report(&self, entry: &ActiveFlow) -> FlowReport {
        let ActiveFlow { flow, metrics, plugins, since, .. } = entry;
        let counts = metrics.counts();
        FlowReport {
            name: flow.name.to_string(),
            version: flow.version.clone(),
            state: FlowState::Running,
            why: Vec::new(),
            next: None,
            last_good: None,
            since: Some(*since),
            plugins: plugins.clone(),
            steps: flow.steps.iter().map(|step| step.name.clone()).collect(),
            rules: RulesInForce::of(flow),
            purpose: flow.purpose.clone(),
            closed: self.view.closed_intakes.of(&flow.name),
            counts,
            queue: Queue::of(&self.view.store, &flow.name),
            open_dead_letters: self.view.store.dead_letter_counts(&flow.name).open,
            criteria: criteria(&flow.purpose, &counts),
        }
    }

    /// A broken flow that runs with the configuration that was last in force.
    fn report_last_good(&self, broken: &BrokenFlow, entry: &ActiveFlow) -> FlowReport {
        FlowReport {
            state: FlowState::Broken,
            why: broken.why().map(ToString::to_string).collect(),
            next: Some(broken.next()),
            last_good: broken.last_good,
            since: Some(broken.since),
            ..self.report(entry)
        }
    }

    fn report_broken(&self, broken: &BrokenFlow) -> FlowReport {
        let flow = broken.flow.as_ref();
        FlowReport {
            version: flow.map(|flow| flow.version.clone()).unwrap_or_default(),
            state: FlowState::Broken,
            why: broken.why().map(ToString::to_string).collect(),
            next: Some(broken.next()),
            since: Some(broken.since),
            steps: flow.into_iter().flat_map(|flow| &flow.steps).map(|step| step.name.clone()).collect(),
            rules: flow.map(RulesInForce::of).unwrap_or_default(),
            purpose: flow.map(|flow| flow.purpose.clone()).unwrap_or_default(),
            ..self.report_removed(&broken.name)
        }
    }

    fn report_removed(&self, name: &FlowName) -> FlowReport {
        FlowReport {
            name: name.to_string(),
            version: String::new(),
            state: FlowState::Removed,
            why: Vec::new(),
            next: None,
            last_good: None,
            since: None,
            plugins: Vec::new(),
            steps: Vec::new(),
            rules: Vec::new(),
            purpose: Purpose::default(),
            closed: self.view.closed_intakes.of(name),
            counts: Counts::default(),
            queue: Queue::of(&self.view.store, name),
            open_dead_letters: self.view.store.dead_letter_counts(name).open,
            criteria: Vec::new(),
        }
    }

    /// Flows that neither run nor are broken, but have messages or open dead letters: their files were removed, in this run of the host
    /// or before it.
    fn left_behind(&self, running: &[ActiveFlow]) -> Vec<FlowName> {
        let mut flows = self.view.store.flows();
        let broken = self.view.flows.broken();
        flows.retain(|name| !running.iter().any(|entry| entry.flow.name == *name));
        flows.retain(|name| !broken.iter().any(|flow| flow.name == *name));
        flows.retain(|name| {
            self.view.store.backlog(name).messages > 0 || self.view.store.dead_letter_counts(name).open > 0
        });
        flows
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
