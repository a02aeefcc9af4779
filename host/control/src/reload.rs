//! Puts edited flows, plugins and tables in force while the host runs: all of them, or none.
//!
//! One reload runs at a time. The files are read and everything new is loaded while the old flows continue; the new
//! ones take over only if nothing is wrong with them. A flow that was broken before is tried again, and doesn't keep the
//! others back if it still is. A batch begins and ends under one version, existing deliveries stay as they
//! are, and what did not change is not touched. The result of the last reload is kept for the operator.
//!
//! The host's own file is read as well. Of a mistake in it, nothing comes into force. What a reload can change of the host's
//! settings is changed together with the flows; the rest is named, until a restart.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use gantry_config::{Diagnostics, HostConfig, SettingChange, SettingsInForce, Severity, Survey, survey_flows};
use gantry_core::{Clock, FlowName, Timestamp};
use gantry_engine::metrics::Metrics;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use crate::changes::Changes;
use crate::diagnose;
use crate::host_file::HostFile;
use crate::plan::{Candidates, OnBroken, Plan};
use crate::registry::FlowRegistry;
use crate::rollout::Recall;

/// Where flows are read from at each reload.
#[derive(Clone, Debug)]
pub struct FlowFiles {
    /// Flow files, or directories of them.
    pub paths: Vec<PathBuf>,
    /// Reads environment variables.
    pub env: fn(&str) -> Option<OsString>,
    /// Whether files are reloaded as soon as they are saved.
    pub watch: bool,
    /// The host's own file; none: only flows are reloaded.
    pub host: Option<HostFile>,
}

/// What triggered a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The admin API, for the command line and for scripts.
    Api,
    /// SIGHUP.
    Signal,
    /// A saved file.
    Watch,
}

/// The result of a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReloadResult {
    /// The files are in force.
    Applied,
    /// The files are the same as those in force.
    Unchanged,
    /// The files have mistakes; nothing changed.
    Refused,
}

/// One reload: when, why, and its result.
#[derive(Clone, Debug)]
pub struct ReloadReport {
    /// When it ended.
    pub at: Timestamp,
    /// What triggered it.
    pub trigger: Trigger,
    /// Its result.
    pub result: ReloadResult,
    /// Which flows changed; empty when it was refused.
    pub changes: Changes,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
    /// Settings that the host's file states differently from what is in force, and that take a restart.
    pub restart: Vec<SettingChange>,
}

/// Why a reload has no result.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// The host was started with flows, not with files.
    #[error("this host was started without flow files, so there is nothing to reload")]
    NoFiles,
    /// The host is stopping.
    #[error("the host is stopping")]
    Stopping,
    /// The host itself failed.
    #[error("the reload failed; nothing changed")]
    Failed(#[from] tokio::task::JoinError),
}

/// Reloads the files when triggered.
pub struct Reloader {
    registry: Arc<tokio::sync::Mutex<FlowRegistry>>,
    files: OnceLock<FlowFiles>,
    recall: Recall,
    last: Mutex<Option<ReloadReport>>,
    metrics: Metrics,
    clock: Arc<dyn Clock>,
    settings: SettingsInForce,
    stopping: CancellationToken,
}

/// What a reload would put in force.
struct Ready {
    plan: Plan,
    warnings: Diagnostics,
    host: Option<HostConfig>,
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

impl ReloadReport {
    /// How many mistakes there are, and the first of them with its place.
    #[must_use]
    pub fn mistakes(&self) -> String {
        let count = self.diagnostics.errors();
        let noun = if count == 1 { "mistake" } else { "mistakes" };
        let first = self.diagnostics.iter().find(|one| one.severity == Severity::Error);
        let first = first.map(|first| format!("; the first: {first}")).unwrap_or_default();
        format!("{count} {noun}{first}")
    }
}

impl Reloader {
    /// A reloader for this registry, until `stopping`.
    #[must_use]
    pub fn new(
        registry: Arc<tokio::sync::Mutex<FlowRegistry>>,
        recall: Recall,
        metrics: Metrics,
        clock: Arc<dyn Clock>,
        settings: SettingsInForce,
        stopping: CancellationToken,
    ) -> Self {
        Self { registry, files: OnceLock::new(), recall, last: Mutex::default(), metrics, clock, settings, stopping }
    }

    /// Sets where flows are read from. Only the first call has an effect; returns whether this was it.
    pub fn read_from(&self, files: FlowFiles) -> bool {
        self.files.set(files).is_ok()
    }

    /// Where flows are read from; none until it was set.
    pub(crate) fn files(&self) -> Option<&FlowFiles> {
        self.files.get()
    }

    /// The flows in force.
    pub(crate) fn registry(&self) -> &tokio::sync::Mutex<FlowRegistry> {
        &self.registry
    }

    /// Reads and checks the files, then puts them in force or refuses them. Runs to its end even if the caller stops
    /// waiting, so that no reload is left half done.
    pub async fn reload(self: &Arc<Self>, trigger: Trigger) -> Result<ReloadReport, ReloadError> {
        let reloader = Arc::clone(self);
        tokio::spawn(async move { reloader.run(trigger).await }).await?
    }

    async fn run(&self, trigger: Trigger) -> Result<ReloadReport, ReloadError> {
        let files = self.files.get().cloned().ok_or(ReloadError::NoFiles)?;
        let mut registry = Arc::clone(&self.registry).lock_owned().await;
        self.recall.again().await;
        let (mut registry, planned) = tokio::task::spawn_blocking(move || {
            let planned = prepare(&mut registry, &files);
            (registry, planned)
        })
        .await?;
        if self.stopping.is_cancelled() {
            return Err(ReloadError::Stopping);
        }
        let (result, changes, diagnostics, restart) = match planned {
            Ok(Ready { plan, warnings, host }) => {
                let unknown_formers = plan.unknown_formers.clone();
                let (settings, restart) = host.map(|host| self.take_over(&host)).unwrap_or_default();
                let changes = Changes { settings, ..registry.apply(plan).await };
                let result = if changes.is_empty() { ReloadResult::Unchanged } else { ReloadResult::Applied };
                let idle = registry.idle_deployments(&[changes.added.as_slice(), &changes.changed].concat());
                idle.iter()
                    .for_each(|idle| tracing::warn!(code = %idle.code, %idle, "a deployment serves nothing any more"));
                let warnings = warnings.into_iter().chain(idle).chain(unknown_formers).collect();
                (result, changes, warnings, restart)
            }
            Err(diagnostics) => (ReloadResult::Refused, Changes::default(), diagnostics, self.restart_needed()),
        };
        let report = ReloadReport { at: self.clock.now(), trigger, result, changes, diagnostics, restart };
        self.record(&report);
        if report.result != ReloadResult::Refused {
            registry.keep_last_good().await;
        }
        Ok(report)
    }

    /// Puts the settings of the host's file in force: those that changed, and those that take a restart.
    fn take_over(&self, host: &HostConfig) -> (Vec<SettingChange>, Vec<SettingChange>) {
        let changes = self.settings.now().changes(host);
        self.settings.take_over(host);
        let (restart, changed) = changes.into_iter().partition(SettingChange::needs_restart);
        let restart: Vec<SettingChange> = restart;
        self.metrics.host().observe_restart_needed(restart.iter().map(|change| change.setting.as_str()));
        (changed, restart)
    }

    /// The settings that take a restart, as the last reload found them.
    #[must_use]
    pub fn restart_needed(&self) -> Vec<SettingChange> {
        self.last.lock().as_ref().map(|last| last.restart.clone()).unwrap_or_default()
    }

    /// The last reload; none before the first.
    #[must_use]
    pub fn last(&self) -> Option<ReloadReport> {
        self.last.lock().clone()
    }

    fn record(&self, report: &ReloadReport) {
        let ReloadReport { trigger, changes, diagnostics, .. } = report;
        match report.result {
            ReloadResult::Applied => {
                let removed: Vec<_> = changes.removed.iter().map(|removed| removed.flow.clone()).collect();
                tracing::info!(
                    ?trigger,
                    added = names(&changes.added),
                    changed = names(&changes.changed),
                    removed = names(&removed),
                    settings = settings(&changes.settings),
                    "flows reloaded"
                );
            }
            ReloadResult::Unchanged => tracing::info!(?trigger, "nothing to reload: the files did not change"),
            ReloadResult::Refused => {
                for diagnostic in diagnostics.iter().filter(|one| one.severity == Severity::Error) {
                    tracing::warn!(code = %diagnostic.code, %diagnostic, "reload refused: mistake in a file");
                }
                tracing::warn!(
                    ?trigger,
                    "reload refused; nothing changed. Correct the files: a start would run the flows with mistakes as they ran before, or leave them out"
                );
            }
        }
        if !report.restart.is_empty() && report.result != ReloadResult::Refused {
            tracing::warn!(
                settings = settings(&report.restart),
                "settings of the host file take a restart to come into force"
            );
        }
        self.metrics.host().observe_reload(report.result.name());
        *self.last.lock() = Some(report.clone());
    }
}

/// Reads the host's file and the flows: what they would put in force, or everything that is wrong. Until it is in force,
/// the alerts that the host's file names are in the registry only if this succeeds.
fn prepare(registry: &mut FlowRegistry, files: &FlowFiles) -> Result<Ready, Diagnostics> {
    let Some(file) = &files.host else {
        return plan(registry, files).map(|(plan, warnings)| Ready { plan, warnings, host: None });
    };
    let (host, mut warnings) = file.read()?;
    let alerts_before = registry.replace_alert_flows(file.alert_flows(&host));
    match plan(registry, files) {
        Ok((plan, found)) => {
            warnings.extend(found);
            Ok(Ready { plan, warnings, host: Some(host) })
        }
        Err(found) => {
            registry.replace_alert_flows(alerts_before);
            warnings.extend(found);
            Err(warnings)
        }
    }
}

/// A plan for the flows in the files, with warnings; or everything that is wrong.
fn plan(registry: &FlowRegistry, files: &FlowFiles) -> Result<(Plan, Diagnostics), Diagnostics> {
    let taken = registry.alert_flows().iter().map(|flow| flow.name.clone()).collect();
    let survey = survey_flows(&files.paths, &gantry_transport::kinds(), &taken);
    let Survey { flows, broken, lost, mut found } = survey;
    if lost.has_errors() {
        return Err(found);
    }
    let by_name: BTreeMap<_, _> =
        flows.iter().chain(registry.alert_flows()).map(|flow| (flow.name.clone(), flow.clone())).collect();
    match registry.plan(Candidates { flows, broken }, &files.env, OnBroken::CarryKnown) {
        Ok(plan) => {
            found.extend(plan.faults().cloned());
            Ok((plan, found))
        }
        // What is wrong in files was found before.
        Err(refusal) if !refusal.files.is_empty() => Err(found),
        Err(refusal) => {
            found.extend(refusal.diagnostics(&by_name).into_iter().map(diagnose::as_error));
            Err(found)
        }
    }
}

fn settings(changes: &[SettingChange]) -> String {
    changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn names(flows: &[FlowName]) -> String {
    flows.iter().map(FlowName::as_str).collect::<Vec<_>>().join(", ")
}
