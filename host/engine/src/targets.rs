//! The open targets of a flow: built from its definition, or taken over from the version before.

use std::collections::BTreeMap;
use std::sync::Arc;

use gantry_config::{Flow, Target as TargetConfig, TargetSettings};
use gantry_core::{RetryPolicies, TargetHealthPolicy, TargetName};
use gantry_transport::target::{self, Target, TargetContext};

use crate::flow_error::FlowError;
use crate::gate::{Gate, Limits, Share, WakeQueue};
use crate::target_stops::TargetStops;

/// One target of a flow, open.
#[derive(Clone)]
pub struct RunningTarget {
    /// The target itself.
    pub target: Arc<dyn Target>,
    /// How often, and after which time, a delivery is retried.
    pub retry: RetryPolicies,
    /// The gate before it. Versions of a flow with the same target share the gate: concurrency, breaker and pause stay as
    /// they are through a reload.
    pub gate: Arc<Gate>,
    /// Its share of the flow's in-flight limit; none when it is the flow's only target.
    pub share: Option<Share>,
    /// The target that must have a message's deliveries before this one gets any.
    pub after: Option<TargetName>,
    opened_as: OpenedAs,
}

/// What a target was opened with. If anything of it changes, the target is opened again.
#[derive(Clone)]
struct OpenedAs {
    settings: Arc<dyn TargetSettings>,
    concurrency: usize,
    health: TargetHealthPolicy,
}

/// What is needed to build gates.
pub struct GateServices<'a> {
    /// The targets that are paused or disabled.
    pub stops: &'a TargetStops,
    /// Wakes the messages of the flow that a gate held back.
    pub wake_queue: WakeQueue,
}

impl RunningTarget {
    /// A target built from this configuration, behind this gate.
    pub fn new(config: &TargetConfig, target: Arc<dyn Target>, gate: Arc<Gate>, share: Option<Share>) -> Self {
        let after = config.after.clone();
        Self { target, retry: config.retry, gate, share, after, opened_as: OpenedAs::of(config) }
    }

    /// Whether everything is sent to one URL, so that an answer is about the target as a whole. If the URL contains the
    /// key of a record, an answer is only about that record.
    pub fn is_single_endpoint(&self) -> bool {
        self.opened_as.settings.is_single_endpoint()
    }
}

impl OpenedAs {
    fn of(config: &TargetConfig) -> Self {
        Self { settings: Arc::clone(&config.settings), concurrency: config.concurrency, health: config.health }
    }

    fn is(&self, config: &TargetConfig) -> bool {
        *self.settings == *config.settings && self.concurrency == config.concurrency && self.health == config.health
    }
}

/// Builds every target and keeps none; adds what can't be built to `errors`.
pub fn check(flow: &Flow, context: TargetContext<'_>, errors: &mut Vec<FlowError>) {
    build(flow, context, errors);
}

/// Opens the targets. Those that are the same as in `previous` are taken over, with their connections and gates.
pub fn open(
    flow: &Flow,
    context: TargetContext<'_>,
    previous: Option<&BTreeMap<TargetName, RunningTarget>>,
    gates: &GateServices<'_>,
    errors: &mut Vec<FlowError>,
) -> BTreeMap<TargetName, RunningTarget> {
    let share = share_of_each(flow);
    // All are built, even those that are then taken over: this finds mistakes, and opens no connection.
    let built = build(flow, context, errors);
    let running = built.into_iter().map(|(name, built)| {
        let config = &flow.targets[&name];
        let same = previous.and_then(|targets| targets.get(&name)).filter(|old| old.opened_as.is(config));
        let (target, gate) = match same {
            Some(old) => (Arc::clone(&old.target), Arc::clone(&old.gate)),
            None => {
                let limits = Limits { concurrency: config.concurrency, share };
                let stop = gates.stops.of(&flow.name, &name);
                let gate = Gate::new(limits, config.health, stop, Arc::clone(&gates.wake_queue));
                (built, Arc::new(gate))
            }
        };
        (name, RunningTarget::new(config, target, gate, share))
    });
    running.collect()
}

/// A flow's only target has no share, because it can delay no other.
fn share_of_each(flow: &Flow) -> Option<Share> {
    let targets = flow.targets.len();
    (targets > 1).then(|| Share { deliveries: flow.in_flight / targets, bytes: flow.in_flight_bytes / targets })
}

fn build(flow: &Flow, context: TargetContext<'_>, errors: &mut Vec<FlowError>) -> Vec<(TargetName, Arc<dyn Target>)> {
    let mut built = Vec::with_capacity(flow.targets.len());
    for (name, target) in &flow.targets {
        match target::build(target, context) {
            Ok(target) => built.push((name.clone(), target)),
            Err(source) => {
                errors.push(FlowError::Target { flow: flow.name.clone(), target: name.clone(), source });
            }
        }
    }
    built
}
