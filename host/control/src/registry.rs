//! The running flows, each with its worker, the version in force, and its source; and the flows that can't run. Only this
//! module puts a plan in force. The plan was checked before, so nothing can be refused here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gantry_config::{Diagnostic, Flow, OnFailure};
use gantry_core::FlowName;
use gantry_engine::active_flows::{ActiveFlow, ActiveFlows};
use gantry_engine::broken_flow::{BrokenFlow, FlowBroken};
use gantry_engine::closed_intakes::ClosedIntakes;
use gantry_engine::flow::{RunningFlow, Shared};
use gantry_engine::metrics::Metrics;
use gantry_engine::overrides::StepId;
use gantry_engine::tasks::TaskGroup;
use gantry_engine::worker;
use gantry_security::Environment;
use gantry_store::Ordering;
use gantry_transport::Intake;
use gantry_transport::source::webhook::Routes;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::changes::{Changes, Removed};
use crate::diagnose;
use crate::fingerprint::Fingerprint;
use crate::last_good::{LastGood, LastGoodFiles};
use crate::plan::{Candidates, Carried, InForceFlow, OnBroken, Plan, Planned, Refusal, Renewal, Snapshot, SourcePlan};
use crate::rollout::Deployments;
use crate::sources::{ReadySource, RunningSource};
use crate::takeover::{Successors, Takeover, Takeovers};

/// The flows in force, and what new flows need.
pub struct FlowRegistry {
    needs: Dependencies,
    flows: BTreeMap<FlowName, FlowHandle>,
    takeovers: Takeovers,
    broken: Vec<Carried>,
}

/// What a registry needs, and gives to new flows.
pub struct Dependencies {
    /// What all flows share.
    pub shared: Shared,
    /// Where sources hand messages over.
    pub intake: Arc<dyn Intake>,
    /// The metrics of the host.
    pub metrics: Metrics,
    /// The list of flows in force, for readers.
    pub active: ActiveFlows,
    /// The flows that take nothing in, because an operator said so.
    pub closed_intakes: ClosedIntakes,
    /// Every deployment.
    pub deployments: Deployments,
    /// The routes of webhooks.
    pub routes: Arc<Routes>,
    /// The tasks of sources.
    pub sources: TaskGroup,
    /// The tasks of workers.
    pub workers: TaskGroup,
    /// The flows of alerts. Every plan contains them.
    pub alert_flows: Vec<Flow>,
    /// Where the configurations are kept that were last in force.
    pub last_good: LastGoodFiles,
    /// Whether flows that can't run run with those.
    pub uses_last_good: bool,
}

/// One flow in force.
struct FlowHandle {
    fingerprint: Fingerprint,
    /// Its source, if that runs as a task.
    source: Option<RunningSource>,
    /// The version in force, which the worker reads for every batch.
    versions: watch::Sender<Arc<RunningFlow>>,
    stop: CancellationToken,
    /// Cancelled when its worker has ended.
    ended: CancellationToken,
}

impl FlowHandle {
    /// The version in force.
    fn running(&self) -> Arc<RunningFlow> {
        Arc::clone(&self.versions.borrow())
    }

    fn in_force(&self) -> InForceFlow {
        InForceFlow {
            fingerprint: self.fingerprint.clone(),
            running: self.running(),
            source: self.source.as_ref().map(|source| Arc::clone(&source.settings)),
        }
    }
}

impl FlowRegistry {
    /// A registry without flows.
    #[must_use]
    pub fn new(needs: Dependencies) -> Self {
        Self { needs, flows: BTreeMap::new(), takeovers: Takeovers::default(), broken: Vec::new() }
    }

    /// The version in force of a flow; none when the flow isn't in force.
    pub(crate) fn running(&self, flow: &FlowName) -> Option<Arc<RunningFlow>> {
        self.flows.get(flow).map(FlowHandle::running)
    }

    /// The flows of alerts.
    pub(crate) fn alert_flows(&self) -> &[Flow] {
        &self.needs.alert_flows
    }

    /// Sets the flows of alerts, for the plans to come; returns those of before.
    pub(crate) fn replace_alert_flows(&mut self, flows: Vec<Flow>) -> Vec<Flow> {
        std::mem::replace(&mut self.needs.alert_flows, flows)
    }

    /// Refuses to do something with a flow that can't run.
    pub(crate) fn refuse_broken(&self, flow: &FlowName) -> Result<(), FlowBroken> {
        self.needs.active.refuse_broken(flow)
    }

    /// All files of the flows in force, and of those that can't run.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        let of_broken = self.broken.iter().flat_map(|carried| &carried.files).map(PathBuf::as_path);
        let own = self.flows.iter().filter(|(name, _)| !self.stands_in(name));
        own.flat_map(|(_, flow)| flow.fingerprint.files()).chain(of_broken)
    }

    /// What is deployed to steps that these flows don't have, or that run no plugin: it serves nothing.
    pub(crate) fn idle_deployments(&self, flows: &[FlowName]) -> Vec<Diagnostic> {
        let entries = self.needs.active.entries();
        let flows = entries.iter().map(|entry| &entry.flow).filter(|flow| flows.contains(&flow.name));
        let idle = flows.flat_map(|flow| {
            let deployed = self.needs.shared.overrides.of(&flow.name).into_iter();
            let idle =
                deployed.filter(|(step, _)| !flow.steps.iter().any(|of| of.name == *step && of.plugin().is_some()));
            idle.map(|(step, plugin)| diagnose::idle(flow, &step, &plugin)).collect::<Vec<_>>()
        });
        idle.collect()
    }

    /// Whether what runs under this name is what was last in force, in place of what the flow's file says.
    fn stands_in(&self, flow: &FlowName) -> bool {
        self.broken.iter().any(|carried| carried.entry.name == *flow && carried.entry.runs())
    }

    /// What is in force now, for a plan.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let active = self.needs.active.clone();
        let metrics = self.needs.metrics.clone();
        Snapshot {
            shared: self.needs.shared.clone(),
            intake: Arc::clone(&self.needs.intake),
            alert_flows: self.needs.alert_flows.clone(),
            flows: self.flows.iter().map(|(name, handle)| (name.clone(), handle.in_force())).collect(),
            broken: self.broken.iter().map(|carried| carried.entry.clone()).collect(),
            last_good: self.needs.uses_last_good.then(|| self.needs.last_good.clone()),
            standing_in: self.standing_in(),
            metrics_of: Box::new(move |flow| active.metrics(flow).unwrap_or_else(|| metrics.flow(flow.as_str()))),
        }
    }

    /// The flows that run with the configurations that were last in force.
    fn standing_in(&self) -> Vec<LastGood> {
        let entries = self.needs.active.entries();
        let broken = self.broken.iter().map(|carried| &carried.entry);
        let running = broken.filter_map(|entry| {
            let at = entry.last_good?;
            let flow = entries.iter().find(|active| active.flow.name == entry.name)?.flow.clone();
            Some(LastGood { flow, at })
        });
        running.collect()
    }

    /// Keeps the configurations in force for starts at which they are broken: after each plan that was put in force.
    pub async fn keep_last_good(&self) {
        let entries = self.needs.active.entries();
        let own =
            entries.iter().filter(|entry| !self.needs.alert_flows.iter().any(|alert| alert.name == entry.flow.name));
        let own = own.filter(|entry| !self.stands_in(&entry.flow.name));
        let kept: Vec<_> = own
            .filter_map(|entry| {
                let fingerprint = self.flows.get(&entry.flow.name)?.fingerprint.clone();
                Some((entry.flow.clone(), fingerprint, entry.since))
            })
            .collect();
        let names = entries.iter().map(|entry| entry.flow.name.clone());
        let names = names.chain(self.broken.iter().map(|carried| carried.entry.name.clone())).collect();
        let is_any_broken = !self.broken.is_empty();
        let files = self.needs.last_good.clone();
        let written = tokio::task::spawn_blocking(move || {
            for (flow, fingerprint, since) in &kept {
                if let Err(error) = files.keep(flow, fingerprint, *since) {
                    tracing::warn!(flow = %flow.name, %error, "the configuration in force was not copied; a start at which the flow is broken runs without it, or with an older one");
                }
            }
            // A flow that is broken may have had another name: then its copy is the one of a name that is gone.
            if is_any_broken { Ok(()) } else { files.keep_only(&names) }
        });
        match written.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the configurations of removed flows were not removed"),
            Err(error) => tracing::error!(%error, "the configurations in force were not copied"),
        }
    }

    /// Loads what these flows need beyond what is in force, and checks everything. Blocks, because plugins are compiled.
    pub fn plan(&self, candidates: Candidates, env: Environment<'_>, on_broken: OnBroken) -> Result<Plan, Refusal> {
        for flow in &candidates.flows {
            flow.formerly.iter().for_each(|former| self.needs.shared.overrides.lend(former, &flow.name));
        }
        Plan::prepare(&self.snapshot(), candidates, env, on_broken)
    }

    /// Puts the plan in force. The order makes sure that no sender is refused in between: metrics and workers of a flow
    /// exist before its route, and a removed flow loses its route before its worker.
    pub async fn apply(&mut self, plan: Plan) -> Changes {
        let mut changes = Changes::default();
        let unknown = &plan.unknown_formers;
        unknown.iter().for_each(|unknown| tracing::warn!(code = %unknown.code, %unknown, "a flow takes over nothing"));
        let broken = plan.broken.iter().map(|carried| carried.entry.clone()).collect();
        self.needs.active.replace(self.entries(&plan), broken);
        self.needs.shared.events.serve(&self.needs.active.entries());
        let mut ending: Vec<RunningSource> = Vec::new();
        let mut starting: Vec<(FlowName, ReadySource)> = Vec::new();
        let planned_names: BTreeSet<_> = plan.flows.iter().map(|planned| planned.flow.name.clone()).collect();
        self.takeovers.finish(&planned_names).await;
        let former = plan.flows.iter().map(|planned| &planned.flow);
        let successors: Successors = former.flat_map(Takeover::successors).collect();
        let mended = self.carry(plan.broken, &mut changes);
        // One that ran is among the flows whose files are gone.
        for broken in mended.into_iter().filter(|broken| !broken.runs()) {
            let mut flows = plan.flows.iter().map(|planned| &planned.flow);
            if !flows.any(|flow| flow.name == broken.name || flow.file == broken.file) {
                changes.removed.push(self.removed(broken.name, &successors));
            }
        }
        for planned in plan.flows {
            let name = planned.flow.name.clone();
            let Some(mut renewal) = planned.renewal else {
                changes.unchanged.push(name);
                continue;
            };
            let source = std::mem::replace(&mut renewal.source, SourcePlan::Keep);
            if self.renew(&planned.flow, renewal) {
                changes.added.push(name.clone());
            } else {
                changes.changed.push(name.clone());
            }
            if let SourcePlan::Replace(ready) = source {
                ending.extend(self.flows.get_mut(&name).and_then(|handle| handle.source.take()));
                starting.extend(ready.map(|ready| (name, *ready)));
            }
        }
        self.needs.routes.replace(plan.webhooks);
        let removed = self.flows.extract_if(.., |name, _| !planned_names.contains(name)).collect::<Vec<_>>();
        for (name, handle) in removed {
            handle.stop.cancel();
            ending.extend(handle.source);
            changes.removed.push(self.removed(name, &successors));
        }
        // A directory may move from one flow to another, so all ending sources must end before a new one starts.
        for source in ending {
            source.end().await;
        }
        for (name, ready) in starting {
            let running = ready.start(&self.needs.sources.tasks, &self.needs.sources.stop);
            if let Some(handle) = self.flows.get_mut(&name) {
                handle.source = Some(running);
            }
        }
        self.needs.active.observe_versions(&self.needs.metrics);
        changes
    }

    /// Puts a version with a newly bound step in force, from the flow's next batch on.
    pub(crate) fn install(&mut self, next: Arc<RunningFlow>) {
        let Some(handle) = self.flows.get_mut(&next.name) else { return };
        self.needs.active.renew_plugins(&next.name, &next.transformer.steps().in_force());
        handle.fingerprint.deployed = self.needs.shared.overrides.digest(&next.name);
        handle.versions.send_replace(next);
        self.needs.active.observe_versions(&self.needs.metrics);
    }

    /// The component that the flow's file names for a step.
    pub(crate) fn plugin_file(&self, (flow, step): &StepId) -> Option<PathBuf> {
        let entries = self.needs.active.entries();
        let running = entries.iter().map(|entry| &entry.flow);
        let broken = self.broken.iter().filter_map(|carried| carried.entry.flow.as_ref());
        let flow = running.chain(broken).find(|known| known.name == *flow)?;
        flow.steps.iter().find(|of| of.name == *step)?.plugin().map(|step| step.plugin.clone())
    }

    /// Takes over the flows that can't run, and returns those of before that are not among them. What such a flow has in
    /// the store stays there.
    fn carry(&mut self, broken: Vec<Carried>, changes: &mut Changes) -> Vec<BrokenFlow> {
        let before = std::mem::replace(&mut self.broken, broken);
        for Carried { entry, .. } in &self.broken {
            changes.broken.push(entry.name.clone());
            if let Some(flow) = entry.flow.as_ref().filter(|_| !entry.runs()) {
                self.needs.shared.store.register_flow(&entry.name, ordering(flow));
            }
            if !before.iter().any(|known| known.entry.name == entry.name) {
                log_broken(entry);
            }
        }
        let before = before.into_iter().map(|carried| carried.entry);
        before.filter(|broken| !changes.broken.contains(&broken.name)).collect()
    }

    /// Puts one flow in force. Returns whether it is new.
    fn renew(&mut self, flow: &Flow, renewal: Renewal) -> bool {
        self.needs.shared.store.register_flow(&flow.name, ordering(flow));
        let Renewal { fingerprint, running, .. } = renewal;
        let takeover = self.takeover(flow);
        if let Some(handle) = self.flows.get_mut(&flow.name) {
            handle.fingerprint = fingerprint;
            let deliverer = Arc::clone(&running.deliverer);
            let before = handle.versions.send_replace(running);
            deliverer.take_over(&before.deliverer);
            self.needs.workers.tasks.spawn(takeover.run());
            return false;
        }
        let (versions, current) = watch::channel(running);
        let stop = self.needs.workers.stop.child_token();
        let ended = CancellationToken::new();
        let working = takeover.run_before(worker::work(current, stop.clone()), stop.clone());
        let at_end = ended.clone().drop_guard();
        self.needs.workers.tasks.spawn(async move {
            working.await;
            drop(at_end);
        });
        self.flows.insert(flow.name.clone(), FlowHandle { fingerprint, source: None, versions, stop, ended });
        true
    }

    /// What a flow takes over from those with its former names, once their workers have ended.
    fn takeover(&mut self, flow: &Flow) -> Takeover {
        let former = flow.formerly.iter();
        let former = former.map(|name| (name.clone(), self.flows.get(name).map(|handle| handle.ended.clone())));
        Takeover {
            flow: flow.name.clone(),
            former: former.collect(),
            shared: self.needs.shared.clone(),
            closed_intakes: self.needs.closed_intakes.clone(),
            deployments: self.needs.deployments.clone(),
            done: self.takeovers.begin(&flow.formerly),
        }
    }

    fn entries(&self, plan: &Plan) -> Vec<ActiveFlow> {
        let now = self.needs.shared.clock.now();
        let before = self.needs.active.entries();
        let mut entries = Vec::with_capacity(plan.flows.len());
        for Planned { flow, renewal } in &plan.flows {
            match renewal {
                None => entries.extend(before.iter().find(|entry| entry.flow.name == flow.name).cloned()),
                Some(renewal) => entries.push(ActiveFlow {
                    flow: flow.clone(),
                    metrics: renewal.running.metrics.clone(),
                    plugins: renewal.running.transformer.steps().in_force(),
                    targets: renewal.running.gates(),
                    since: now,
                }),
            }
        }
        entries
    }

    /// What is left of a removed flow.
    fn removed(&self, flow: FlowName, successors: &Successors) -> Removed {
        let waiting = self.needs.shared.store.backlog(&flow).messages;
        let taken_over_by = successors.get(&flow).cloned();
        if waiting > 0 && taken_over_by.is_none() {
            tracing::warn!(%flow, waiting, "removed flow has messages left; they stay queued until the flow is added again");
        }
        Removed { flow, waiting, taken_over_by }
    }
}

fn log_broken(entry: &BrokenFlow) {
    let more = entry.why().count().saturating_sub(1);
    let why = entry.first();
    match entry.last_good {
        Some(at) => tracing::error!(
            flow = %entry.name, why, more, configuration_of = %at,
            "a flow is broken and runs with the configuration that was last in force; put it right, then run `gantry reload`"
        ),
        None => tracing::error!(
            flow = %entry.name, why, more,
            "a flow is broken and does not run; put it right, then run `gantry reload`"
        ),
    }
}

/// How the store orders the messages of a flow.
const fn ordering(flow: &Flow) -> Ordering {
    match (flow.ordering, flow.on_failure) {
        (gantry_config::Ordering::Key, OnFailure::Skip) => Ordering::PerKey,
        (gantry_config::Ordering::Key, OnFailure::Block) => Ordering::PerKeyOrBlocked,
        (gantry_config::Ordering::None, _) => Ordering::None,
    }
}
