//! `gantry dlq redrive --dry-run` and `gantry dlq replay --dry-run`: what a replay would come to with the flows in force.
//! Nothing is sent and no dead letter changes.

use gantry_api::v1::{DryOutcome, DryReplayReport, DryReplayRequest, DrySample};
use gantry_core::counted;

use crate::args::HostArgs;
use crate::client;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::text;

/// Most broken rules shown of one outcome.
const RULES: usize = 5;

/// Asks the running host, which has the plugins in force; ends with 8 if any would fail again.
pub(super) fn run(request: &DryReplayRequest, host: &HostArgs, output: &Output) -> Result<(), Failure> {
    client::with_host(host, output, async |client| {
        let report = client.dry_replay(request).await?;
        output.print(&report, || page(&report))?;
        if report.failing == 0 { Ok(()) } else { Err(Failure::said(Exit::CriteriaMissed)) }
    })
}

pub(super) fn page(report: &DryReplayReport) -> String {
    let total = counted(report.total, "dead letter");
    let examined = if report.examined < report.total {
        format!(", {} of them were examined", report.examined)
    } else {
        String::new()
    };
    let mut page = format!(
        "{total} would be replayed{examined}: {} would fail again before anything is sent. Nothing was sent.\n",
        report.failing
    );
    if !report.outcomes.is_empty() {
        page.push('\n');
        page.push_str(&table(&report.outcomes));
    }
    page.push_str(&report.outcomes.iter().map(violations).collect::<String>());
    page.push_str(&report.sample.as_ref().map(sample).unwrap_or_default());
    page
}

fn table(outcomes: &[DryOutcome]) -> String {
    let titles = ["LETTERS", "OUTCOME", "FLOW", "TARGETS", "CODE", "SAMPLE", "REASON"];
    let mut rows = vec![titles.map(str::to_owned)];
    rows.extend(outcomes.iter().map(|outcome| {
        [
            outcome.dead_letters.to_string(),
            outcome.kind.name().to_owned(),
            outcome.flow.to_string(),
            outcome.targets.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
            outcome.code.clone(),
            outcome.sample.to_string(),
            text::first_line(&outcome.text, 80),
        ]
    }));
    text::columns(&rows)
}

fn violations(outcome: &DryOutcome) -> String {
    if outcome.violations.is_empty() {
        return String::new();
    }
    let shown = outcome.violations.iter().take(RULES);
    let rows: Vec<_> =
        shown.map(|rule| [format!("  {}", rule.path), rule.code.clone(), text::first_line(&rule.text, 80)]).collect();
    let more = outcome.violations.len().saturating_sub(RULES);
    let more = if more > 0 { format!("  and {more} more\n") } else { String::new() };
    format!("\nbroken by {}\n{}{more}", outcome.sample, text::columns(&rows))
}

fn sample(sample: &DrySample) -> String {
    let bodies = sample
        .deliveries
        .iter()
        .map(|delivery| text::payload(&format!("to {}", delivery.target), &delivery.content_type, &delivery.payload));
    format!("\nwhat would be sent for {}\n{}", sample.dead_letter, bodies.collect::<String>())
}
