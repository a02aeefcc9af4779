//! Edited flows, plugins and tables taken in force while the host runs: as a whole, or not at all.
//!
//! One reload at a time. The files are read and everything new is loaded while the old goes on; only when nothing is
//! wrong does it take over. A batch begins and ends under one version, deliveries that were made stay as they are,
//! and what did not change is not touched. The result of the last reload is kept for the operator.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use gantry_config::{Diagnostics, examine_flows};
use gantry_core::{Clock, FlowName, Timestamp};
use gantry_engine::metrics::Metrics;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use crate::changes::Changes;
use crate::diagnose;
use crate::plan::Plan;
use crate::registry::FlowRegistry;

/// Where flows are read from, again and again.
#[derive(Clone, Debug)]
pub struct FlowFiles {
    /// Flow files, or directories of them.
    pub paths: Vec<PathBuf>,
    /// Where environment variables are read.
    pub env: fn(&str) -> Option<OsString>,
    /// Whether the files take force as soon as they are saved.
    pub watch: bool,
}

/// Who asked for a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The admin API, for the command line and for scripts.
    Api,
    /// SIGHUP.
    Signal,
    /// A file that was saved.
    Watch,
}

/// What came of a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReloadResult {
    /// The files are in force.
    Applied,
    /// The files say what is in force already.
    Unchanged,
    /// Something is wrong with the files; what was in force still is.
    Refused,
}

/// One reload: when, why, and what came of it.
#[derive(Clone, Debug)]
pub struct ReloadReport {
    /// When it was decided.
    pub at: Timestamp,
    /// Who asked.
    pub trigger: Trigger,
    /// What came of it.
    pub result: ReloadResult,
    /// Which flows it concerned; empty when it was refused.
    pub changes: Changes,
    /// What is wrong, or worth a second look.
    pub diagnostics: Diagnostics,
}

/// A reload that came to no decision on the files.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// The host was given flows, not files.
    #[error("this host was started without files to read again")]
    NoFiles,
    /// The host is shutting down.
    #[error("the host is stopping")]
    Stopping,
    /// A fault of the host itself.
    #[error("the reload failed; what was in force still is")]
    Failed(#[from] tokio::task::JoinError),
}

/// Reads the files again when asked to.
pub struct Reloader {
    registry: Arc<tokio::sync::Mutex<FlowRegistry>>,
    files: OnceLock<FlowFiles>,
    last: Mutex<Option<ReloadReport>>,
    metrics: Metrics,
    clock: Arc<dyn Clock>,
    stopping: CancellationToken,
}

impl ReloadResult {
    /// The result as metrics and answers spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }
}

impl Reloader {
    /// What reloads this registry, until `stopping`.
    #[must_use]
    pub fn new(
        registry: Arc<tokio::sync::Mutex<FlowRegistry>>,
        metrics: Metrics,
        clock: Arc<dyn Clock>,
        stopping: CancellationToken,
    ) -> Self {
        Self { registry, files: OnceLock::new(), last: Mutex::default(), metrics, clock, stopping }
    }

    /// Sets where flows are read from. Only the first call counts: true when this is it.
    pub fn read_from(&self, files: FlowFiles) -> bool {
        self.files.set(files).is_ok()
    }

    /// Where flows are read from; none before it was set.
    pub(crate) fn files(&self) -> Option<&FlowFiles> {
        self.files.get()
    }

    /// The flows in force.
    pub(crate) fn registry(&self) -> &tokio::sync::Mutex<FlowRegistry> {
        &self.registry
    }

    /// Reads, checks and takes over, or refuses. Goes on when the caller doesn't wait for it: there is no half reload.
    pub async fn reload(self: &Arc<Self>, trigger: Trigger) -> Result<ReloadReport, ReloadError> {
        let reloader = Arc::clone(self);
        tokio::spawn(async move { reloader.turn(trigger).await }).await?
    }

    async fn turn(&self, trigger: Trigger) -> Result<ReloadReport, ReloadError> {
        let files = self.files.get().cloned().ok_or(ReloadError::NoFiles)?;
        let registry = Arc::clone(&self.registry).lock_owned().await;
        let (mut registry, planned) = tokio::task::spawn_blocking(move || {
            let planned = plan(&registry, &files);
            (registry, planned)
        })
        .await?;
        if self.stopping.is_cancelled() {
            return Err(ReloadError::Stopping);
        }
        let (result, changes, diagnostics) = match planned {
            Ok((plan, warnings)) => {
                let changes = registry.apply(plan).await;
                let result = if changes.is_empty() { ReloadResult::Unchanged } else { ReloadResult::Applied };
                (result, changes, warnings)
            }
            Err(diagnostics) => (ReloadResult::Refused, Changes::default(), diagnostics),
        };
        let report = ReloadReport { at: self.clock.now(), trigger, result, changes, diagnostics };
        self.note(&report);
        Ok(report)
    }

    /// The last reload; none before the first.
    #[must_use]
    pub fn last(&self) -> Option<ReloadReport> {
        self.last.lock().clone()
    }

    fn note(&self, report: &ReloadReport) {
        let ReloadReport { trigger, changes, diagnostics, .. } = report;
        match report.result {
            ReloadResult::Applied => {
                let removed: Vec<_> = changes.removed.iter().map(|removed| removed.flow.clone()).collect();
                tracing::info!(
                    ?trigger,
                    added = names(&changes.added),
                    changed = names(&changes.changed),
                    removed = names(&removed),
                    "flows reloaded"
                );
            }
            ReloadResult::Unchanged => tracing::info!(?trigger, "nothing to reload: the files are as those in force"),
            ReloadResult::Refused => {
                for diagnostic in diagnostics.iter() {
                    tracing::warn!(code = %diagnostic.code, "reload refused: {diagnostic}");
                }
                tracing::warn!(
                    ?trigger,
                    "reload refused; nothing changed. Put the files right: a start needs them, too"
                );
            }
        }
        self.metrics.host().observe_reload(report.result.name());
        *self.last.lock() = Some(report.clone());
    }
}

/// The flows in the files, ready to take over, with warnings; or everything that is wrong.
fn plan(registry: &FlowRegistry, files: &FlowFiles) -> Result<(Plan, Diagnostics), Diagnostics> {
    let (flows, mut found) = examine_flows(&files.paths, &gantry_transport::kinds());
    if found.has_errors() {
        return Err(found);
    }
    let by_name: BTreeMap<_, _> =
        flows.iter().chain(registry.alert_flows()).map(|flow| (flow.name.clone(), flow.clone())).collect();
    match registry.plan(flows, &files.env) {
        Ok(plan) => Ok((plan, found)),
        Err(refusal) => {
            found.extend(refusal.diagnostics(&by_name).into_iter().map(diagnose::as_error));
            Err(found)
        }
    }
}

fn names(flows: &[FlowName]) -> String {
    flows.iter().map(FlowName::as_str).collect::<Vec<_>>().join(", ")
}
