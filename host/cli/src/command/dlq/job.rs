//! `gantry dlq job`

use std::io::IsTerminal as _;
use std::time::Duration;

use clap::{Args, ValueEnum};
use gantry_api::v1::{self as api, JobState};
use gantry_core::JobId;

use super::inapplicable::inapplicable;
use crate::args::{HostArgs, Who};
use crate::client::{self, Client, ClientError};
use crate::exit::{Exit, Failure};
use crate::output::{Format, Output};
use crate::text;

/// How often the job is queried while waiting.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// After how many queries it is said where to look why the messages of a job that has ended don't end: five seconds.
const POLLS_UNTIL_ASKED_WHY: u32 = 20;

/// Show the progress of a job, wait for its end, or cancel, hold or resume it
#[derive(Debug, Args)]
pub(crate) struct Job {
    /// The job's id
    #[arg(value_name = "ID")]
    pub(crate) id: JobId,
    /// The action; without it, the job is shown
    #[arg(value_enum)]
    pub(crate) action: Option<Action>,
    /// Why; kept in the audit
    #[arg(long, value_name = "TEXT", requires = "action", default_value = "", hide_default_value = true)]
    pub(crate) note: String,
    /// Wait until the job and all messages that it redrove have ended; ends with 8 if any failed again
    #[arg(long, conflicts_with = "action")]
    pub(crate) wait: bool,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

/// An action on a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Action {
    /// Cancel it; what it did before stays done
    Cancel,
    /// Let it do nothing more until it is resumed
    Hold,
    /// Let it go on after a hold
    Resume,
}

impl Action {
    const fn path(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Hold => "hold",
            Self::Resume => "resume",
        }
    }
}

impl Job {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let by = self.who.name();
        client::with(&self.host, output, async |client| {
            let job = match self.action {
                Some(action) => client.command_job(self.id, action.path(), &by, &self.note).await?,
                None => client.job(self.id).await?,
            };
            let is_awaited = self.wait && client.is_running();
            let job = if is_awaited { watch(client, job, output).await? } else { job };
            output.print(&job, || page(&job))?;
            if is_awaited { outcome(&job) } else { Ok(()) }
        })
    }
}

/// Waits for the end of a job and of all messages that it redrove; shows the progress on a terminal.
pub(super) async fn watch(client: &Client, mut job: api::Job, output: &Output) -> Result<api::Job, ClientError> {
    let shown = output.format == Format::Human && std::io::stderr().is_terminal();
    let mut last = String::new();
    let mut polls_since_its_end = 0;
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
        polls_since_its_end += u32::from(job.state != JobState::Running);
        if polls_since_its_end == POLLS_UNTIL_ASKED_WHY {
            output.complain(&format!("waiting for messages in flight: {}", in_flight(&job)));
        }
        tokio::time::sleep(POLL_INTERVAL).await;
        job = client.job(job.id).await?;
    }
    Ok(job)
}

/// The exit code of a command that waited for a job.
pub(super) fn outcome(job: &api::Job) -> Result<(), Failure> {
    let is_applied = job.total == 0 || job.not_applicable < job.total;
    let is_good = job.state == JobState::Finished && job.failed_again == 0 && job.left_out == 0 && is_applied;
    if is_good { Ok(()) } else { Err(Failure::said(Exit::CriteriaMissed)) }
}

/// How many dead letters a redrive left where they are, and why.
fn left_out(job: &api::Job) -> String {
    match job.left_out {
        0 => String::new(),
        count => format!("{count} of them, whose flows don't run: `gantry flow list`"),
    }
}

/// How many of its messages have not ended, and the command that says what each waits for.
fn in_flight(job: &api::Job) -> String {
    match job.in_flight() {
        0 if job.is_replaying() => "0".to_owned(),
        0 => String::new(),
        count => format!("{count}; what they wait for: gantry queue list --job {}", job.id),
    }
}

/// All details of a job.
pub(super) fn page(job: &api::Job) -> String {
    let if_any = |count: u64| if count > 0 { count.to_string() } else { String::new() };
    let redrive = job.is_replaying();
    let if_redrive = |count: u64| if redrive { count.to_string() } else { String::new() };
    let rate =
        job.rate.map_or_else(|| "as fast as the host can".to_owned(), |rate| format!("at most {rate} per second"));
    let mut page = text::fields(&[
        ("job", job.id.to_string()),
        ("kind", job.kind.name().to_owned()),
        ("state", job.state.name().to_owned()),
        ("by", job.by.clone()),
        ("reason", job.reason.clone()),
        ("began", job.created_at.to_string()),
        ("ended", job.ended_at.map(|at| at.to_string()).unwrap_or_default()),
        ("cancelled by", job.cancelled_by.clone().unwrap_or_default()),
        ("held", job.hold.as_ref().map(hold).unwrap_or_default()),
        ("rate", if redrive { rate } else { String::new() }),
        ("dead letters", job.total.to_string()),
        ("done", job.done.to_string()),
        ("left", job.left().to_string()),
        ("held back", if_any(job.held_back)),
        ("passed over", if_any(job.passed_over)),
        ("left out", left_out(job)),
        ("not applicable", if_any(job.not_applicable)),
        ("patch", job.patch.as_ref().map(|patch| text::first_line(patch.0.get(), 100)).unwrap_or_default()),
        ("replays", if job.replay { "each with the edited payload".to_owned() } else { String::new() }),
        ("resolved", if_redrive(job.resolved)),
        ("failed again", if_redrive(job.failed_again)),
        ("withdrawn", if_redrive(job.withdrawn)),
        ("in flight", in_flight(job)),
    ]);
    page.push_str(&inapplicable(&job.inapplicable, job.not_applicable));
    if job.state == JobState::Running {
        page.push_str(&format!("\nwatch it with:  gantry dlq job {} --wait\n", job.id));
    }
    if job.state == JobState::Held {
        page.push_str(&format!("\ngo on with:  gantry dlq job {} resume\n", job.id));
    }
    page
}

fn hold(hold: &api::JobHold) -> String {
    let by = hold.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    format!("{}{by}: {}", hold.at, hold.reason)
}
