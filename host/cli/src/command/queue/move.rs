//! `gantry queue move`

use clap::Args;
use gantry_api::v1::{QueueChangeRequest, QueueMoveRequest};
use gantry_core::FlowName;

use super::change::{Common, Which, Words};
use crate::exit::Failure;
use crate::output::Output;

/// Move messages to the end of another flow's queue, which processes them from the beginning
///
/// Replays, messages that a target already has a part of, and duplicates of messages in the other flow stay where they are.
#[derive(Debug, Args)]
pub(crate) struct Move {
    #[command(flatten)]
    pub(crate) which: Which,
    /// The flow that gets them; it must be in force
    #[arg(long, value_name = "FLOW")]
    pub(crate) to: FlowName,
    /// Why; kept in the audit
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) common: Common,
}

impl Move {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let words = Words { verb: "move", past: "moved" };
        let QueueChangeRequest { messages, filter, by, reason, .. } = self.which.request(&self.reason, &self.common);
        let mut request = QueueMoveRequest { to: self.to.clone(), messages, filter, after: None, by, reason };
        self.which.change(&self.common, output, &words, async |client, after| {
            request.after = after;
            client.move_queued(&request).await
        })
    }
}
