//! A deployment for people: where it stands, what was found out, what happened.

use gantry_api::v1::{Comparison, Deployment, Difference, DifferenceKind, Phase, ShadowReport, Tally, Window};

use crate::text;

/// Everything there is to say.
pub(crate) fn page(it: &Deployment) -> String {
    let file = |is: bool| if is { " (the flow's file)" } else { "" };
    let mut page = text::fields(&[
        ("deployment", it.number.to_string()),
        ("step", format!("{}/{}", it.flow, it.step)),
        ("from", format!("{}{}  {}", it.from, file(it.from_file), it.from.digest)),
        ("to", format!("{}{}  {}", it.to, file(it.to_file), it.to.digest)),
        ("phase", format!("{} since {}", it.phase.name(), it.since)),
        ("golden cases", golden(it)),
        ("shadow", it.shadow.as_ref().map(shadow).unwrap_or_default()),
        ("canary", it.canary.as_ref().map(|seen| stretch(seen, it.terms.canary)).unwrap_or_default()),
        ("watch", it.watch.as_ref().map(|seen| stretch(seen, it.terms.watch)).unwrap_or_default()),
    ]);
    page.push('\n');
    let rows = it.events.iter().map(|event| {
        [format!("  {}", event.at), event.phase.name().to_owned(), event.by.clone(), text::escape(&event.text)]
    });
    page.push_str(&text::columns(&rows.collect::<Vec<_>>()));
    if let Some(report) = &it.shadow {
        page.push_str(&differences(report));
    }
    page
}

/// One line for each phase as it is reached.
pub(crate) fn event_line(it: &Deployment, at: usize) -> Option<String> {
    let event = it.events.get(at)?;
    Some(format!("{:<9} {}", event.phase.name(), text::escape(&event.text)))
}

/// The counts of the stretch that is going on.
pub(crate) fn progress(it: &Deployment) -> Option<String> {
    match it.phase {
        Phase::Shadow => it.shadow.as_ref().map(shadow),
        Phase::Canary => it.canary.as_ref().map(|seen| stretch(seen, it.terms.canary)),
        Phase::Watching => it.watch.as_ref().map(|seen| stretch(seen, it.terms.watch)),
        _ => None,
    }
}

/// What a step back came to.
pub(crate) fn put_back(it: &Deployment) -> String {
    match it.phase {
        Phase::Deployed => format!("{}/{} is served by {} again", it.flow, it.step, it.to),
        _ => format!("deployment {} is taken back: {} stays in force", it.number, it.from),
    }
}

/// Where old and new differ, message by message.
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

fn stretch(seen: &Comparison, window: Window) -> String {
    let cost = |tally: &Tally| tally.mean_us().map_or_else(|| "–".to_owned(), |mean| format!("{mean:.1} µs"));
    format!(
        "{} of {} messages, {} failed, {} newly failing; {} a message against {}",
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
        shown.push_str("    the same JSON, written differently\n");
    }
    shown.extend(it.changes.iter().map(|change| format!("  {}", text::change(change))));
    shown
}
