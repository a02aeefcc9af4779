//! Everything that a set of flows needs, loaded and checked before any of it is in force. A start plans all flows; a
//! reload plans those that differ from the running ones.

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

/// Flows that are ready to be put in force together.
pub struct Plan {
    /// In the order of their files.
    pub(crate) flows: Vec<Planned>,
    /// The webhook routes of all of them.
    pub(crate) webhooks: RouteTable,
}

/// One flow of a plan.
pub(crate) struct Planned {
    pub(crate) flow: Flow,
    /// None if the flow already runs and has not changed.
    pub(crate) renewal: Option<Renewal>,
}

/// A new flow, or a new version of a running one.
pub(crate) struct Renewal {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) running: Arc<RunningFlow>,
    pub(crate) source: SourcePlan,
}

/// What happens to the source of a flow, if it runs as a task.
pub(crate) enum SourcePlan {
    /// It continues as it is.
    Keep,
    /// The running source ends, if there is one, and the new one starts, if there is one.
    Replace(Option<Box<ReadySource>>),
}

/// What is in force when a plan is made, and what new flows need.
pub(crate) struct Snapshot {
    pub(crate) shared: Shared,
    pub(crate) intake: Arc<dyn Intake>,
    /// The flows of alerts. Every plan contains them.
    pub(crate) alert_flows: Vec<Flow>,
    /// The flows in force, by name.
    pub(crate) flows: BTreeMap<FlowName, InForceFlow>,
    /// The metrics of a flow. A flow keeps its counts across reloads.
    pub(crate) metrics_of: Box<dyn Fn(&FlowName) -> FlowMetrics + Send>,
}

/// What a plan needs to know about a flow in force.
pub(crate) struct InForceFlow {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) running: Arc<RunningFlow>,
    /// The settings of its source, if that runs as a task.
    pub(crate) source: Option<Arc<dyn SourceSettings>>,
}

/// Everything that prevents flows from being put in force.
#[derive(Debug, Default)]
pub struct Refusal {
    /// Flows with plugins, tables or targets that can't be used.
    pub flows: Vec<(FlowName, FlowError)>,
    /// Sources that can't be opened.
    pub sources: Vec<SourceError>,
}

impl Plan {
    /// Loads what is new and checks everything. Blocks, because plugins are compiled. Changes nothing, except that it
    /// creates missing directories of sources.
    pub(crate) fn prepare(now: &Snapshot, flows: Vec<Flow>, env: Environment<'_>) -> Result<Self, Refusal> {
        let mut refusal = Refusal::default();
        let webhooks = RouteTable::build(&flows, env)
            .map_err(|faults| refusal.sources.extend(faults.into_iter().map(SourceError::Webhook)))
            .unwrap_or_default();
        let mut planned = Vec::with_capacity(flows.len());
        let is_taken = |name: &FlowName| now.alert_flows.iter().any(|alert| alert.name == *name);
        for flow in flows.iter().filter(|flow| is_taken(&flow.name)) {
            refusal.flows.push((flow.name.clone(), FlowError::NameTaken { flow: flow.name.clone() }));
        }
        for flow in flows.into_iter().filter(|flow| !is_taken(&flow.name)).chain(now.alert_flows.iter().cloned()) {
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

    /// The same as diagnostics with places in the flows' files.
    pub(crate) fn diagnostics(&self, flows: &BTreeMap<FlowName, Flow>) -> Vec<Diagnostic> {
        let of_flows = self.flows.iter().filter_map(|(name, error)| Some(diagnose::flow(flows.get(name)?, error)));
        let of_sources =
            self.sources.iter().filter_map(|error| Some(diagnose::source(flows.get(error.flow())?, error)));
        of_flows.chain(of_sources).collect()
    }
}

/// What a new or changed flow needs. None when the flow is unchanged, or can't run.
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

/// A source with unchanged settings continues, because it may be in the middle of a file or request.
fn plan_source(now: &Snapshot, before: Option<&InForceFlow>, flow: &Flow) -> Result<SourcePlan, SourceError> {
    let running = before.and_then(|before| before.source.as_ref());
    if running.is_some_and(|running| **running == *flow.source) {
        return Ok(SourcePlan::Keep);
    }
    let next = ReadySource::of(flow, &now.intake, &now.shared.clock)?;
    Ok(SourcePlan::Replace(next.map(Box::new)))
}
