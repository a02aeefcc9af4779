//! Prints a deployment: its phase, results and events.

use gantry_api::v1::{Comparison, Deployment, Difference, DifferenceKind, Phase, ShadowReport, Tally, Window};

use crate::text;

/// All details of a deployment, and what serves its step now.
pub(crate) fn page(it: &Deployment, serving: Option<&str>) -> String {
    let mut page = text::fields(&[
        ("deployment", it.number.to_string()),
        ("step", format!("{}/{}", it.flow, it.step)),
        ("from", format!("{}{}  {}", it.from, from_file(it.from_file), it.from.digest)),
        ("to", format!("{}{}  {}", it.to, from_file(it.to_file), it.to.digest)),
        ("phase", format!("{} since {}", it.phase.name(), it.since)),
        ("serving now", serving.unwrap_or("nothing: the flow or the step is gone").to_owned()),
        ("golden cases", golden(it)),
        ("shadow", it.shadow.as_ref().map(shadow).unwrap_or_default()),
        ("canary", it.canary.as_ref().map(|seen| comparison(seen, it.terms.canary)).unwrap_or_default()),
        ("watch", it.watch.as_ref().map(|seen| comparison(seen, it.terms.watch)).unwrap_or_default()),
    ]);
    page.push('\n');
    let rows = it
        .events
        .iter()
        .map(|event| [format!("  {}", event.at), event.phase.name().to_owned(), event.by.clone(), event.text.clone()]);
    page.push_str(&text::columns(&rows.collect::<Vec<_>>()));
    if let Some(report) = &it.shadow {
        page.push_str(&differences(report));
    }
    page
}

/// One line for each phase as it is reached.
pub(crate) fn event_line(it: &Deployment, at: usize) -> Option<String> {
    let event = it.events.get(at)?;
    Some(format!("{:<9} {}", event.phase.name(), text::line(&event.text)))
}

/// The counts of the current phase.
pub(crate) fn progress(it: &Deployment) -> Option<String> {
    match it.phase {
        Phase::Shadow => it.shadow.as_ref().map(shadow),
        Phase::Canary => it.canary.as_ref().map(|seen| comparison(seen, it.terms.canary)),
        Phase::Watching => it.watch.as_ref().map(|seen| comparison(seen, it.terms.watch)),
        _ => None,
    }
}

/// The result of an approval: what was approved, and what follows.
pub(crate) fn approved(it: &Deployment, phase: Phase) -> String {
    let has_canary = it.terms.canary_share > 0.0 && it.terms.canary.messages > 0;
    let has_watch = it.terms.watch.messages > 0;
    let follows = match phase {
        Phase::Waiting if has_canary => {
            format!("its canary begins, and {:.0} % of the keys get {}", it.terms.canary_share * 100.0, it.to)
        }
        Phase::Waiting | Phase::Canary if has_watch => format!("its watch begins, and all messages get {}", it.to),
        _ => format!("{} is deployed", it.to),
    };
    format!("deployment {}: {} approved; {follows}", it.number, phase.name())
}

/// The result of a rollback or reset.
pub(crate) fn restored(it: &Deployment) -> String {
    match it.phase {
        Phase::Deployed => format!("{}/{} runs {} again", it.flow, it.step, it.to),
        _ => format!("deployment {} is being rolled back: {} stays active", it.number, it.from),
    }
}

/// The differences between the old and the new version, message by message.
pub(crate) fn differences(report: &ShadowReport) -> String {
    if report.samples.is_empty() {
        return String::new();
    }
    let shown = report.samples.iter().map(difference).collect::<String>();
    format!("\ndifferences, {} of {}\n{shown}", report.samples.len(), report.messages - report.same)
}

/// The counts of a comparison in one line.
pub(crate) fn shadow(report: &ShadowReport) -> String {
    let ShadowReport { messages, dead_letters, same, changed, newly_failing, newly_passing, .. } = report;
    format!(
        "{messages} messages ({dead_letters} dead letters): {same} same, {changed} changed, {newly_failing} newly failing, {newly_passing} newly passing"
    )
}

fn golden(it: &Deployment) -> String {
    let Some(report) = &it.golden else { return String::new() };
    match report.failed.as_slice() {
        [] => format!("{} passed", report.passed),
        failed => format!("{} passed, failed: {}", report.passed, failed.join(", ")),
    }
}

fn from_file(is_from_file: bool) -> &'static str {
    if is_from_file { " (the flow's file)" } else { "" }
}

fn cost(tally: &Tally) -> String {
    tally.mean_us().map_or_else(|| "–".to_owned(), |mean| format!("{mean:.1} µs"))
}

fn comparison(seen: &Comparison, window: Window) -> String {
    format!(
        "{} of {} messages, {} failed, {} newly failing; {} per message, old version {}",
        seen.new.messages,
        window.messages,
        seen.new.failed,
        seen.newly_failing,
        cost(&seen.new),
        cost(&seen.old)
    )
}

fn difference(it: &Difference) -> String {
    let kind = match it.kind {
        DifferenceKind::NewlyFailing => "newly failing",
        DifferenceKind::Changed => "changed",
        DifferenceKind::NewlyPassing => "newly passing",
        DifferenceKind::Same => "the same",
    };
    let mut shown = format!("  {}  {kind}\n", it.message);
    if it.changes.is_empty() {
        shown.push_str("    equal JSON, written differently\n");
    }
    shown.extend(it.changes.iter().map(|change| format!("  {}", text::change(change))));
    shown
}
