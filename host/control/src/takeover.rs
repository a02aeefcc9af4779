//! A flow takes over what was left under its former names: queue, dead letters, values of duplicate detection, paused
//! targets, a closed intake, deployed plugins. The registry starts it; a new flow works only once it is done, so that what
//! was left goes first.

use std::collections::{BTreeMap, BTreeSet};

use gantry_config::Flow;
use gantry_core::FlowName;
use gantry_engine::closed_intakes::ClosedIntakes;
use gantry_engine::flow::Shared;
use gantry_store::{Renamed, StoreError};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::rollout::Deployments;

/// The flows that take over from others, by the name of the other one.
pub(crate) type Successors = BTreeMap<FlowName, FlowName>;

/// What one flow takes over.
pub(crate) struct Takeover {
    pub(crate) flow: FlowName,
    /// Its former names; with the end of the worker of a flow that has the name until now.
    pub(crate) former: Vec<(FlowName, Option<CancellationToken>)>,
    pub(crate) shared: Shared,
    pub(crate) closed_intakes: ClosedIntakes,
    pub(crate) deployments: Deployments,
    /// Is dropped when it is over.
    pub(crate) done: DropGuard,
}

/// The takeovers that are under way.
#[derive(Default)]
pub(crate) struct Takeovers(Vec<(FlowName, CancellationToken)>);

impl Takeovers {
    /// Notes one from these names; it is over when the guard is dropped.
    pub(crate) fn begin(&mut self, former: &[FlowName]) -> DropGuard {
        let done = CancellationToken::new();
        self.0.extend(former.iter().map(|name| (name.clone(), done.clone())));
        done.drop_guard()
    }

    /// Waits until nothing is taken over any more from these names: a flow that gets the former name of another one must not
    /// get what is left under it.
    pub(crate) async fn finish(&mut self, names: &BTreeSet<FlowName>) {
        self.0.retain(|(_, done)| !done.is_cancelled());
        for (_, done) in self.0.iter().filter(|(former, _)| names.contains(former)) {
            done.cancelled().await;
        }
    }
}

impl Takeover {
    /// From whom a flow takes over.
    pub(crate) fn successors(flow: &Flow) -> impl Iterator<Item = (FlowName, FlowName)> {
        flow.formerly.iter().map(|former| (former.clone(), flow.name.clone()))
    }

    /// Takes over, then does the work of the flow. Nothing of it is done after `stop`: the next start goes on.
    pub(crate) async fn run_before(self, work: impl Future<Output = ()>, stop: CancellationToken) {
        stop.run_until_cancelled(self.run()).await;
        work.await;
    }

    /// Takes over what there is.
    pub(crate) async fn run(self) {
        for (former, ended) in &self.former {
            if let Some(ended) = ended {
                ended.cancelled().await;
            }
            if self.shared.store.has_taken_over(former, &self.flow) {
                continue;
            }
            if let Err(error) = self.take_over(former).await {
                tracing::error!(flow = %self.flow, %former, %error, "failed to take over what was left under a former name; the next start or reload goes on");
            }
        }
        drop(self.done);
    }

    async fn take_over(&self, former: &FlowName) -> Result<(), StoreError> {
        let Self { flow, shared, closed_intakes, deployments, .. } = self;
        shared.stops.rename(former, flow).await?;
        closed_intakes.rename(former, flow).await?;
        deployments.rename(former, flow).await?;
        shared.overrides.forget(former);
        let Renamed { messages, dead_letters, left } = shared.store.rename_flow(former, flow).await?;
        shared.store.wake(flow);
        if messages + dead_letters + left == 0 {
            tracing::info!(%flow, %former, "no message and no dead letter was left under the former name of a flow: if there should be, check its spelling");
            return Ok(());
        }
        tracing::info!(%flow, %former, messages, dead_letters, "flow took over what was left under its former name");
        if left > 0 {
            tracing::warn!(%flow, %former, left, "messages that were in progress stay under the former name until the next reload or start");
        }
        Ok(())
    }
}
