//! `gantry queue list|export|withdraw|discard|move`: the messages that wait.

mod change;
mod discard;
mod export;
mod list;
mod r#move;
mod withdraw;

use clap::{Args, Subcommand};
use gantry_api::v1;
use gantry_core::{FlowName, JobId, TargetName, Timestamp};

use crate::exit::Failure;
use crate::output::Output;
use crate::time;

/// The heading of the filter in `--help`.
const WHICH: &str = "Which messages";

/// Show what waits in the queue and why, and take it out
#[derive(Debug, Subcommand)]
pub(crate) enum Queue {
    List(list::List),
    Export(export::Export),
    Withdraw(withdraw::Withdraw),
    Discard(discard::Discard),
    Move(r#move::Move),
}

/// Which messages. All given options must match; without any, all messages match.
#[derive(Debug, Default, Args)]
pub(crate) struct Filter {
    /// Of this flow; it need not be in force any more
    #[arg(help_heading = WHICH, long, value_name = "FLOW")]
    pub(crate) flow: Option<FlowName>,
    /// With this ordering key
    #[arg(help_heading = WHICH, long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// With this dedupe key
    #[arg(help_heading = WHICH, long, value_name = "KEY")]
    pub(crate) dedupe_key: Option<String>,
    /// With a delivery to this target that is not done
    #[arg(help_heading = WHICH, long, value_name = "TARGET")]
    pub(crate) target: Option<TargetName>,
    /// Received by this source, for instance "webhook /shop/orders"
    #[arg(help_heading = WHICH, long, value_name = "SOURCE")]
    pub(crate) source: Option<String>,
    /// Put back into the queue by this job of `gantry dlq redrive`
    #[arg(help_heading = WHICH, long, value_name = "JOB")]
    pub(crate) job: Option<JobId>,
    /// Queued since this time: 2026-03-09T17:30:00Z, or 2h or 7d for two hours or seven days ago
    #[arg(help_heading = WHICH, long, value_name = "WHEN", value_parser = time::past)]
    pub(crate) since: Option<Timestamp>,
    /// Queued before this time
    #[arg(help_heading = WHICH, long, value_name = "WHEN", value_parser = time::past)]
    pub(crate) until: Option<Timestamp>,
}

impl Queue {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(output),
            Self::Export(export) => export.run(output),
            Self::Withdraw(withdraw) => withdraw.run(output),
            Self::Discard(discard) => discard.run(output),
            Self::Move(transfer) => transfer.run(output),
        }
    }
}

impl Filter {
    /// The filter in the form of the admin API.
    fn to_api(&self) -> v1::QueueFilter {
        v1::QueueFilter {
            flow: self.flow.clone(),
            source: self.source.clone(),
            key: self.key.clone(),
            dedupe_key: self.dedupe_key.clone(),
            target: self.target.clone(),
            job: self.job,
            since: self.since,
            until: self.until,
        }
    }
}
