//! `gantry dlq redrive`

use clap::Args;
use gantry_api::v1::{JobKind, NewJob};

use super::{Filter, chosen, job};
use crate::args::{HostArgs, Who};
use crate::client;
use crate::exit::Failure;
use crate::output::Output;

/// Letters a second unless another rate is given: a target that has just come back is not run down again.
const RATE: u32 = 50;

/// Put all dead letters that a filter finds now back into the queue, as a job: at a rate, with progress, once each
#[derive(Debug, Args)]
pub(crate) struct Redrive {
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// Letters a second, at most; 0: as fast as the host can
    #[arg(long, value_name = "NUMBER", default_value_t = RATE)]
    pub(crate) rate: u32,
    /// Hold back letters that were replayed so often already
    #[arg(long, value_name = "COUNT", default_value_t = gantry_store::MOST_REPLAYS)]
    pub(crate) most_replays: u32,
    /// Redrive even those
    #[arg(long)]
    pub(crate) force: bool,
    /// Wait until the job has ended and every message it redrove has come to an end
    #[arg(long)]
    pub(crate) wait: bool,
    #[command(flatten)]
    pub(crate) who: Who,
    /// Don't ask
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Redrive {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let new = NewJob {
            kind: JobKind::Redrive,
            filter: self.filter.wanted(),
            by: self.who.name(),
            reason: String::new(),
            rate: (self.rate > 0).then_some(self.rate),
            most_replays: Some(self.most_replays),
            force: self.force,
        };
        client::with(&self.host, output, async |client| {
            chosen::confirm_all(client, "redrive", &new.filter, self.yes).await?;
            let started = client.start_job(new).await?;
            if !client.is_running() {
                output.complain("no host runs on this data directory: the job begins when it starts");
            }
            let told =
                if self.wait && client.is_running() { job::watch(client, started, output).await? } else { started };
            Ok(output.print(&told, || job::page(&told))?)
        })
    }
}
