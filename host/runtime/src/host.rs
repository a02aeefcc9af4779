//! A host at work, and how it stops: in the order messages travel. Sources take no more, workers lease no more, what is in
//! flight ends or returns to the queue, the store closes.

use std::net::SocketAddr;
use std::time::Duration;

use gantry_control::reload::{FlowFiles, Trigger};
use gantry_engine::flow::Shared;
use gantry_engine::tasks::TaskGroup;
use gantry_operations::{Actor, Operations, Reload};
use tokio::time::Instant;

use crate::handle::HostHandle;

/// The part of the deadline that is kept for events and the store, should messages in flight take all of the rest.
const CLOSING_SHARE: u32 = 10;

/// Messages were still in flight when the deadline came. They are in the queue, on disk, for the next start.
#[derive(Debug, thiserror::Error)]
#[error("the shutdown deadline passed with messages in flight; they stay queued")]
pub struct Undrained;

/// A host at work.
pub struct Host {
    pub(crate) handle: HostHandle,
    pub(crate) intake_address: SocketAddr,
    pub(crate) shared: Shared,
    pub(crate) groups: TaskGroups,
}

/// Everything that runs in a host, in the order it stops.
#[derive(Clone, Default)]
pub(crate) struct TaskGroups {
    /// What takes messages in.
    pub(crate) sources: TaskGroup,
    /// What works on them.
    pub(crate) workers: TaskGroup,
    /// What looks after the host: sweeps, monitor, alerts, rollouts.
    pub(crate) maintenance: TaskGroup,
    /// What writes events down. Ends last: until then something may be published.
    pub(crate) events: TaskGroup,
}

impl Host {
    /// Lets the host read its flows again from these files: when asked to, and after edits if it is to watch them.
    pub fn reload_from(&self, files: FlowFiles) {
        let watch = files.watch;
        let reloader = &self.handle.services.reloader;
        if reloader.read_from(files) && watch {
            let maintenance = &self.groups.maintenance;
            let operations = self.handle.operations.clone();
            let reload = move || reload_after_edit(operations.clone());
            let watching = gantry_control::watch::watch(reloader.clone(), reload, maintenance.stop.clone());
            maintenance.tasks.spawn(watching);
        }
    }

    /// What the admin API and reports see of the host.
    #[must_use]
    pub fn handle(&self) -> HostHandle {
        self.handle.clone()
    }

    /// Where webhooks come in.
    #[must_use]
    pub const fn intake_address(&self) -> SocketAddr {
        self.intake_address
    }

    /// Returns when the host can't go on: the store fails, and with it every promise.
    pub async fn broken(&self) {
        self.shared.broken.cancelled().await;
    }

    /// Stops in the order messages travel, all of it within the deadline. What is in flight when it comes is let go: it
    /// stays queued on disk.
    pub async fn drain(self, deadline: Duration) -> Result<(), Undrained> {
        let end = Instant::now() + deadline;
        let work_ends = end - deadline / CLOSING_SHARE;
        self.handle.not_ready();
        let drained = tokio::time::timeout_at(work_ends, async {
            self.groups.sources.end().await;
            self.groups.workers.end().await;
        })
        .await;
        // Maintenance looks for the end between two turns of work; a turn of a plugin may take longer than there is time.
        let _ = tokio::time::timeout_at(work_ends, self.groups.maintenance.end()).await;
        let closed = tokio::time::timeout_at(end, async {
            self.groups.events.end().await;
            self.shared.store.close().await
        });
        match closed.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the store was not closed in order; nothing acknowledged is lost"),
            Err(_) => tracing::warn!("the deadline passed before the store was closed; nothing acknowledged is lost"),
        }
        drained.map_err(|_| Undrained)
    }
}

/// What came of it is logged where it happens.
async fn reload_after_edit(operations: Operations) {
    let reload = Reload { trigger: Trigger::Watch };
    if let Err(error) = operations.execute(&Actor::file_watch(), reload).await {
        tracing::warn!(%error, "an edit was not looked at");
    }
}
