//! `gantry queue withdraw`

use clap::Args;

use super::change::{Common, Which, Words};
use crate::exit::Failure;
use crate::output::Output;

/// Take messages out of the queue: they become dead letters that are acknowledged, with code `withdrawn`
///
/// A message that was replayed becomes the dead letter that it was before: this takes a redrive back.
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Why; kept with the dead letters
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) common: Common,
}

impl Withdraw {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let words = Words { verb: "withdraw", past: "withdrawn" };
        let mut request = self.which.request(&self.reason, &self.common);
        self.which.change(&self.common, output, &words, async |client, after| {
            request.after = after;
            client.withdraw_queued(&request).await
        })
    }
}
