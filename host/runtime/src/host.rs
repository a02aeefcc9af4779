//! A running host, and how it stops: in the order messages travel. Sources accept no more, workers lease no more,
//! messages in flight end or return to the queue, the store closes.

use std::net::SocketAddr;
use std::time::Duration;

use gantry_control::reload::{FlowFiles, Trigger};
use gantry_engine::flow::Shared;
use gantry_engine::tasks::TaskGroup;
use gantry_operations::{Actor, Operations, Reload};
use tokio::time::Instant;

use crate::handle::HostHandle;

/// One part in this many of the deadline is reserved for events and the store, if messages in flight use up the rest.
const CLOSING_SHARE: u32 = 10;

/// Messages were still in flight at the deadline. They stay in the queue, on disk, for the next start.
#[derive(Debug, thiserror::Error)]
#[error("messages were still in flight at the shutdown deadline; they stay queued")]
pub struct Undrained;

/// A running host.
pub struct Host {
    pub(crate) handle: HostHandle,
    pub(crate) intake_address: SocketAddr,
    pub(crate) shared: Shared,
    pub(crate) groups: TaskGroups,
}

/// The tasks of a host, in the order in which they stop.
#[derive(Clone, Default)]
pub(crate) struct TaskGroups {
    /// Sources, which receive messages.
    pub(crate) sources: TaskGroup,
    /// Workers, which process them.
    pub(crate) workers: TaskGroup,
    /// Maintenance of the host: sweeps, monitor, alerts, rollouts.
    pub(crate) maintenance: TaskGroup,
    /// The writer of events. It ends last, because the others publish events.
    pub(crate) events: TaskGroup,
}

impl Host {
    /// Enables reloads from these files: on request, and after edits if the files are watched.
    pub fn reload_from(&self, files: FlowFiles) {
        let watch = files.watch;
        let reloader = &self.handle.services.reloader;
        if reloader.read_from(files) && watch {
            let maintenance = &self.groups.maintenance;
            let operations = self.handle.operations.clone();
            maintenance.tasks.spawn(gantry_control::watch::watch(
                reloader.clone(),
                move || reload_after_edit(operations.clone()),
                maintenance.stop.clone(),
            ));
        }
    }

    /// The handle for the admin API and reports.
    #[must_use]
    pub fn handle(&self) -> HostHandle {
        self.handle.clone()
    }

    /// The address of the webhook server.
    #[must_use]
    pub const fn intake_address(&self) -> SocketAddr {
        self.intake_address
    }

    /// Waits until the host can't continue, because the store has failed.
    pub async fn broken(&self) {
        self.shared.broken.cancelled().await;
    }

    /// Stops in the order messages travel, within the deadline. Messages in flight at the deadline are released: they
    /// stay queued on disk.
    pub async fn drain(self, deadline: Duration) -> Result<(), Undrained> {
        let end = Instant::now() + deadline;
        let work_ends = end - deadline / CLOSING_SHARE;
        self.handle.not_ready();
        let drained = tokio::time::timeout_at(work_ends, async {
            self.groups.sources.end().await;
            self.groups.workers.end().await;
        })
        .await;
        // Maintenance checks for the stop between two pieces of work; a plugin's run may take longer than the deadline.
        let _ = tokio::time::timeout_at(work_ends, self.groups.maintenance.end()).await;
        let closed = tokio::time::timeout_at(end, async {
            self.groups.events.end().await;
            self.shared.store.close().await
        });
        match closed.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "the store was not closed cleanly; no acknowledged message is lost")
            }
            Err(_) => {
                tracing::warn!("the store was not closed before the shutdown deadline; no acknowledged message is lost")
            }
        }
        drained.map_err(|_| Undrained)
    }
}

/// The reloader logs the result.
async fn reload_after_edit(operations: Operations) {
    let reload = Reload { trigger: Trigger::Watch, reason: String::new() };
    if let Err(error) = operations.execute(&Actor::file_watch(), reload).await {
        tracing::warn!(%error, "an edit was not reloaded");
    }
}
