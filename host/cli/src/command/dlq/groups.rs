//! `gantry dlq groups`

use clap::{Args, ValueEnum};
use gantry_api::v1::{DeadLetterGroup, GroupFilter, GroupList, GroupState};
use gantry_core::{FlowName, TargetName};

use super::StageName;
use crate::args::HostArgs;
use crate::client;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;

/// List kinds of failure: dead letters of one fingerprint each, those to be dealt with first
#[derive(Debug, Args)]
pub(crate) struct Groups {
    /// Of this flow
    #[arg(long, value_name = "NAME")]
    pub(crate) flow: Option<FlowName>,
    /// In this state
    #[arg(long, value_enum)]
    pub(crate) state: Option<Standing>,
    /// Given up in this stage
    #[arg(long, value_enum)]
    pub(crate) stage: Option<StageName>,
    /// On the way to this target
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<TargetName>,
    /// With this reason code
    #[arg(long)]
    pub(crate) code: Option<String>,
    /// Only those that came back after they were resolved
    #[arg(long)]
    pub(crate) regressed: bool,
    /// At most so many
    #[arg(long, default_value_t = 100, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

/// Where a kind of failure stands, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Standing {
    /// Nobody has dealt with it
    Open,
    /// Somebody looks into it
    Acknowledged,
    /// Its cause is gone
    Resolved,
    /// Known and harmless
    Ignored,
}

impl From<Standing> for GroupState {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Open => Self::Open,
            Standing::Acknowledged => Self::Acknowledged,
            Standing::Resolved => Self::Resolved,
            Standing::Ignored => Self::Ignored,
        }
    }
}

impl Groups {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let filter = GroupFilter {
            flow: self.flow.clone(),
            state: self.state.map(Into::into),
            stage: self.stage.map(Into::into),
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
        return "no groups of dead letters".to_owned();
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

/// Where it stands; a regression is said at once.
pub(super) fn state(group: &DeadLetterGroup) -> String {
    let regressed = if group.regressed_at.is_some() { " (back)" } else { "" };
    format!("{}{regressed}", group.state.name())
}
