//! `gantry flow close|open`

use clap::Args;
use gantry_api::v1::{CloseIntakeRequest, IntakeClosure};
use gantry_core::FlowName;

use crate::args::{HostArgs, Who};
use crate::client;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;

/// Close the intake of a flow: its senders get 503 and its files wait, while it processes what it has
#[derive(Debug, Args)]
pub(crate) struct Close {
    /// The flow
    #[arg(value_name = "FLOW")]
    flow: FlowName,
    /// Why; recorded with the closure
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    host: HostArgs,
}

/// Open the intake of a flow again
#[derive(Debug, Args)]
pub(crate) struct Open {
    /// The flow
    #[arg(value_name = "FLOW")]
    flow: FlowName,
    /// Why; kept in the audit
    #[arg(long, default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    host: HostArgs,
}

impl Close {
    pub(super) fn run(&self, output: &Output) -> Result<(), Failure> {
        let request = CloseIntakeRequest { by: self.who.name(), reason: self.reason.clone() };
        client::with(&self.host, output, async |client| {
            let closure = client.close_intake(&self.flow, &request).await?;
            Ok(output.print(&closure, || format!("{} takes nothing in: {}", self.flow, account(&closure)))?)
        })
    }
}

impl Open {
    pub(super) fn run(&self, output: &Output) -> Result<(), Failure> {
        let request = CloseIntakeRequest { by: self.who.name(), reason: self.reason.clone() };
        client::with(&self.host, output, async |client| {
            let before = client.open_intake(&self.flow, &request).await?;
            Ok(output.print(&before, || match &before {
                Some(closure) => format!("{} takes messages in again; it was {}", self.flow, account(closure)),
                None => format!("{} was not closed", self.flow),
            })?)
        })
    }
}

/// `closed by anna at …: stocktaking`
fn account(IntakeClosure { at, by, reason }: &IntakeClosure) -> String {
    format!("closed by {by} at {at}: {}", text::escape(reason))
}
