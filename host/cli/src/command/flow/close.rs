//! `gantry flow close`

use clap::Args;
use gantry_api::v1::CloseIntakeRequest;
use gantry_core::FlowName;

use super::closed_by;
use crate::args::{HostArgs, Who};
use crate::client;
use crate::exit::Failure;
use crate::output::Output;

/// Close the intake of a flow: its senders get 503 and its files wait, while it processes what it has
#[derive(Debug, Args)]
pub(crate) struct Close {
    /// The flow
    #[arg(value_name = "FLOW")]
    pub(crate) flow: FlowName,
    /// Why; recorded with the closure
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Close {
    pub(super) fn run(&self, output: &Output) -> Result<(), Failure> {
        let request = CloseIntakeRequest { by: self.who.name(), reason: self.reason.clone() };
        client::with(&self.host, output, async |client| {
            let closure = client.close_intake(&self.flow, &request).await?;
            Ok(output.print(&closure, || format!("{} takes nothing in: {}", self.flow, closed_by(&closure)))?)
        })
    }
}
