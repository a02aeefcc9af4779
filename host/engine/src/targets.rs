//! The targets of a flow, open: built from its definition, or taken over from the version before it.

use std::collections::BTreeMap;
use std::sync::Arc;

use gantry_config::{Flow, TargetSettings};
use gantry_core::{RetryPolicies, TargetName, ValvePolicy};
use gantry_schema::Schema;
use gantry_transport::target::{self, Target, TargetContext};

use crate::flow_error::FlowError;
use crate::gate::Gate;
use crate::target_stops::TargetStops;

/// One target of a flow, open.
#[derive(Clone)]
pub struct RunningTarget {
    /// What is sent to.
    pub target: Arc<dyn Target>,
    /// What is sent is held to it.
    pub schema: Option<Schema>,
    /// How often, and after how long, a delivery is tried again.
    pub retry: RetryPolicies,
    /// Who passes, and how many at once. Shared by the versions of a flow that have the same target: bound, breaker and
    /// pause hold over a reload.
    pub gate: Arc<Gate>,
    settings: Arc<dyn TargetSettings>,
    concurrency: usize,
    valve: ValvePolicy,
}

impl RunningTarget {
    /// Whether an answer is about the target as a whole: one URL for all that is sent. Where the URL names a record, so
    /// does the answer.
    pub fn is_one_place(&self) -> bool {
        self.settings.is_single_endpoint()
    }
}

/// Builds every target and keeps none: what can't be built is added to `errors`.
pub fn check(flow: &Flow, context: TargetContext<'_>, errors: &mut Vec<FlowError>) {
    build(flow, context, errors);
}

/// Opens the targets, but for those among the `previous` that are the same: their connections, bound, breaker and pause go on.
pub fn open(
    flow: &Flow,
    context: TargetContext<'_>,
    previous: Option<&BTreeMap<TargetName, RunningTarget>>,
    stops: &TargetStops,
    errors: &mut Vec<FlowError>,
) -> BTreeMap<TargetName, RunningTarget> {
    let mut open = BTreeMap::new();
    // Built in any case: what can't be built is refused, and building opens no connection.
    for (name, built) in build(flow, context, errors) {
        let target = &flow.targets[&name];
        let same = |old: &&RunningTarget| {
            *old.settings == *target.settings && old.concurrency == target.concurrency && old.valve == target.valve
        };
        let (opened, gate) = match previous.and_then(|targets| targets.get(&name)).filter(same) {
            Some(old) => (Arc::clone(&old.target), Arc::clone(&old.gate)),
            None => (built, Arc::new(Gate::new(target.concurrency, target.valve, stops.of(&flow.name, &name)))),
        };
        let running = RunningTarget {
            target: opened,
            schema: target.schema.clone(),
            retry: target.retry,
            gate,
            settings: Arc::clone(&target.settings),
            concurrency: target.concurrency,
            valve: target.valve,
        };
        open.insert(name, running);
    }
    // Alone, a target delays no other.
    let share = |all: usize| if open.len() > 1 { all / open.len() } else { usize::MAX };
    let (messages, bytes) = (share(flow.in_flight), share(flow.in_flight_bytes));
    open.values().for_each(|target| target.gate.set_share(messages, bytes));
    open
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
