//! What it takes to run a set of flows, checked and loaded before anything of it is in force. A start plans everything;
//! a reload plans what differs from what runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use gantry_config::{Diagnostic, Flow, SourceSettings};
use gantry_core::FlowName;
use gantry_engine::flow::{Predecessor, RunningFlow, Shared};
use gantry_engine::flow_error::FlowError;
use gantry_engine::metrics::FlowMetrics;
use gantry_security::Environment;
use gantry_transport::Intake;
use gantry_transport::source::webhook::RouteTable;

use crate::diagnose;
use crate::fingerprint::Fingerprint;
use crate::sources::{ReadySource, SourceError};

/// Flows that can take over as a whole.
pub struct Plan {
    /// In the order of their files.
    pub(crate) flows: Vec<Planned>,
    /// The routes of all of them.
    pub(crate) webhooks: RouteTable,
}

/// One flow, and what it takes.
pub(crate) struct Planned {
    pub(crate) flow: Flow,
    /// None: it runs already, and nothing of it has changed.
    pub(crate) renewal: Option<Renewal>,
}

/// A flow that is new, or another than the one that runs.
pub(crate) struct Renewal {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) running: Arc<RunningFlow>,
    pub(crate) source: SourcePlan,
}

/// What becomes of a flow's source, where it runs by itself.
pub(crate) enum SourcePlan {
    /// It goes on as it is.
    Keep,
    /// It ends, if there is one, and this one begins, if there is one.
    Replace(Option<Box<ReadySource>>),
}

/// What is in force when a plan is made, and what new flows are given.
pub(crate) struct Snapshot {
    pub(crate) shared: Shared,
    pub(crate) intake: Arc<dyn Intake>,
    /// The flows of alerts: in every plan, whatever the files say.
    pub(crate) alert_flows: Vec<Flow>,
    /// The flows in force, by name.
    pub(crate) flows: BTreeMap<FlowName, InForceFlow>,
    /// The metrics of a flow: it keeps its counts over reloads.
    pub(crate) metrics_of: Box<dyn Fn(&FlowName) -> FlowMetrics + Send>,
}

/// A flow in force, as far as a plan asks.
pub(crate) struct InForceFlow {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) running: Arc<RunningFlow>,
    /// The settings of its source, where that runs by itself.
    pub(crate) source: Option<Arc<dyn SourceSettings>>,
}

/// Everything that keeps flows from taking over.
#[derive(Debug, Default)]
pub struct Refusal {
    /// Flows that don't fit their plugins, tables or targets.
    pub flows: Vec<(FlowName, FlowError)>,
    /// Sources that can't be set up.
    pub sources: Vec<SourceError>,
}

impl Plan {
    /// Loads whatever is new and checks all of it. Blocks: plugins are compiled. Changes nothing but missing
    /// directories of sources, which it makes.
    pub(crate) fn prepare(now: &Snapshot, flows: Vec<Flow>, env: Environment<'_>) -> Result<Self, Refusal> {
        let mut refusal = Refusal::default();
        let webhooks = RouteTable::build(&flows, env)
            .map_err(|faults| refusal.sources.extend(faults.into_iter().map(SourceError::Webhook)))
            .unwrap_or_default();
        let mut planned = Vec::with_capacity(flows.len());
        let taken = |name: &FlowName| now.alert_flows.iter().any(|alert| alert.name == *name);
        for flow in flows.iter().filter(|flow| taken(&flow.name)) {
            refusal.flows.push((flow.name.clone(), FlowError::NameTaken { flow: flow.name.clone() }));
        }
        for flow in flows.into_iter().filter(|flow| !taken(&flow.name)).chain(now.alert_flows.iter().cloned()) {
            let renewal = renew(now, &flow, env, &mut refusal);
            planned.push(Planned { flow, renewal });
        }
        if refusal.is_empty() { Ok(Self { flows: planned, webhooks }) } else { Err(refusal) }
    }
}

impl Refusal {
    fn is_empty(&self) -> bool {
        self.flows.is_empty() && self.sources.is_empty()
    }

    /// The same with places in the flows' files.
    pub(crate) fn diagnostics(&self, flows: &BTreeMap<FlowName, Flow>) -> Vec<Diagnostic> {
        let of_flows = self.flows.iter().filter_map(|(name, error)| Some(diagnose::flow(flows.get(name)?, error)));
        let of_sources =
            self.sources.iter().filter_map(|error| Some(diagnose::source(flows.get(error.flow())?, error)));
        of_flows.chain(of_sources).collect()
    }
}

/// What it takes to run this flow; none when it runs already, or can't.
fn renew(now: &Snapshot, flow: &Flow, env: Environment<'_>, refusal: &mut Refusal) -> Option<Renewal> {
    let before = now.flows.get(&flow.name);
    let fingerprint = Fingerprint::of(flow, now.shared.overrides.digest(&flow.name));
    if before.is_some_and(|before| before.fingerprint == fingerprint) {
        return None;
    }
    let source = plan_source(now, before, flow).map_err(|error| refusal.sources.push(error));
    let predecessor = before.map(|before| Predecessor {
        flow: Arc::clone(&before.running),
        same_secrets: before.fingerprint.secrets == fingerprint.secrets,
    });
    let metrics = (now.metrics_of)(&flow.name);
    let running = RunningFlow::start(flow, &now.shared, metrics, env, predecessor.as_ref());
    let running = running.map_err(|errors| {
        refusal.flows.extend(errors.into_iter().map(|error| (flow.name.clone(), error)));
    });
    Some(Renewal { fingerprint, running: Arc::new(running.ok()?), source: source.ok()? })
}

/// A source with the same settings as before goes on: it may be in the middle of something.
fn plan_source(now: &Snapshot, before: Option<&InForceFlow>, flow: &Flow) -> Result<SourcePlan, SourceError> {
    let running = before.and_then(|before| before.source.as_ref());
    if running.is_some_and(|running| **running == *flow.source) {
        return Ok(SourcePlan::Keep);
    }
    let begins = ReadySource::of(flow, &now.intake, &now.shared.clock)?;
    Ok(SourcePlan::Replace(begins.map(Box::new)))
}
