//! `gantry dedupe list|release`: the values by which duplicates are recognised.

use clap::{Args, Subcommand};
use gantry_api::v1::{DedupeQuery, DedupeValue, DedupeValueList, MessageState, ReleaseRequest};
use gantry_core::FlowName;

use crate::args::{HostArgs, Who};
use crate::client;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;

/// List and release the values by which duplicates are recognised
#[derive(Debug, Subcommand)]
pub(crate) enum Dedupe {
    List(List),
    Release(Release),
}

/// List values with the messages that they belong to, those that expire first first
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only values of this flow
    #[arg(long, value_name = "FLOW")]
    pub(crate) flow: Option<FlowName>,
    /// Only this value
    #[arg(long, value_name = "VALUE", requires = "flow")]
    pub(crate) value: Option<String>,
    /// Most values to list
    #[arg(long, default_value_t = 100, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

/// Release a value: the next message with it is not a duplicate
#[derive(Debug, Args)]
pub(crate) struct Release {
    /// The flow
    #[arg(value_name = "FLOW")]
    pub(crate) flow: FlowName,
    /// The value
    #[arg(value_name = "VALUE")]
    pub(crate) value: String,
    /// Why; kept in the audit
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) note: String,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Dedupe {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(output),
            Self::Release(release) => release.run(output),
        }
    }
}

impl List {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        let limit = Some(usize::from(self.limit));
        let query = DedupeQuery { flow: self.flow.clone(), value: self.value.clone(), limit };
        client::with(&self.host, output, async |client| {
            let list = client.dedupe_values(&query).await?;
            Ok(output.print(&list, || table(&list))?)
        })
    }
}

impl Release {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        let request = ReleaseRequest {
            flow: self.flow.clone(),
            value: self.value.clone(),
            by: self.who.name(),
            note: self.note.clone(),
        };
        client::with(&self.host, output, async |client| {
            let released = client.release_dedupe_value(&request).await?;
            Ok(output.print(&released, || format!("released; it belonged to message {}", released.message))?)
        })
    }
}

fn table(list: &DedupeValueList) -> String {
    if list.values.is_empty() {
        return "no values".to_owned();
    }
    let mut rows = vec![["FLOW", "VALUE", "MESSAGE", "STATE", "UNTIL"].map(str::to_owned)];
    rows.extend(list.values.iter().map(row));
    text::columns(&rows)
}

fn row(value: &DedupeValue) -> [String; 5] {
    [
        value.flow.to_string(),
        text::first_line(&value.value, 60),
        value.message.to_string(),
        value.state.map_or("no longer known", MessageState::name).to_owned(),
        value.expires_at.to_string(),
    ]
}
