//! Regular cleaning of the store: expired history and dead letters, old counters and audit entries, unused files of the
//! catalogue.

use std::collections::HashSet;
use std::time::Duration;

use gantry_config::SettingsInForce;
use gantry_core::Digest;
use gantry_engine::metrics::Metrics;
use gantry_store::{Catalogue, Store};
use tokio_util::sync::CancellationToken;

/// How often expired history, dead letters and dedupe entries are removed.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// Removes what has expired, in small steps, so that the queue can work in between.
pub(crate) struct Maintenance {
    pub(crate) store: Store,
    pub(crate) metrics: Metrics,
    pub(crate) catalogue: Catalogue,
    /// How long histories, counters of broken rules and audit entries are kept.
    pub(crate) settings: SettingsInForce,
    /// Plugin files that a rollback may need. None if that is not known: then no file is removed.
    pub(crate) rollback_plugins: Option<HashSet<Digest>>,
}

impl Maintenance {
    /// Sweeps until `stop`.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        if let Some(kept) = self.rollback_plugins.take() {
            self.sweep_catalogue(kept).await;
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
            match self.store.sweep(self.settings.now().keep_history).await {
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

    /// Removes old counters of broken rules.
    async fn sweep_quality(&self) {
        loop {
            match self.store.sweep_quality(self.settings.now().keep_quality).await {
                Ok(true) => tokio::task::yield_now().await,
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, "failed to remove old counters of broken rules; trying again later");
                    return;
                }
            }
        }
    }

    /// Removes old audit entries.
    async fn sweep_audit(&self) {
        loop {
            match self.store.sweep_audit(self.settings.now().keep_audit).await {
                Ok(true) => tokio::task::yield_now().await,
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, "failed to remove old audit entries; trying again later");
                    return;
                }
            }
        }
    }

    /// Removes files left over from interrupted publications.
    async fn sweep_catalogue(&self, kept: HashSet<Digest>) {
        match self.catalogue.sweep(kept).await {
            Ok(0) => {}
            Ok(files) => tracing::info!(files, "removed catalogue files without a record"),
            Err(error) => {
                tracing::warn!(%error, "failed to clean up the catalogue's files; trying again at the next start");
            }
        }
    }
}
