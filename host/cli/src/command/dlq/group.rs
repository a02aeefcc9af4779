//! `gantry dlq group`

use clap::Args;
use gantry_api::v1::{DeadLetterGroup, GroupAction};

use super::groups::state;
use crate::args::{HostArgs, Who};
use crate::client;
use crate::coded::coded;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;

/// Show a dead letter group, or set its state
#[derive(Debug, Args)]
pub(crate) struct Group {
    /// The group's fingerprint, as `gantry dlq groups` lists it
    #[arg(value_name = "FINGERPRINT")]
    pub(crate) fingerprint: String,
    /// The change; without it, the group is shown
    #[arg(value_parser = coded!(GroupAction))]
    pub(crate) action: Option<GroupAction>,
    /// Why; kept with the group
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) note: String,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Group {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let by = self.who.name();
        client::with(&self.host, output, async |client| {
            let group = match self.action {
                None => client.group(&self.fingerprint).await?,
                Some(action) => client.change_group(&self.fingerprint, action, &by, &self.note).await?,
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
    let regressed = group.regressed_at.map(|at| format!("{at}, after it was resolved"));
    let mut page = text::fields(&[
        ("group", group.fingerprint.clone()),
        ("state", state(group)),
        ("state set", changed.unwrap_or_default()),
        ("failed again", regressed.unwrap_or_default()),
        ("flow", group.flow.to_string()),
        ("stage", group.stage.name().to_owned()),
        ("target", group.target.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("reason", format!("{}: {}", text::escape(&group.code), text::escape(&group.text))),
        ("failures", group.failures.to_string()),
        ("first seen", group.first_seen.to_string()),
        ("last seen", group.last_seen.to_string()),
        (
            "dead letters",
            format!(
                "{} open, {} acknowledged, {} replaying, {} resolved, {} discarded",
                counts.open, counts.acknowledged, counts.replaying, counts.resolved, counts.discarded
            ),
        ),
    ]);
    if let Some(sample) = group.sample {
        page.push_str(&format!("\nshow one with:     gantry dlq show {sample}\n"));
    }
    page.push_str(&format!("redrive all with:  gantry dlq redrive --fingerprint {} --rate 50\n", group.fingerprint));
    page
}
