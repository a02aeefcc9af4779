//! `gantry dlq acknowledge`

use clap::Args;
use gantry_core::DeadLetterId;

use super::Filter;
use super::chosen::{Asked, Chosen};
use crate::args::{HostArgs, Who};
use crate::exit::Failure;
use crate::output::Output;

/// Take note of dead letters: somebody looks into them
#[derive(Debug, Args)]
pub(crate) struct Acknowledge {
    /// The dead letters' ids
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub(crate) ids: Vec<DeadLetterId>,
    /// Every open dead letter that the filter finds
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) filter: Filter,
    #[command(flatten)]
    pub(crate) who: Who,
    /// Don't ask before acknowledging many
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Acknowledge {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let chosen = Chosen { ids: &self.ids, all: self.all, filter: &self.filter };
        let asked = Asked { verb: "acknowledge", past: "acknowledged", yes: self.yes, always_ask: false };
        let by = self.who.name();
        chosen.each(&self.host, output, &asked, async |client, id| client.acknowledge(id, &by).await)
    }
}
