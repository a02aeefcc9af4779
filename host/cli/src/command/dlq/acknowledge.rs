//! `gantry dlq acknowledge`

use clap::Args;
use gantry_core::DeadLetterId;

use super::Filter;
use super::selection::{BulkAction, Selection};
use crate::args::{HostArgs, Who};
use crate::exit::Failure;
use crate::output::Output;

/// Acknowledge dead letters: somebody is investigating them
#[derive(Debug, Args)]
pub(crate) struct Acknowledge {
    /// The dead letters' ids, or the ids of their messages
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub(crate) ids: Vec<DeadLetterId>,
    /// All open dead letters that match the filter
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) filter: Filter,
    #[command(flatten)]
    pub(crate) who: Who,
    /// Acknowledge many without asking for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Acknowledge {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let selection = Selection { ids: &self.ids, all: self.all, filter: &self.filter };
        let action = BulkAction { verb: "acknowledge", past: "acknowledged", yes: self.yes, always_ask: false };
        let by = self.who.name();
        selection.each(&self.host, output, &action, async |client, id| client.acknowledge(id, &by).await)
    }
}
