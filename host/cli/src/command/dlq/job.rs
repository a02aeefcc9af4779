//! `gantry dlq job`

use std::io::IsTerminal as _;
use std::time::Duration;

use clap::{Args, ValueEnum};
use gantry_api::v1::{self as api, JobKind, JobState};
use gantry_core::JobId;

use crate::args::{HostArgs, Who};
use crate::client::{self, Client, ClientError};
use crate::exit::Failure;
use crate::output::{Format, Output};
use crate::text;

/// How often a job that is waited for is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Show how far a job has got, wait for its end, or cancel it
#[derive(Debug, Args)]
pub(crate) struct Job {
    /// Its id
    #[arg(value_name = "ID")]
    pub(crate) id: JobId,
    /// What to do with it; without it, it is shown
    #[arg(value_enum)]
    pub(crate) action: Option<Action>,
    /// Wait until it has ended and every message it redrove has come to an end
    #[arg(long, conflicts_with = "action")]
    pub(crate) wait: bool,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

/// What can be done with a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Action {
    /// Stop it; what it did until then stands
    Cancel,
}

impl Job {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let by = self.who.name();
        client::with(&self.host, output, async |client| {
            let job = match self.action {
                Some(Action::Cancel) => client.cancel_job(self.id, &by).await?,
                None => client.job(self.id).await?,
            };
            let job = if self.wait && client.is_running() { watch(client, job, output).await? } else { job };
            Ok(output.print(&job, || page(&job))?)
        })
    }
}

/// Waits for the end of a job and of everything it redrove, and shows its progress to people at a terminal.
pub(super) async fn watch(client: &Client, mut job: api::Job, output: &Output) -> Result<api::Job, ClientError> {
    let shown = output.format == Format::Human && std::io::stderr().is_terminal();
    let mut last = String::new();
    while job.state == JobState::Running || job.in_flight() > 0 {
        let line = format!(
            "{}/{} done, {} resolved, {} failed again, {} in flight",
            job.done,
            job.total,
            job.resolved,
            job.failed_again,
            job.in_flight()
        );
        if shown && line != last {
            output.complain(&line);
            last = line;
        }
        tokio::time::sleep(LOOK_EVERY).await;
        job = client.job(job.id).await?;
    }
    Ok(job)
}

/// Everything there is to say of a job.
pub(super) fn page(job: &api::Job) -> String {
    let some = |count: u64| if count > 0 { count.to_string() } else { String::new() };
    let redrive = job.kind == JobKind::Redrive;
    let only = |count: u64| if redrive { count.to_string() } else { String::new() };
    let rate = job.rate.map_or_else(|| "as fast as the host can".to_owned(), |rate| format!("{rate} a second at most"));
    let mut page = text::fields(&[
        ("job", job.id.to_string()),
        ("kind", kind(job).to_owned()),
        ("state", job.state.name().to_owned()),
        ("by", text::escape(&job.by)),
        ("reason", text::escape(&job.reason)),
        ("began", job.created_at.to_string()),
        ("ended", job.ended_at.map(|at| at.to_string()).unwrap_or_default()),
        ("cancelled by", job.cancelled_by.as_deref().map(text::escape).unwrap_or_default()),
        ("rate", if redrive { rate } else { String::new() }),
        ("letters", job.total.to_string()),
        ("done", job.done.to_string()),
        ("left", job.left().to_string()),
        ("held back", some(job.held_back)),
        ("passed over", some(job.passed_over)),
        ("resolved", only(job.resolved)),
        ("failed again", only(job.failed_again)),
        ("in flight", only(job.in_flight())),
    ]);
    if job.state == JobState::Running {
        page.push_str(&format!("\nwatch it with:  gantry dlq job {} --wait\n", job.id));
    }
    page
}

/// The kind in a word.
pub(super) const fn kind(job: &api::Job) -> &'static str {
    match job.kind {
        JobKind::Redrive => "redrive",
        JobKind::Discard => "discard",
    }
}
