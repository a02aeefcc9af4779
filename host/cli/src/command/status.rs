//! `gantry status`: what needs somebody, on one page.

use clap::Args;
use gantry_api::v1::{AlertSeverity, Finding, LookedAt, StatusReport};
use gantry_config::show_roughly;
use gantry_core::{Timestamp, counted};

use crate::args::HostArgs;
use crate::client;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::text;

/// Show what needs somebody: what is wrong, since when, whose it is, and which command comes next
///
/// Ends with 10 if something needs somebody, and with 5 if no host runs; then it shows what the store holds. What needs
/// nobody yet (INFO) is shown and doesn't count.
#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Status {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        client::with(&self.host, output, async |client| {
            let report = client.status().await?;
            output.print(&report, || page(&report))?;
            match report.severity {
                _ if !client.is_running() => Err(Failure::said(Exit::HostUnreachable)),
                None | Some(AlertSeverity::Info) => Ok(()),
                Some(_) => Err(Failure::said(Exit::Attention)),
            }
        })
    }
}

fn page(report: &StatusReport) -> String {
    let StatusReport { at, instance, findings, looked_at, .. } = report;
    let urgent = findings.iter().filter(|finding| finding.severity != AlertSeverity::Info).count();
    let host = instance.as_deref().map(|instance| format!("{instance}: ")).unwrap_or_default();
    let head = match urgent {
        0 => format!("{host}all is well at {at}. Looked at {}", counts(looked_at)),
        1 => format!("{host}1 thing needs somebody at {at}"),
        many => format!("{host}{many} things need somebody at {at}"),
    };
    let mut parts = vec![head];
    parts.extend(findings.iter().map(|finding| shown(finding, *at)));
    if urgent > 0 {
        parts.push(format!("Looked at {}", counts(looked_at)));
    }
    parts.join("\n\n")
}

fn shown(finding: &Finding, now: Timestamp) -> String {
    let Finding { kind, severity, flow, about, summary, since, owner, next, runbook } = finding;
    let place =
        [flow.as_ref().map(ToString::to_string), about.clone()].into_iter().flatten().collect::<Vec<_>>().join("/");
    let since = since.map(|since| format!("since {since}, for {}", show_roughly(now.since(since))));
    let head = [severity.to_string().to_uppercase(), kind.to_string(), place, since.unwrap_or_default()];
    let head = head.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ");
    let mut lines = vec![head, format!("  {}", text::first_line(summary, 400))];
    lines.extend(owner.as_ref().map(|owner| format!("  owner:   {owner}")));
    lines.push(format!("  next:    {next}"));
    lines.extend(runbook.as_ref().map(|runbook| format!("  runbook: {runbook}")));
    lines.join("\n")
}

/// `3 flows, 4 targets, 0 queued messages, …`
fn counts(looked_at: &LookedAt) -> String {
    let LookedAt { flows, targets, queued, open_dead_letters, jobs, deployments, alerts } = *looked_at;
    let all = [
        (flows, "flow"),
        (targets, "target"),
        (queued, "queued message"),
        (open_dead_letters, "open dead letter"),
        (jobs, "job"),
        (deployments, "deployment"),
        (alerts, "alert"),
    ];
    all.map(|(count, noun)| counted(count, noun)).join(", ")
}
