//! The status without a running host: what the store holds.

use gantry_core::alert::{AlertKind, Origin, Severity};
use gantry_core::{FlowName, Timestamp};
use gantry_store::{GroupFilter, JobState, Store, StoreError};

use super::{Finding, FindingKind, LookedAt, StatusReport};
use crate::conditions::Conditions;

/// Most groups of dead letters that are shown.
const MAX_GROUPS: usize = 1000;

/// What this store holds, which no host works on.
pub async fn at_rest(store: &Store, now: Timestamp) -> Result<StatusReport, StoreError> {
    let origin = Origin { instance: "", runbooks: None };
    let mut findings = vec![no_host(origin)];
    let filter = GroupFilter { limit: Some(MAX_GROUPS), ..GroupFilter::default() };
    let conditions = Conditions::of_groups(&store.dead_letter_groups(filter).await?);
    for (key, condition) in conditions.all() {
        findings.push(Finding {
            kind: FindingKind::DeadLetters,
            severity: key.kind.severity(),
            flow: key.flow.clone(),
            about: key.about.clone(),
            summary: condition.observation.summary.clone(),
            since: Some(condition.since),
            owner: None,
            next: condition.observation.next.clone(),
            runbook: Some(origin.runbook(AlertKind::DeadLetters)),
        });
    }
    let flows = store.flows();
    findings.extend(flows.iter().filter_map(|flow| waiting(store, flow)));
    let jobs = store.jobs().await?;
    let looked_at = LookedAt {
        flows: flows.len() as u64,
        queued: flows.iter().map(|flow| store.backlog(flow).messages as u64).sum(),
        open_dead_letters: store.open_dead_letters(),
        jobs: jobs.iter().filter(|job| matches!(job.state, JobState::Running | JobState::Held)).count() as u64,
        ..LookedAt::default()
    };
    Ok(StatusReport::of(now, None, findings, looked_at))
}

fn no_host(origin: Origin<'_>) -> Finding {
    Finding {
        kind: FindingKind::NoHost,
        severity: Severity::Critical,
        flow: None,
        about: None,
        summary: "No host runs on this data directory: nothing is accepted and nothing delivered".to_owned(),
        since: None,
        owner: None,
        next: "see the end of the host's log, then start it: gantry run FLOWS".to_owned(),
        runbook: Some(origin.runbook(AlertKind::Heartbeat)),
    }
}

fn waiting(store: &Store, flow: &FlowName) -> Option<Finding> {
    let messages = store.backlog(flow).messages;
    if messages == 0 {
        return None;
    }
    let wait = if messages == 1 { "1 message waits".to_owned() } else { format!("{messages} messages wait") };
    Some(Finding {
        kind: FindingKind::QueueWaiting,
        severity: Severity::Error,
        flow: Some(flow.clone()),
        about: None,
        summary: format!("{wait} in the queue of flow `{flow}` for a host to start"),
        since: store.depth(flow).oldest,
        owner: None,
        next: "gantry run FLOWS".to_owned(),
        runbook: None,
    })
}
