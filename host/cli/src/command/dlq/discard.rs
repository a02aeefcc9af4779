//! `gantry dlq discard`

use clap::Args;
use gantry_api::v1::{JobKind, NewJob};
use gantry_core::DeadLetterId;

use super::selection::{self, BulkAction, Selection};
use super::{Filter, job};
use crate::args::{HostArgs, Who};
use crate::client;
use crate::exit::Failure;
use crate::output::Output;

/// Discard dead letters, with a reason: those with the given ids, or all that match a filter
#[derive(Debug, Args)]
pub(crate) struct Discard {
    /// The dead letters' ids, or the ids of their messages
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub(crate) ids: Vec<DeadLetterId>,
    /// All open and acknowledged dead letters that match the filter, as a job
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// Why; kept with the dead letter
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) who: Who,
    /// Discard without asking for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Discard {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        if self.all {
            return self.run_job(output);
        }
        let selection = Selection { ids: &self.ids, all: false, filter: &self.filter };
        let action = BulkAction { verb: "discard", past: "discarded", yes: self.yes, always_ask: true };
        let by = self.who.name();
        selection.each(&self.host, output, &action, async |client, id| client.discard(id, &by, &self.reason).await)
    }

    /// Discards all that match the filter as one job, and waits for its end.
    fn run_job(&self, output: &Output) -> Result<(), Failure> {
        let new = NewJob {
            kind: JobKind::Discard,
            filter: self.filter.to_api(),
            by: self.who.name(),
            reason: self.reason.clone(),
            rate: None,
            most_replays: None,
            force: false,
            max_failed_percent: None,
            patch: None,
            replay: false,
        };
        client::with(&self.host, output, async |client| {
            selection::confirm_all(client, "discard", &new.filter, self.yes).await?;
            let job = client.start_job(new).await?;
            let job = job::watch(client, job, output).await?;
            Ok(output.print(&job, || job::page(&job))?)
        })
    }
}
