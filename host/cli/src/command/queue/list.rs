//! `gantry queue list`

use clap::Args;
use gantry_api::v1::{QueueList, QueueOrder, QueuePart, QueuedMessage};

use super::Filter;
use gantry_core::counted;

use crate::args::HostArgs;
use crate::client;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;

/// List the messages in the queue, the newest first, with what each waits for
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// The oldest first
    #[arg(long)]
    pub(crate) oldest: bool,
    /// Most messages to list
    #[arg(long, default_value_t = 100, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    /// Begin after this number, for the next page
    #[arg(long, value_name = "NUMBER")]
    pub(crate) after: Option<u64>,
    /// Only count them
    #[arg(long, conflicts_with_all = ["oldest", "limit", "after"])]
    pub(crate) count: bool,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl List {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let filter = self.filter.to_api();
        let order = if self.oldest { QueueOrder::Oldest } else { QueueOrder::Newest };
        let part = QueuePart { order: Some(order), after: self.after, limit: Some(self.limit.into()) };
        client::with(&self.host, output, async |client| {
            if self.count {
                let count = client.count_queued(&filter).await?;
                return Ok(output.print(&count, || counted(count.messages, "message"))?);
            }
            let list = client.queued(&filter, &part).await?;
            Ok(output.print(&list, || table(&list))?)
        })
    }
}

fn table(list: &QueueList) -> String {
    if list.messages.is_empty() {
        return "no messages in the queue".to_owned();
    }
    let mut rows = vec![["MESSAGE", "FLOW", "KEY", "QUEUED", "WAITS"].map(str::to_owned)];
    rows.extend(list.messages.iter().map(row));
    let mut table = text::columns(&rows);
    if let Some(next) = list.next {
        table.push_str(&format!("more: --after {next}\n"));
    }
    table
}

fn row(message: &QueuedMessage) -> [String; 5] {
    [
        message.id.to_string(),
        message.flow.to_string(),
        text::first_line(message.key.as_deref().unwrap_or_default(), 24),
        message.queued_at.to_string(),
        text::first_line(&message.wait.text, 100),
    ]
}
