//! `gantry dlq jobs`

use clap::Args;
use gantry_api::v1::JobList;

use crate::args::HostArgs;
use crate::client;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;

/// List jobs on dead letters, newest first
#[derive(Debug, Args)]
pub(crate) struct Jobs {
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Jobs {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        client::with(&self.host, output, async |client| {
            let list = client.jobs().await?;
            Ok(output.print(&list, || table(&list))?)
        })
    }
}

fn table(list: &JobList) -> String {
    if list.jobs.is_empty() {
        return "no jobs".to_owned();
    }
    let titles = ["ID", "KIND", "STATE", "DONE", "LEFT", "RESOLVED", "FAILED AGAIN", "BEGAN", "BY"];
    let mut rows = vec![titles.map(str::to_owned)];
    rows.extend(list.jobs.iter().map(|job| {
        [
            job.id.to_string(),
            job.kind.name().to_owned(),
            job.state.name().to_owned(),
            format!("{}/{}", job.done, job.total),
            job.left().to_string(),
            job.resolved.to_string(),
            job.failed_again.to_string(),
            job.created_at.to_string(),
            job.by.clone(),
        ]
    }));
    text::columns(&rows)
}
