//! `gantry queue export`

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use gantry_api::v1::{QueueOrder, QueuePart};

use super::Filter;
use crate::args::HostArgs;
use crate::client;
use crate::command::dlq::export::{ndjson_writer, write_lines};
use crate::exit::Failure;
use crate::output::Output;

/// Messages fetched at once, with their payloads.
const PAGE: usize = 200;

/// Write messages in the queue as NDJSON, one per line, for `gantry dlq import`; they stay in the queue
///
/// Each is written as the dead letter that it would be if it were withdrawn. To process them elsewhere, withdraw or discard
/// them here afterwards, or they are processed twice.
#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// The file to write; must not exist yet [default: the standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Export {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let mut out = ndjson_writer(self.output.as_deref())?;
        let filter = self.filter.to_api();
        let mut part = QueuePart { order: Some(QueueOrder::Oldest), after: None, limit: Some(PAGE) };
        client::with(&self.host, output, async |client| {
            loop {
                let page = client.export_queued(&filter, &part).await?;
                write_lines(&mut out, &page.dead_letters)?;
                if page.next.is_none() {
                    return Ok(out.flush()?);
                }
                part.after = page.next;
            }
        })
    }
}
