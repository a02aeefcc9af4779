//! `gantry queue discard`

use clap::Args;

use super::change::{Common, Which, Words};
use crate::exit::Failure;
use crate::output::Output;

/// Discard messages that are in the queue, with a reason; a record of each is kept, as of a discarded dead letter
#[derive(Debug, Args)]
pub(crate) struct Discard {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Why; kept with the dead letters
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) common: Common,
}

impl Discard {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let words = Words { verb: "discard", past: "discarded" };
        let mut request = self.which.request(&self.reason, &self.common);
        self.which.change(&self.common, output, &words, async |client, after| {
            request.after = after;
            client.discard_queued(&request).await
        })
    }
}
