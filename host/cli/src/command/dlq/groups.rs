//! `gantry dlq groups`

use clap::Args;
use gantry_api::v1::{DeadLetterGroup, GroupFilter, GroupList, GroupState, Stage};
use gantry_core::{FlowName, TargetName};

use crate::args::HostArgs;
use crate::client;
use crate::coded::coded;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;

/// List dead letter groups: failures of one kind each, open ones first
#[derive(Debug, Args)]
pub(crate) struct Groups {
    /// Of this flow
    #[arg(long, value_name = "NAME")]
    pub(crate) flow: Option<FlowName>,
    /// In this state
    #[arg(long, value_parser = coded!(GroupState))]
    pub(crate) state: Option<GroupState>,
    /// Failed at this stage
    #[arg(long, value_parser = coded!(Stage))]
    pub(crate) stage: Option<Stage>,
    /// For this target
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<TargetName>,
    /// With this reason code
    #[arg(long)]
    pub(crate) code: Option<String>,
    /// Only groups that failed again after they were resolved
    #[arg(long)]
    pub(crate) regressed: bool,
    /// Most groups to list
    #[arg(long, default_value_t = 100, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Groups {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let filter = GroupFilter {
            flow: self.flow.clone(),
            state: self.state,
            stage: self.stage,
            target: self.target.clone(),
            code: self.code.clone(),
            regressed: self.regressed.then_some(true),
            limit: Some(self.limit.into()),
        };
        client::with(&self.host, output, async |client| {
            let list = client.groups(&filter).await?;
            Ok(output.print(&list, || table(&list))?)
        })
    }
}

fn table(list: &GroupList) -> String {
    if list.groups.is_empty() {
        return "no dead letter groups".to_owned();
    }
    let titles = ["FINGERPRINT", "STATE", "OPEN", "ALL", "FLOW", "STAGE", "CODE", "LAST SEEN", "REASON"];
    let mut rows = vec![titles.map(str::to_owned)];
    rows.extend(list.groups.iter().map(|group| {
        [
            group.fingerprint.clone(),
            state(group),
            group.counts.open.to_string(),
            group.counts.total().to_string(),
            group.flow.to_string(),
            group.stage.name().to_owned(),
            text::escape(&group.code),
            group.last_seen.to_string(),
            text::first_line(&group.text, 60),
        ]
    }));
    text::columns(&rows)
}

/// The state, with a mark for regressions.
pub(super) fn state(group: &DeadLetterGroup) -> String {
    let regressed = if group.regressed_at.is_some() { " (regressed)" } else { "" };
    format!("{}{regressed}", group.state.name())
}
