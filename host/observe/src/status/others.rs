//! What needs somebody and is no condition of an alert: throttled targets, queues of flows that are gone, jobs, deployments
//! on trial, alerts that don't arrive.

use std::time::Duration;

use gantry_control::rollout::{Deployment, Phase};
use gantry_core::alert::Severity;
use gantry_core::{FlowName, escape};
use gantry_engine::closed_intakes::IntakeClosure;
use gantry_engine::target_report::{TargetReport, TargetState, Throttle};
use gantry_store::{Job, JobState};

use super::{Finding, FindingKind, LookedAt, exposed, is_undelivered};
use crate::alert_source::AlertSource;
use crate::alerts::AlertReport;
use crate::view::HostView;

/// How long a notification may wait for its endpoint before that is said.
const NOTIFIED_WITHIN: Duration = Duration::from_secs(60);

/// Most characters of a text that somebody wrote.
const MAX_TEXT: usize = 200;

/// Adds what is no condition, and counts what was looked at.
pub(super) async fn add(view: &HostView, alerts: &[AlertReport], findings: &mut Vec<Finding>) -> LookedAt {
    let entries = view.flows.entries();
    let of_files = entries.iter().filter(|entry| entry.flow.source.of_kind::<AlertSource>().is_none());
    // One that is broken and runs a copy of its last good state is among both.
    let flows = of_files.clone().count() + view.flows.broken().iter().filter(|broken| !broken.runs()).count();
    let targets = view.flows.targets(view.clock.now());
    let of_flows = targets.iter().filter(|target| !alerts.iter().any(|alert| alert.flow == target.flow));
    findings.extend(of_flows.clone().filter_map(throttled));
    findings.extend(waiting_queues(view));
    findings.extend(view.closed_intakes.all().iter().map(closed));
    findings.extend(restart_needed(view));
    findings.extend(alerts.iter().filter_map(|alert| not_delivered(view, alert)));
    findings.extend(exposed::findings(view).await);
    let jobs = view.store.jobs().await.unwrap_or_default();
    let jobs: Vec<_> = jobs.into_iter().filter(|job| matches!(job.state, JobState::Running | JobState::Held)).collect();
    findings.extend(jobs.iter().filter_map(job));
    let deployments: Vec<_> = view.deployer.all().into_iter().filter(|one| !one.phase.is_over()).collect();
    findings.extend(deployments.iter().map(on_trial));
    for finding in findings.iter_mut().filter(|finding| finding.owner.is_none()) {
        let entry = entries.iter().find(|entry| Some(&entry.flow.name) == finding.flow.as_ref());
        finding.owner = entry.map(|entry| entry.flow.purpose.owner.clone()).filter(|owner| !owner.is_empty());
    }
    let names = view.store.flows();
    let queued = names.iter().map(|flow| view.store.backlog(flow).messages as u64).sum();
    let open_dead_letters = view.store.open_dead_letters();
    LookedAt {
        flows: flows as u64,
        targets: of_flows.count() as u64,
        queued,
        open_dead_letters,
        jobs: jobs.len() as u64,
        deployments: deployments.len() as u64,
        alerts: alerts.len() as u64,
    }
}

fn throttled(target: &TargetReport) -> Option<Finding> {
    let Throttle { gap_ms, until } = target.throttle.filter(|_| target.state == TargetState::Throttled)?;
    let TargetReport { flow, target, .. } = target;
    Some(Finding {
        kind: FindingKind::TargetThrottled,
        severity: Severity::Warning,
        flow: Some(flow.clone()),
        about: Some(target.to_string()),
        summary: format!(
            "The target `{target}` of flow `{flow}` answers 429: it gets one request in {gap_ms} ms, the next at {until}"
        ),
        since: None,
        owner: None,
        next: "gantry target list".to_owned(),
        runbook: None,
    })
}

/// Messages of flows that neither run nor are broken.
fn waiting_queues(view: &HostView) -> Vec<Finding> {
    let entries = view.flows.entries();
    let broken = view.flows.broken();
    let mut names = view.store.flows();
    names.retain(|name| !entries.iter().any(|entry| entry.flow.name == *name));
    names.retain(|name| !broken.iter().any(|flow| flow.name == *name));
    // What a renamed flow is about to take over waits for nobody.
    names.retain(|name| !entries.iter().any(|entry| entry.flow.formerly.contains(name)));
    let waiting = names.into_iter().filter_map(|flow| {
        let messages = view.store.backlog(&flow).messages as u64;
        (messages > 0).then(|| waiting_queue(view, flow, messages))
    });
    waiting.collect()
}

fn waiting_queue(view: &HostView, flow: FlowName, messages: u64) -> Finding {
    let wait = if messages == 1 { "1 message waits".to_owned() } else { format!("{messages} messages wait") };
    Finding {
        kind: FindingKind::QueueWaiting,
        severity: Severity::Error,
        summary: format!("{wait} in the queue of flow `{flow}`, whose file was removed"),
        since: view.store.depth(&flow).oldest,
        next: format!("gantry queue list --flow {flow}"),
        flow: Some(flow),
        about: None,
        owner: None,
        runbook: None,
    }
}

fn closed((flow, closure): (&FlowName, &IntakeClosure)) -> Finding {
    let IntakeClosure { at, by, reason } = closure;
    Finding {
        kind: FindingKind::IntakeClosed,
        severity: Severity::Warning,
        summary: format!(
            "Flow `{flow}` takes nothing in: closed by {}: {}",
            escape(by, MAX_TEXT),
            escape(reason, MAX_TEXT)
        ),
        since: Some(*at),
        next: format!("gantry flow open {flow}"),
        flow: Some(flow.clone()),
        about: None,
        owner: None,
        runbook: None,
    }
}

/// Settings of the host's file that the last reload could not put in force.
fn restart_needed(view: &HostView) -> Option<Finding> {
    let report = view.reloader.last().filter(|report| !report.restart.is_empty())?;
    let names: Vec<_> = report.restart.iter().map(|change| format!("`{}`", change.setting)).collect();
    Some(Finding {
        kind: FindingKind::RestartNeeded,
        severity: Severity::Warning,
        summary: format!("The host's file was changed; a restart brings into force: {}", names.join(", ")),
        since: Some(report.at),
        flow: None,
        about: None,
        owner: None,
        next: "restart the host".to_owned(),
        runbook: None,
    })
}

fn not_delivered(view: &HostView, alert: &AlertReport) -> Option<Finding> {
    let oldest = view.store.depth(&alert.flow).oldest;
    let is_late = oldest.is_some_and(|oldest| view.clock.now().since(oldest) >= NOTIFIED_WITHIN);
    if !is_undelivered(alert) || (alert.open_dead_letters == 0 && !is_late) {
        return None;
    }
    let AlertReport { name, waiting, open_dead_letters, .. } = alert;
    Some(Finding {
        kind: FindingKind::AlertNotDelivered,
        severity: Severity::Error,
        flow: None,
        about: Some(name.clone()),
        summary: format!(
            "The endpoint of alert `{name}` does not get its notifications: {waiting} wait, {open_dead_letters} were given \
             up"
        ),
        since: oldest,
        owner: None,
        next: format!("gantry alert test {name}"),
        runbook: Some(view.origin().page("alerts-dont-arrive")),
    })
}

fn job(job: &Job) -> Option<Finding> {
    let Job { id, done, failed_again, .. } = job;
    let finding = |kind, summary, since| Finding {
        kind,
        severity: Severity::Warning,
        flow: job.filter.flow.clone(),
        about: Some(id.to_string()),
        summary,
        since: Some(since),
        owner: None,
        next: format!("gantry dlq job {id}"),
        runbook: None,
    };
    match &job.hold {
        Some(hold) => {
            let by = hold.by.as_deref().unwrap_or("the host");
            let reason = &hold.reason;
            let summary = format!("Job {id} is held by {by}: {reason}; {} dead letters are left", job.left());
            Some(finding(FindingKind::JobHeld, summary, hold.at))
        }
        None if *failed_again > 0 => {
            let summary = format!("Job {id} runs: {failed_again} of {done} messages that it replayed failed again");
            Some(finding(FindingKind::JobFailing, summary, job.created_at))
        }
        None => None,
    }
}

fn on_trial(deployment: &Deployment) -> Finding {
    let Deployment { number, flow, step, to, phase, since, .. } = deployment;
    let waits = *phase == Phase::Waiting;
    let state = if waits { "waits for its operator".to_owned() } else { format!("is on trial ({})", phase.name()) };
    Finding {
        kind: FindingKind::DeploymentOnTrial,
        severity: if waits { Severity::Warning } else { Severity::Info },
        flow: Some(flow.clone()),
        about: Some(step.clone()),
        summary: format!("{to} at step `{step}` of flow `{flow}` {state}"),
        since: Some(*since),
        owner: None,
        next: format!("gantry deploy status {number}"),
        runbook: None,
    }
}
