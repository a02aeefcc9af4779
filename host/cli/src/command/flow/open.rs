//! `gantry flow open`

use clap::Args;
use gantry_api::v1::CloseIntakeRequest;
use gantry_core::FlowName;

use super::closed_by;
use crate::args::{HostArgs, Who};
use crate::client;
use crate::exit::Failure;
use crate::output::Output;

/// Open the intake of a flow again
#[derive(Debug, Args)]
pub(crate) struct Open {
    /// The flow
    #[arg(value_name = "FLOW")]
    pub(crate) flow: FlowName,
    /// Why; kept in the audit
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Open {
    pub(super) fn run(&self, output: &Output) -> Result<(), Failure> {
        let request = CloseIntakeRequest { by: self.who.name(), reason: self.reason.clone() };
        client::with(&self.host, output, async |client| {
            let before = client.open_intake(&self.flow, &request).await?;
            Ok(output.print(&before, || match &before {
                Some(closure) => format!("{} takes messages in again; it was {}", self.flow, closed_by(closure)),
                None => format!("{} was not closed", self.flow),
            })?)
        })
    }
}
