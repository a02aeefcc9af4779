//! `gantry dlq redrive`

use clap::Args;
use gantry_api::v1::{DryReplayRequest, JobKind, NewJob};

use super::{Filter, dry_replay, job, selection};
use crate::args::{HostArgs, Who};
use crate::client;
use crate::exit::Failure;
use crate::output::Output;

/// The default rate, in dead letters per second: a target that has just recovered must not be overloaded again.
const RATE: u32 = 50;

/// Replay all dead letters that match a filter now, as a job with a limited rate
#[derive(Debug, Args)]
pub(crate) struct Redrive {
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// Most dead letters per second; 0: as fast as the host can
    #[arg(long, value_name = "NUMBER", default_value_t = RATE)]
    pub(crate) rate: u32,
    /// Hold back dead letters that were already replayed this many times
    #[arg(long, value_name = "COUNT", default_value_t = gantry_store::MOST_REPLAYS)]
    pub(crate) most_replays: u32,
    /// Redrive those as well
    #[arg(long)]
    pub(crate) force: bool,
    /// Hold the job when more than this many of a hundred messages fail again; 100: never
    #[arg(long, value_name = "PERCENT", default_value_t = gantry_store::MAX_FAILED_PERCENT, value_parser = clap::value_parser!(u8).range(..=100))]
    pub(crate) max_failed: u8,
    /// Send and change nothing: run up to 1000 of them through the flows in force, and tell what would happen; ends with 8 if
    /// any would fail again
    #[arg(long, conflicts_with = "wait")]
    pub(crate) dry_run: bool,
    /// Wait until the job and all messages that it redrove have ended; ends with 8 if any failed again
    #[arg(long)]
    pub(crate) wait: bool,
    #[command(flatten)]
    pub(crate) who: Who,
    /// Redrive without asking for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Redrive {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        if self.dry_run {
            let request = DryReplayRequest { filter: self.filter.to_api(), ..DryReplayRequest::default() };
            return dry_replay::run(&request, &self.host, output);
        }
        let new = NewJob {
            kind: JobKind::Redrive,
            filter: self.filter.to_api(),
            by: self.who.name(),
            reason: String::new(),
            rate: (self.rate > 0).then_some(self.rate),
            most_replays: Some(self.most_replays),
            force: self.force,
            max_failed_percent: Some(self.max_failed),
            patch: None,
            replay: false,
        };
        client::with(&self.host, output, async |client| {
            selection::confirm_all(client, "redrive", &new.filter, self.yes).await?;
            let started = client.start_job(new).await?;
            if !client.is_running() {
                output.complain("no host runs on this data directory: the job begins when it starts");
            }
            let is_awaited = self.wait && client.is_running();
            let job = if is_awaited { job::watch(client, started, output).await? } else { started };
            output.print(&job, || job::page(&job))?;
            if is_awaited { job::outcome(&job) } else { Ok(()) }
        })
    }
}
