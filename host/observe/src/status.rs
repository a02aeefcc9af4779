//! What needs somebody, on one page, most harmful first: for `gantry status` and `GET /v1/status`.
//!
//! It shows the conditions that alerts are made of, so the two agree, and what alerts don't tell of: jobs, deployments on
//! trial, alerts that don't arrive, what others may read. Without a running host it shows what the store holds.

mod at_rest;
mod exposed;
mod others;

use gantry_core::alert::{AlertKey, AlertKind, Level, Severity};
use gantry_core::{FlowName, Timestamp};

use crate::alerts::{AlertReport, Alerting};
use crate::conditions::Condition;
use crate::view::HostView;

pub use at_rest::at_rest;

/// What needs somebody, the most harmful first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// No host runs.
    NoHost,
    /// The store has failed, or its files were replaced.
    StoreFailed,
    /// Less disk is free than the reserve.
    DiskLow,
    /// The last reload was refused.
    ReloadRefused,
    /// A flow can't run.
    FlowBroken,
    /// A target is disabled.
    TargetDisabled,
    /// A target is paused, or refuses every delivery.
    TargetPaused,
    /// A target's breaker is not closed.
    BreakerOpen,
    /// A target answers 429.
    TargetThrottled,
    /// A flow refuses what is sent to it.
    IntakeRefusing,
    /// An operator closed a flow's intake.
    IntakeClosed,
    /// A flow's messages wait for too long.
    QueueDelayed,
    /// Messages wait for a flow that is not in force.
    QueueWaiting,
    /// A flow gets no messages.
    FlowSilent,
    /// A file was refused.
    FileRefused,
    /// Dead letters are open.
    DeadLetters,
    /// A plugin fails instead of answering.
    PluginFaulting,
    /// A flow misses its success criteria.
    CriteriaMissed,
    /// The host rolled a plugin version back.
    DeploymentRolledBack,
    /// A deployment is under way, or waits for its operator.
    DeploymentOnTrial,
    /// A job is held.
    JobHeld,
    /// Messages of a running job failed again.
    JobFailing,
    /// An endpoint does not get its notifications.
    AlertNotDelivered,
    /// The host's file states settings that come into force by a restart.
    RestartNeeded,
    /// Others may read a secret.
    SecretExposed,
    /// Others may read or change what is in a directory of the host or of a source.
    DirectoryExposed,
}

/// Everything that needs somebody.
#[derive(Clone, Debug)]
pub struct StatusReport {
    /// When it was looked at.
    pub at: Timestamp,
    /// The host's name; none if no host runs.
    pub instance: Option<String>,
    /// The worst of the findings; none: all is well.
    pub severity: Option<Severity>,
    /// Most harmful first.
    pub findings: Vec<Finding>,
    /// What was looked at.
    pub looked_at: LookedAt,
}

/// One thing that needs somebody.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// How urgent; `info` needs nobody yet.
    pub severity: Severity,
    /// In which flow; none: in the host.
    pub flow: Option<FlowName>,
    /// The target, the step, the fingerprint, the job, the alert.
    pub about: Option<String>,
    /// One sentence.
    pub summary: String,
    /// Since when, if it is known.
    pub since: Option<Timestamp>,
    /// Who is responsible for the flow, if it says.
    pub owner: Option<String>,
    /// The command to go on with.
    pub next: String,
    /// The page that says what to do, if there is one.
    pub runbook: Option<String>,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct LookedAt {
    /// Flows in force, and broken ones.
    pub flows: u64,
    /// Their targets.
    pub targets: u64,
    /// Messages that have not ended.
    pub queued: u64,
    /// Open dead letters, also of groups that somebody has dealt with.
    pub open_dead_letters: u64,
    /// Jobs that have not ended.
    pub jobs: u64,
    /// Deployments that have not ended.
    pub deployments: u64,
    /// Endpoints of alerts.
    pub alerts: u64,
}

impl StatusReport {
    fn of(at: Timestamp, instance: Option<String>, mut findings: Vec<Finding>, looked_at: LookedAt) -> Self {
        findings.sort_by_key(|finding| (finding.severity == Severity::Info, finding.kind, finding.since));
        let severity = findings.iter().map(|finding| finding.severity).max();
        Self { at, instance, severity, findings, looked_at }
    }
}

impl Alerting {
    /// Everything that needs somebody now.
    pub async fn status(&self) -> StatusReport {
        let view = &self.view;
        let now = view.clock.now();
        let mut findings = Vec::new();
        if !view.is_healthy() {
            findings.push(store_failed(view));
        }
        let conditions = self.reader.lock().await.read(view).await;
        match conditions {
            Ok(conditions) => {
                findings.extend(conditions.all().filter_map(|(key, found)| of_condition(view, key, found)))
            }
            Err(error) => tracing::error!(%error, "failed to read the conditions for the status"),
        }
        let alerts = self.reports();
        let looked_at = others::add(view, &alerts, &mut findings).await;
        StatusReport::of(now, Some(view.events.instance().to_owned()), findings, looked_at)
    }
}

/// A condition that holds, or one that is nearly over, which needs nobody.
fn of_condition(view: &HostView, key: &AlertKey, condition: &Condition) -> Option<Finding> {
    let Condition { observation, since, text, .. } = condition;
    let severity = match (observation.level, key.kind) {
        (Level::On, _) | (Level::Between, AlertKind::BreakerOpen) => key.kind.severity(),
        (Level::Between, AlertKind::DeadLetters | AlertKind::QueueDelayed | AlertKind::DeploymentRolledBack) => {
            Severity::Info
        }
        (Level::Between, _) => return None,
    };
    Some(Finding {
        kind: kind_of(key.kind)?,
        severity,
        flow: key.flow.clone(),
        about: key.about.clone(),
        summary: match text {
            Some(text) => format!("{}: {text}", observation.summary),
            None => observation.summary.clone(),
        },
        since: Some(*since),
        owner: observation.owner.clone(),
        next: observation.next.clone(),
        runbook: Some(view.origin().runbook(key.kind)),
    })
}

/// None for what is no condition.
const fn kind_of(kind: AlertKind) -> Option<FindingKind> {
    Some(match kind {
        AlertKind::DeadLetters => FindingKind::DeadLetters,
        AlertKind::BreakerOpen => FindingKind::BreakerOpen,
        AlertKind::TargetPaused => FindingKind::TargetPaused,
        AlertKind::TargetDisabled => FindingKind::TargetDisabled,
        AlertKind::QueueDelayed => FindingKind::QueueDelayed,
        AlertKind::DiskLow => FindingKind::DiskLow,
        AlertKind::DeploymentRolledBack => FindingKind::DeploymentRolledBack,
        AlertKind::FlowBroken => FindingKind::FlowBroken,
        AlertKind::ReloadRefused => FindingKind::ReloadRefused,
        AlertKind::FileRefused => FindingKind::FileRefused,
        AlertKind::CriteriaMissed => FindingKind::CriteriaMissed,
        AlertKind::IntakeRefusing => FindingKind::IntakeRefusing,
        AlertKind::FlowSilent => FindingKind::FlowSilent,
        AlertKind::PluginFaulting => FindingKind::PluginFaulting,
        AlertKind::Heartbeat => return None,
    })
}

fn store_failed(view: &HostView) -> Finding {
    Finding {
        kind: FindingKind::StoreFailed,
        severity: Severity::Critical,
        flow: None,
        about: None,
        summary: "The store has failed or its files were replaced: nothing is accepted, and the host stops".to_owned(),
        since: None,
        owner: None,
        next: "see the end of the host's log".to_owned(),
        runbook: Some(view.origin().page("store-damaged")),
    }
}

/// Whether anything of this endpoint did not arrive.
fn is_undelivered(report: &AlertReport) -> bool {
    report.open_dead_letters > 0 || report.waiting > 0
}
