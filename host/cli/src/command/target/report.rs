//! Targets as text: one row each, or one with everything that is known of it.

use gantry_api::v1::{BreakerReport, EarlierStop, FlowReport, RefusalReport, TargetReport, TargetStop, ThrottleReport};
use gantry_core::Timestamp;

use crate::text;

/// Most characters of a reason in a row.
const ROW_REASON: usize = 60;

/// One target in a line, after a command.
pub(super) fn line(target: &TargetReport) -> String {
    let target_name = format!("{}/{}", target.flow, target.target);
    let parts = [target_name, target.state.to_string(), breaker(target.breaker.as_ref()), why(target)];
    text::line(&parts.join("  "))
}

/// One row each. What waits is counted by flow: a message in the queue may have deliveries to several of its targets.
pub(super) fn table(targets: &[TargetReport], flows: &[FlowReport]) -> String {
    let mut rows = vec![["TARGET", "STATE", "BREAKER", "IN FLIGHT", "QUEUE OF FLOW", "WHY"].map(str::to_owned)];
    rows.extend(targets.iter().map(|target| row(target, flows)));
    text::columns(&rows)
}

fn row(target: &TargetReport, flows: &[FlowReport]) -> [String; 6] {
    let flow = flows.iter().find(|report| report.name == target.flow.as_str());
    let waiting = flow.map(|report| report.queue.queued + report.queue.leased + report.queue.scheduled);
    [
        format!("{}/{}", target.flow, target.target),
        target.state.to_string(),
        breaker(target.breaker.as_ref()),
        target.in_flight.to_string(),
        waiting.map(|waiting| waiting.to_string()).unwrap_or_default(),
        why(target),
    ]
}

fn breaker(breaker: Option<&BreakerReport>) -> String {
    match breaker {
        None => "none".to_owned(),
        Some(BreakerReport { state, since: None, .. }) => state.to_string(),
        Some(BreakerReport { state, since: Some(since), until, calls, failures }) => {
            let probed = until.map_or_else(|| "probed now".to_owned(), |until| format!("probed at {until}"));
            format!("{state} since {since}: {failures} of {calls} calls failed; {probed}")
        }
    }
}

/// Who stopped it, when and why; or what it answers to every delivery, and how often it is asked.
fn why(target: &TargetReport) -> String {
    if let Some(stop) = &target.stop {
        let until = stop.until.map(|until| format!(" until {until}")).unwrap_or_default();
        return format!("{}{}{until}: {}", by(stop.by.as_ref()), stop.at, text::first_line(&stop.reason, ROW_REASON));
    }
    if target.probing {
        return "one delivery is tried first; the others follow when it passes".to_owned();
    }
    if let Some(RefusalReport { until, reason }) = &target.refusal {
        return format!("{reason}; probed at {until}");
    }
    let throttle = target.throttle.as_ref();
    throttle.map_or_else(String::new, |ThrottleReport { gap_ms, until }| {
        format!("it answers 429: one request in {gap_ms} ms, the next at {until}")
    })
}

fn by(by: Option<&String>) -> String {
    by.map(|by| format!("{by}, ")).unwrap_or_default()
}

/// Everything about one target.
pub(super) fn whole(target: &TargetReport) -> String {
    let mut shown = text::fields(&[
        ("target", format!("{}/{}", target.flow, target.target)),
        ("state", target.state.to_string()),
        ("why", why(target)),
        ("breaker", breaker(target.breaker.as_ref())),
        ("retries", format!("{} of {} allowed now", target.retries, target.retries_allowed)),
        ("in flight", target.in_flight.to_string()),
        ("waiting", target.waiting.to_string()),
    ]);
    if let Some(stop) = &target.stop {
        shown.push_str(&stops(stop));
    }
    shown
}

/// The stop in force, and those that it was put over.
fn stops(TargetStop { kind, at, by, reason, until, earlier }: &TargetStop) -> String {
    let first = EarlierStop { kind: *kind, at: *at, by: by.clone(), reason: reason.clone(), until: *until };
    let mut rows = vec![["STOP", "SINCE", "UNTIL", "BY", "REASON"].map(str::to_owned)];
    rows.extend(std::iter::once(&first).chain(earlier).map(stop));
    format!("\n{}", text::columns(&rows))
}

fn stop(EarlierStop { kind, at, by, reason, until }: &EarlierStop) -> [String; 5] {
    [
        kind.to_string(),
        at.to_string(),
        until.as_ref().map_or_else(|| "it is ended by command".to_owned(), Timestamp::to_string),
        by.as_ref().map_or_else(|| "the target".to_owned(), Clone::clone),
        reason.clone(),
    ]
}
