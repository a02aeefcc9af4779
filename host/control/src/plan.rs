//! Everything that a set of flows needs, loaded and checked before any of it is in force. A start plans all flows; a
//! reload plans those that differ from the running ones. A flow that can't run gets a stand-in where there is one: its own
//! configuration, as it was last in force.

mod stand_in;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gantry_config::{BrokenFile, Diagnostic, Diagnostics, Flow, SourceSettings};
use gantry_core::{FlowName, Timestamp};
use gantry_engine::broken_flow::BrokenFlow;
use gantry_engine::flow::{Predecessor, RunningFlow, Shared};
use gantry_engine::flow_error::FlowError;
use gantry_engine::metrics::FlowMetrics;
use gantry_security::Environment;
use gantry_transport::Intake;
use gantry_transport::source::webhook::{RouteError, RouteTable};

use crate::diagnose;
use crate::fingerprint::{Fingerprint, schemas_in};
use crate::last_good::{LastGood, LastGoodFiles};
use crate::sources::{ReadySource, SourceError};

/// What a plan is made of.
#[derive(Debug, Default)]
pub struct Candidates {
    /// Flows whose files have no mistakes, in the order of their files.
    pub flows: Vec<Flow>,
    /// Files with mistakes.
    pub broken: Vec<BrokenFile>,
}

impl From<Vec<Flow>> for Candidates {
    fn from(flows: Vec<Flow>) -> Self {
        Self { flows, broken: Vec::new() }
    }
}

/// What becomes of flows that can't run. Those of alerts always refuse the plan: without them nobody would be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnBroken {
    /// They refuse the plan: for a strict start.
    Refuse,
    /// They are left out, and known to be broken: for a start. With no flow that works, the plan is refused.
    Carry,
    /// Those that are broken already stay so. A flow that runs, or is new, refuses the plan: for a reload.
    CarryKnown,
}

/// Flows that are ready to be put in force together.
pub struct Plan {
    /// In the order of their files.
    pub(crate) flows: Vec<Planned>,
    /// The flows that can't run.
    pub(crate) broken: Vec<Carried>,
    /// The webhook routes of all of them.
    pub(crate) webhooks: RouteTable,
    /// Former names under which nothing is left.
    pub(crate) unknown_formers: Vec<Diagnostic>,
}

/// A flow of a plan that can't run.
pub(crate) struct Carried {
    pub(crate) entry: BrokenFlow,
    /// The names that it had before, if they can be read.
    pub(crate) formerly: Vec<FlowName>,
    /// The files that may mend it.
    pub(crate) files: Vec<PathBuf>,
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
    /// The flows that can't run.
    pub(crate) broken: Vec<BrokenFlow>,
    /// The copies of what was last in force; none: flows that can't run are left out.
    pub(crate) last_good: Option<LastGoodFiles>,
    /// The flows that run with such a copy now.
    pub(crate) standing_in: Vec<LastGood>,
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
    /// Mistakes in files.
    pub files: Diagnostics,
}

impl Plan {
    /// Loads what is new and checks everything. Blocks, because plugins are compiled. Changes nothing, except that it
    /// creates missing directories of sources.
    pub(crate) fn prepare(
        now: &Snapshot,
        candidates: Candidates,
        env: Environment<'_>,
        on_broken: OnBroken,
    ) -> Result<Self, Refusal> {
        let Candidates { flows, broken } = candidates;
        let (carried, refused) = broken.into_iter().partition(|file| on_broken.carries(now, &file.name, &file.file));
        let refused: Vec<BrokenFile> = refused;
        if !refused.is_empty() {
            return Err(Refusal {
                files: refused.into_iter().flat_map(|file| file.found).collect(),
                ..Refusal::default()
            });
        }
        let (_, unserved) = RouteTable::build(&flows, env);
        let Sorted { mut planned, mut unfit, mut refusal } = Sorted::of(now, flows, unserved, env, on_broken);
        let mut broken: Vec<_> = carried.iter().map(|file| Carried::of_file(now, file)).collect();
        broken.extend(unfit.iter().map(|(flow, faults)| Carried::of_flow(now, flow, faults)));
        stand_in::add(now, &mut broken, &mut planned, env);
        if on_broken == OnBroken::Carry && planned.is_empty() {
            refusal.files.extend(carried.iter().flat_map(|file: &BrokenFile| file.found.iter().cloned()));
            unfit.drain(..).for_each(|(_, faults)| refusal.extend(faults));
        }
        let (mut webhooks, _) = RouteTable::build(planned.iter().map(|planned| &planned.flow), env);
        for flow in now.alert_flows.iter().cloned() {
            let renewal = renew(now, &flow, env, &mut refusal);
            planned.push(Planned { flow, renewal });
        }
        if !refusal.is_empty() {
            return Err(refusal);
        }
        unfit.iter().for_each(|(flow, _)| webhooks.shut(flow));
        for file in &carried {
            file.intake.iter().for_each(|intake| webhooks.shut_intake(&file.name, intake));
        }
        let unknown_formers = planned.iter().flat_map(|planned| now.unknown_formers(&planned.flow)).collect();
        Ok(Self { flows: planned, broken, webhooks, unknown_formers })
    }

    /// Why flows can't run whose files have no mistakes.
    pub(crate) fn faults(&self) -> impl Iterator<Item = &Diagnostic> {
        let unfit = self.broken.iter().filter(|carried| carried.entry.flow.is_some());
        unfit.flat_map(|carried| carried.entry.why())
    }
}

/// Flows by what becomes of them.
#[derive(Default)]
struct Sorted {
    planned: Vec<Planned>,
    /// Those that can't run and are carried, each with its faults.
    unfit: Vec<(Flow, Refusal)>,
    /// The faults of all others.
    refusal: Refusal,
}

impl Sorted {
    fn of(
        now: &Snapshot,
        flows: Vec<Flow>,
        unserved: Vec<RouteError>,
        env: Environment<'_>,
        on_broken: OnBroken,
    ) -> Self {
        let unserved = unserved.into_iter().map(|error| (error.flow.clone(), error));
        let mut unserved: BTreeMap<FlowName, RouteError> = unserved.collect();
        let mut sorted = Self::default();
        for flow in flows {
            let mut faults = Refusal::default();
            faults.sources.extend(unserved.remove(&flow.name).map(SourceError::Webhook));
            let renewal = if now.alert_flows.iter().any(|alert| alert.name == flow.name) {
                faults.flows.push((flow.name.clone(), FlowError::NameTaken { flow: flow.name.clone() }));
                None
            } else {
                renew(now, &flow, env, &mut faults)
            };
            if faults.is_empty() {
                sorted.planned.push(Planned { flow, renewal });
            } else if on_broken.carries(now, &flow.name, &flow.file) {
                sorted.unfit.push((flow, faults));
            } else {
                sorted.refusal.extend(faults);
            }
        }
        sorted
    }
}

impl OnBroken {
    fn carries(self, now: &Snapshot, name: &FlowName, file: &Path) -> bool {
        match self {
            Self::Refuse => false,
            Self::Carry => true,
            Self::CarryKnown => {
                let known = now.broken.iter().find(|broken| broken.name == *name || broken.file == file);
                let is_running =
                    now.flows.iter().any(|(running, flow)| running == name || flow.fingerprint.file == file);
                known.is_some_and(|broken| broken.runs() || !is_running)
            }
        }
    }
}

impl Carried {
    fn of_file(now: &Snapshot, file: &BrokenFile) -> Self {
        let BrokenFile { name, formerly, file, named, found, .. } = file.clone();
        let since = now.broken_since(&name, &file);
        let schemas = named.iter().filter(|file| file.extension().is_some_and(|end| end == "json"));
        let beside = schemas.filter_map(|schema| schema.parent()).flat_map(schemas_in);
        let files = std::iter::once(file.clone()).chain(beside).chain(named.iter().cloned()).collect();
        Self { formerly, files, entry: BrokenFlow { name, file, flow: None, found, since, last_good: None } }
    }

    fn of_flow(now: &Snapshot, flow: &Flow, faults: &Refusal) -> Self {
        let fingerprint = Fingerprint::of(flow, now.shared.overrides.digest(&flow.name));
        let name = flow.name.clone();
        let file = flow.file.clone();
        let since = now.broken_since(&name, &file);
        let known = BTreeMap::from([(name.clone(), flow.clone())]);
        let found = faults.diagnostics(&known).into_iter().map(diagnose::as_error).collect();
        let flow = known.into_values().next();
        Self {
            formerly: flow.as_ref().map(|flow| flow.formerly.clone()).unwrap_or_default(),
            files: fingerprint.files().map(Path::to_path_buf).collect(),
            entry: BrokenFlow { name, file, flow, found, since, last_good: None },
        }
    }
}

impl Snapshot {
    /// A warning of each name of which nothing is left, though a flow states it as its former one.
    fn unknown_formers(&self, flow: &Flow) -> Vec<Diagnostic> {
        let unknown = flow.formerly.iter().filter(|former| !self.knows_former(flow, former));
        unknown.map(|former| diagnose::unknown_former(flow, former)).collect()
    }

    /// Whether there is, or was, something to take over.
    fn knows_former(&self, flow: &Flow, former: &FlowName) -> bool {
        let Shared { store, overrides, .. } = &self.shared;
        let is_in_force = self.flows.contains_key(former) || self.broken.iter().any(|broken| broken.name == *former);
        let is_left = store.has_any_of(former) || !overrides.of(former).is_empty();
        // What was renamed twice comes with the name that it had last.
        let mut bearers = [&flow.name].into_iter().chain(&flow.formerly);
        is_in_force || is_left || bearers.any(|bearer| store.was_called(bearer, former))
    }

    /// Since when a flow is broken: now, unless it was before.
    fn broken_since(&self, name: &FlowName, file: &Path) -> Timestamp {
        let before = self.broken.iter().find(|broken| broken.name == *name || broken.file == file);
        before.map_or_else(|| self.shared.clock.now(), |broken| broken.since)
    }
}

impl Refusal {
    fn is_empty(&self) -> bool {
        self.flows.is_empty() && self.sources.is_empty() && self.files.is_empty()
    }

    fn extend(&mut self, more: Self) {
        self.flows.extend(more.flows);
        self.sources.extend(more.sources);
        self.files.extend(more.files);
    }

    /// The same as diagnostics with places in the flows' files.
    pub(crate) fn diagnostics(&self, flows: &BTreeMap<FlowName, Flow>) -> Vec<Diagnostic> {
        let of_flows = self.flows.iter().filter_map(|(name, error)| Some(diagnose::flow(flows.get(name)?, error)));
        let of_sources =
            self.sources.iter().filter_map(|error| Some(diagnose::source(flows.get(error.flow())?, error)));
        self.files.iter().cloned().chain(of_flows).chain(of_sources).collect()
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
