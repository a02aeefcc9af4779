//! The flows at work: for each a worker, the version in force, and its file source. A plan takes over here, and
//! nowhere else; from here on nothing can be refused any more.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use gantry_config::{Flow, OnFailure};
use gantry_core::FlowName;
use gantry_sandbox::Plugin;
use gantry_store::Ordering;
use gantry_transport::Intake;
use gantry_transport::webhook::Routes;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::deploy::{DeployError, Place, TrialPlan};
use crate::fingerprint::Fingerprint;
use crate::flow::{RunningFlow, Shared};
use crate::host::Stage;
use crate::metrics::{FlowMetrics, Metrics};
use crate::plan::{FilesPlan, Plan, Renewal};
use crate::reload::{Changes, Removed};
use crate::roster::{Entry, Roster};
use crate::sources::{FileDrop, Watched};
use crate::worker;

/// Everything that works, and what new members need.
pub(crate) struct Crew {
    pub(crate) shared: Shared,
    pub(crate) intake: Arc<dyn Intake>,
    pub(crate) metrics: Metrics,
    pub(crate) roster: Roster,
    pub(crate) routes: Arc<Routes>,
    pub(crate) sources: Stage,
    pub(crate) workers: Stage,
    pub(crate) members: BTreeMap<FlowName, Member>,
    /// The flows of alerts: in every plan, whatever the files say.
    pub(crate) alert_flows: Vec<Flow>,
}

/// One flow at work.
pub(crate) struct Member {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) files: Option<Watched>,
    /// The worker takes the version in force for every batch.
    versions: watch::Sender<Arc<RunningFlow>>,
    stop: CancellationToken,
}

impl Member {
    /// The version in force.
    pub(crate) fn running(&self) -> Arc<RunningFlow> {
        Arc::clone(&self.versions.borrow())
    }
}

impl Crew {
    pub(crate) fn member(&self, flow: &FlowName) -> Option<&Member> {
        self.members.get(flow)
    }

    /// A flow keeps its counts over reloads.
    pub(crate) fn metrics_of(&self, flow: &FlowName) -> FlowMetrics {
        self.roster.metrics(flow).unwrap_or_else(|| self.metrics.flow(flow.as_str()))
    }

    /// Puts the plan in force. In this order, so that nobody is refused in between: what counts and works is there
    /// before the routes lead to it, and what is removed loses its route before its worker.
    pub(crate) async fn apply(&mut self, plan: Plan) -> Changes {
        let mut changes = Changes::default();
        self.roster.replace(self.entries(&plan));
        self.shared.events.serve(&self.roster.entries());
        let mut leaving: Vec<Watched> = Vec::new();
        let mut coming: Vec<(FlowName, FileDrop)> = Vec::new();
        let staying: BTreeSet<_> = plan.flows.iter().map(|planned| planned.flow.name.clone()).collect();
        for planned in plan.flows {
            let name = planned.flow.name.clone();
            let Some(mut renewal) = planned.renewal else {
                changes.unchanged.push(name);
                continue;
            };
            let files = std::mem::replace(&mut renewal.files, FilesPlan::Keep);
            if self.renew(&planned.flow, renewal) {
                changes.added.push(name.clone());
            } else {
                changes.changed.push(name.clone());
            }
            if let FilesPlan::Replace(drop) = files {
                leaving.extend(self.members.get_mut(&name).and_then(|member| member.files.take()));
                coming.extend(drop.map(|drop| (name, *drop)));
            }
        }
        self.routes.replace(plan.webhooks);
        let removed = self.members.extract_if(.., |name, _| !staying.contains(name)).collect::<Vec<_>>();
        for (name, member) in removed {
            member.stop.cancel();
            leaving.extend(member.files);
            changes.removed.push(self.farewell(name));
        }
        // A directory may go from one flow to another: all that leave have left before one comes.
        for watched in leaving {
            watched.end().await;
        }
        for (name, drop) in coming {
            let watched = drop.watch(&self.sources.tasks, &self.sources.stop);
            if let Some(member) = self.members.get_mut(&name) {
                member.files = Some(watched);
            }
        }
        self.metrics.observe_versions(&self.roster.entries());
        changes
    }

    /// The next version of a flow: the step of this place served by `server`, if one is given, and with this trial or none.
    /// Blocks for as long as a plugin takes to configure itself; changes nothing.
    pub(crate) fn rebound(
        &self,
        (flow, step): &Place,
        server: Option<Plugin>,
        trial: Option<&TrialPlan>,
    ) -> Result<Arc<RunningFlow>, DeployError> {
        let running = self.member(flow).ok_or_else(|| DeployError::NoFlow(flow.clone()))?.running();
        let (_, current) = running.deployable(step)?;
        Ok(Arc::new(running.with_step(current.served_by(server, trial)?)))
    }

    /// Puts a version that was [`Self::rebound`] in force, from the flow's next batch on.
    pub(crate) fn install(&mut self, next: Arc<RunningFlow>) {
        let Some(member) = self.members.get_mut(&next.name) else { return };
        self.roster.renew_plugins(&next.name, &next.plugins_in_force());
        member.fingerprint.deployed = self.shared.deployed.print(&next.name);
        member.versions.send_replace(next);
        self.metrics.observe_versions(&self.roster.entries());
    }

    /// The component that the flow's file names for a step.
    pub(crate) fn plugin_file(&self, (flow, step): &Place) -> Option<PathBuf> {
        let entries = self.roster.entries();
        let flow = &entries.iter().find(|entry| entry.flow.name == *flow)?.flow;
        flow.steps.iter().find(|of| of.name == *step)?.plugin().map(|step| step.plugin.clone())
    }

    /// Puts one flow in force; true when it wasn't there before.
    fn renew(&mut self, flow: &Flow, renewal: Renewal) -> bool {
        let ordering = match (flow.ordering, flow.on_failure) {
            (gantry_config::Ordering::Key, OnFailure::Skip) => Ordering::PerKey,
            (gantry_config::Ordering::Key, OnFailure::Block) => Ordering::PerKeyOrBlocked,
            (gantry_config::Ordering::None, _) => Ordering::None,
        };
        self.shared.store.register_flow(&flow.name, ordering);
        let Renewal { fingerprint, running, .. } = renewal;
        if let Some(member) = self.members.get_mut(&flow.name) {
            member.fingerprint = fingerprint;
            let next = running.gates();
            let before = member.versions.send_replace(running);
            // What the version before held back, or is just about to, may pass now.
            for (target, gate) in before.gates() {
                if !next.get(&target).is_some_and(|next| Arc::ptr_eq(next, &gate)) {
                    gate.opened();
                }
            }
            self.shared.store.wake(&flow.name);
            return false;
        }
        let (versions, current) = watch::channel(running);
        let stop = self.workers.stop.child_token();
        self.workers.tasks.spawn(worker::work(current, stop.clone()));
        self.members.insert(flow.name.clone(), Member { fingerprint, files: None, versions, stop });
        true
    }

    fn entries(&self, plan: &Plan) -> Vec<Entry> {
        let now = self.shared.clock.now();
        let before = self.roster.entries();
        let known = |name: &FlowName| before.iter().find(|entry| entry.flow.name == *name);
        let entry = |planned: &crate::plan::Planned| match (&planned.renewal, known(&planned.flow.name)) {
            (None, known) => known.cloned(),
            (Some(renewal), _) => Some(Entry {
                flow: planned.flow.clone(),
                metrics: renewal.running.metrics.clone(),
                plugins: renewal.running.plugins_in_force(),
                targets: renewal.running.gates(),
                since: now,
            }),
        };
        plan.flows.iter().filter_map(entry).collect()
    }

    /// What a removed flow leaves behind.
    fn farewell(&self, flow: FlowName) -> Removed {
        let waiting = self.shared.store.backlog(&flow).messages;
        if waiting > 0 {
            tracing::warn!(%flow, waiting, "a removed flow has messages left; they stay queued until it is back");
        }
        Removed { flow, waiting }
    }
}
