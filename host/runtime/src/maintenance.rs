//! What looks after the store now and then: expired history and dead letters, old counters, leftovers of the catalogue.

use std::collections::HashSet;
use std::time::Duration;

use gantry_core::Digest;
use gantry_engine::metrics::Metrics;
use gantry_store::{Catalogue, Store};
use tokio_util::sync::CancellationToken;

/// How often expired history, dead letters and dedupe entries are removed.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// Removes what has expired, a bounded bite at a time, so that the queue's own work goes on in between.
pub(crate) struct Maintenance {
    pub(crate) store: Store,
    pub(crate) metrics: Metrics,
    pub(crate) catalogue: Catalogue,
    /// How long histories are kept.
    pub(crate) keep_history: Duration,
    /// How long counters of broken rules are kept.
    pub(crate) keep_quality: Duration,
    /// How long entries of the audit are kept.
    pub(crate) keep_audit: Duration,
    /// What a rollback may want back from the catalogue's files. None: nobody knows, and nothing is removed there.
    pub(crate) wanted_plugins: Option<HashSet<Digest>>,
}

impl Maintenance {
    /// Sweeps until `stop`.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        if let Some(wanted) = self.wanted_plugins.take() {
            self.sweep_catalogue(wanted).await;
        }
        let mut ticks = tokio::time::interval(SWEEP_INTERVAL);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.sweep_records().await;
            self.sweep_quality().await;
            self.sweep_audit().await;
        }
    }

    async fn sweep_records(&self) {
        loop {
            match self.store.sweep(self.keep_history).await {
                Ok(swept) => {
                    self.metrics.queues().observe_expired(swept.expired);
                    if !swept.more {
                        return;
                    }
                    tokio::task::yield_now().await;
                }
                Err(error) => {
                    tracing::warn!(%error, "failed to remove expired records; trying again later");
                    return;
                }
            }
        }
    }

    /// The same for counters of broken rules.
    async fn sweep_quality(&self) {
        loop {
            match self.store.sweep_quality(self.keep_quality).await {
                Ok(true) => tokio::task::yield_now().await,
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, "failed to remove old counters of broken rules; trying again later");
                    return;
                }
            }
        }
    }

    /// The same for entries of the audit.
    async fn sweep_audit(&self) {
        loop {
            match self.store.sweep_audit(self.keep_audit).await {
                Ok(true) => tokio::task::yield_now().await,
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, "failed to remove old entries of the audit; trying again later");
                    return;
                }
            }
        }
    }

    /// Removes what a crash left of a publication.
    async fn sweep_catalogue(&self, wanted: HashSet<Digest>) {
        match self.catalogue.sweep(wanted).await {
            Ok(0) => {}
            Ok(files) => tracing::info!(files, "removed files of the catalogue that no record names"),
            Err(error) => {
                tracing::warn!(%error, "failed to look through the catalogue's files; trying again at the next start");
            }
        }
    }
}
