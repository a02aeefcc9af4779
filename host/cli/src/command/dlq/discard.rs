//! `gantry dlq discard`

use clap::Args;
use gantry_core::DeadLetterId;

use super::Filter;
use super::chosen::{Asked, Chosen};
use crate::args::HostArgs;
use crate::exit::Failure;
use crate::output::Output;

/// Give dead letters up, with a reason: those named, or all that a filter finds
#[derive(Debug, Args)]
pub(crate) struct Discard {
    /// The dead letters' ids
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub(crate) ids: Vec<DeadLetterId>,
    /// Every open dead letter that the filter finds
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// Why; kept with the dead letter
    #[arg(long)]
    pub(crate) reason: String,
    /// Who asks [default: the user running the command]
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Don't ask
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Discard {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let chosen = Chosen { ids: &self.ids, all: self.all, filter: &self.filter };
        let asked = Asked { verb: "discard", past: "discarded", yes: self.yes, always_ask: true };
        let by = super::by(self.by.as_deref());
        chosen.each(&self.host, output, &asked, async |desk, id| desk.discard(id, &by, &self.reason).await)
    }
}
