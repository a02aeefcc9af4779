//! What it takes to run a set of flows, checked and loaded before anything of it is in force. A start plans everything;
//! a reload plans what differs from what runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use gantry_config::{Diagnostic, Flow, Source};
use gantry_core::FlowName;
use gantry_security::Environment;
use gantry_transport::webhook::RouteTable;

use crate::crew::{Crew, Member};
use crate::diagnose;
use crate::fingerprint::Fingerprint;
use crate::flow::{FlowError, Predecessor, RunningFlow};
use crate::sources::{FileDrop, SourceError};

/// Flows that can take over as a whole.
pub(crate) struct Plan {
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
    pub(crate) files: FilesPlan,
}

/// What becomes of a flow's file source.
pub(crate) enum FilesPlan {
    /// It goes on as it is.
    Keep,
    /// It ends, if there is one, and this one begins, if there is one.
    Replace(Option<Box<FileDrop>>),
}

/// Everything that keeps flows from taking over.
#[derive(Debug, Default)]
pub(crate) struct Refusal {
    pub(crate) flows: Vec<(FlowName, FlowError)>,
    pub(crate) sources: Vec<SourceError>,
}

impl Plan {
    /// Loads whatever is new and checks all of it. Blocks: plugins are compiled. Changes nothing but missing
    /// directories of file sources, which it makes.
    pub(crate) fn prepare(crew: &Crew, flows: Vec<Flow>, env: Environment<'_>) -> Result<Self, Refusal> {
        let mut refusal = Refusal::default();
        let webhooks = RouteTable::build(&flows, env)
            .map_err(|faults| refusal.sources.extend(faults.into_iter().map(SourceError::Webhook)))
            .unwrap_or_default();
        let mut planned = Vec::with_capacity(flows.len());
        let taken = |name: &FlowName| crew.alert_flows.iter().any(|alert| alert.name == *name);
        for flow in flows.iter().filter(|flow| taken(&flow.name)) {
            refusal.flows.push((flow.name.clone(), FlowError::NameTaken { flow: flow.name.clone() }));
        }
        for flow in flows.into_iter().filter(|flow| !taken(&flow.name)).chain(crew.alert_flows.iter().cloned()) {
            let renewal = renew(crew, &flow, env, &mut refusal);
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
fn renew(crew: &Crew, flow: &Flow, env: Environment<'_>, refusal: &mut Refusal) -> Option<Renewal> {
    let member = crew.member(&flow.name);
    let fingerprint = Fingerprint::of(flow, crew.shared.deployed.print(&flow.name));
    if member.is_some_and(|member| member.fingerprint == fingerprint) {
        return None;
    }
    let files = plan_files(crew, member, flow).map_err(|error| refusal.sources.push(error));
    let predecessor = member.map(|member| Predecessor {
        flow: member.running(),
        same_secrets: member.fingerprint.secrets == fingerprint.secrets,
    });
    let running = RunningFlow::start(flow, &crew.shared, crew.metrics_of(&flow.name), env, predecessor.as_ref());
    let running = running.map_err(|errors| {
        refusal.flows.extend(errors.into_iter().map(|error| (flow.name.clone(), error)));
    });
    Some(Renewal { fingerprint, running: Arc::new(running.ok()?), files: files.ok()? })
}

/// A file source that is configured as before goes on: it may be in the middle of a file.
fn plan_files(crew: &Crew, member: Option<&Member>, flow: &Flow) -> Result<FilesPlan, SourceError> {
    let watched = member.and_then(|member| member.files.as_ref());
    if let (Some(watched), Source::Files(config)) = (watched, &flow.source)
        && watched.config == *config
    {
        return Ok(FilesPlan::Keep);
    }
    let begins = FileDrop::of(flow, &crew.intake, &crew.shared.clock)?;
    Ok(FilesPlan::Replace(begins.map(Box::new)))
}
