//! `gantry dlq group`

use clap::{Args, ValueEnum};
use gantry_api::v1::{DeadLetterGroup, GroupAction};

use super::groups::state;
use crate::args::{HostArgs, Who};
use crate::client;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;

/// Show a kind of failure, or say where it stands
#[derive(Debug, Args)]
pub(crate) struct Group {
    /// Its fingerprint, as `gantry dlq groups` lists it
    #[arg(value_name = "FINGERPRINT")]
    pub(crate) fingerprint: String,
    /// What to do with it; without it, it is shown
    #[arg(value_enum)]
    pub(crate) action: Option<Action>,
    /// Why; kept with the group
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) note: String,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

/// What can be done with a kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Action {
    /// Somebody looks into it
    Acknowledge,
    /// Its cause is gone; the next failure opens it again
    Resolve,
    /// Known and harmless: its letters alarm nobody
    Ignore,
    /// Nobody has dealt with it after all
    Reopen,
}

impl From<Action> for GroupAction {
    fn from(action: Action) -> Self {
        match action {
            Action::Acknowledge => Self::Acknowledge,
            Action::Resolve => Self::Resolve,
            Action::Ignore => Self::Ignore,
            Action::Reopen => Self::Reopen,
        }
    }
}

impl Group {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let by = self.who.name();
        client::with(&self.host, output, async |client| {
            let group = match self.action {
                None => client.group(&self.fingerprint).await?,
                Some(action) => client.change_group(&self.fingerprint, action.into(), &by, &self.note).await?,
            };
            Ok(output.print(&group, || page(&group))?)
        })
    }
}

fn page(group: &DeadLetterGroup) -> String {
    let counts = &group.counts;
    let changed = group.changed.as_ref().map(|change| {
        let note = if change.note.is_empty() { String::new() } else { format!(": {}", text::escape(&change.note)) };
        format!("{} by {}{note}", change.at, text::escape(&change.by))
    });
    let back = group.regressed_at.map(|at| format!("{at}, after it was resolved"));
    let mut page = text::fields(&[
        ("group", group.fingerprint.clone()),
        ("state", state(group)),
        ("said", changed.unwrap_or_default()),
        ("came back", back.unwrap_or_default()),
        ("flow", group.flow.to_string()),
        ("stage", group.stage.name().to_owned()),
        ("target", group.target.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("reason", format!("{}: {}", text::escape(&group.code), text::escape(&group.text))),
        ("failures", group.failures.to_string()),
        ("first seen", group.first_seen.to_string()),
        ("last seen", group.last_seen.to_string()),
        (
            "letters",
            format!(
                "{} open, {} acknowledged, {} replaying, {} resolved, {} discarded",
                counts.open, counts.acknowledged, counts.replaying, counts.resolved, counts.discarded
            ),
        ),
    ]);
    if let Some(sample) = group.sample {
        page.push_str(&format!("\nlook at one with:  gantry dlq show {sample}\n"));
    }
    page.push_str(&format!("redrive all with:  gantry dlq redrive --fingerprint {} --rate 50\n", group.fingerprint));
    page
}
