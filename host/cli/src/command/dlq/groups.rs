//! `gantry dlq groups`

use clap::Args;
use gantry_api::v1::{DeadLetterGroup, GroupFilter, GroupList, GroupState, ReasonKind, Stage};
use gantry_core::{FlowName, TargetName};

use crate::args::HostArgs;
use crate::client;
use crate::coded::coded;
use crate::exit::Failure;
use crate::output::{Format, Output};
use crate::text;

/// List dead letter groups: failures of one kind each, open ones first; without those in which nothing is left to do
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
    /// Also those in which nothing is left to do: no dead letter is open, acknowledged or being replayed
    #[arg(long)]
    pub(crate) all: bool,
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
            unsettled: self.hides_settled().then_some(true),
        };
        client::with(&self.host, output, async |client| {
            let list = client.groups(&filter).await?;
            match output.format {
                Format::Json => Ok(output.json(&list)?),
                Format::Human => Ok(output.write_table(&table(&list))?),
            }
        })
    }

    /// Groups that were resolved or ignored, or that came back, are wanted whatever is left of them.
    fn hides_settled(&self) -> bool {
        let is_after_them = matches!(self.state, Some(GroupState::Resolved | GroupState::Ignored)) || self.regressed;
        !(self.all || is_after_them)
    }
}

fn table(list: &GroupList) -> String {
    if list.groups.is_empty() {
        return "no dead letter groups".to_owned();
    }
    let titles = ["FINGERPRINT", "STATE", "OPEN", "ALL", "FLOW", "STAGE", "CODE", "KIND", "LAST SEEN", "SAMPLE"];
    let mut rows = vec![titles.map(str::to_owned)];
    rows.extend(list.groups.iter().map(|group| {
        [
            group.fingerprint.clone(),
            state(group),
            group.counts.open.to_string(),
            group.counts.total().to_string(),
            group.flow.to_string(),
            group.stage.name().to_owned(),
            group.code.clone(),
            text::first_line(group.kind.as_ref().map_or(group.text.as_str(), ReasonKind::text), 50),
            group.last_seen.to_string(),
            group.sample.map(|sample| sample.to_string()).unwrap_or_default(),
        ]
    }));
    text::columns(&rows)
}

/// The state, with a mark for regressions, and the end of an acknowledgement.
pub(super) fn state(group: &DeadLetterGroup) -> String {
    let regressed = if group.regressed_at.is_some() { " (regressed)" } else { "" };
    let until = group.acknowledged_until.map(|until| format!(" until {until}")).unwrap_or_default();
    format!("{}{regressed}{until}", group.state.name())
}
