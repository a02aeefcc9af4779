//! `gantry dlq group`

use anyhow::anyhow;
use clap::Args;
use gantry_api::v1::{DeadLetterGroup, GroupAction, GroupRequest};
use gantry_core::Timestamp;

use super::groups::state;
use crate::args::{HostArgs, Who};
use crate::client;
use crate::coded::coded;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::{text, time};

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
    /// Acknowledge it until this time, for instance 2026-12-01T08:00:00Z; then it is open again and alarms
    #[arg(long, value_name = "TIME", conflicts_with = "duration")]
    pub(crate) until: Option<Timestamp>,
    /// Acknowledge it for so long, for instance 8h; then it is open again and alarms
    #[arg(long = "for", id = "duration", value_name = "DURATION", value_parser = time::future)]
    pub(crate) duration: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Group {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let until = self.until.or(self.duration);
        if until.is_some() && self.action != Some(GroupAction::Acknowledge) {
            let problem = anyhow!("`--until` and `--for` go with `acknowledge`: no other state has an end");
            return Err(Failure::new(Exit::Usage, problem));
        }
        let request = GroupRequest { by: self.who.name(), note: self.note.clone(), until };
        client::with(&self.host, output, async |client| {
            let group = match self.action {
                None => client.group(&self.fingerprint).await?,
                Some(action) => client.change_group(&self.fingerprint, action, &request).await?,
            };
            Ok(output.print(&group, || page(&group))?)
        })
    }
}

fn page(group: &DeadLetterGroup) -> String {
    let counts = &group.counts;
    let changed = group.changed.as_ref().map(|change| {
        let note = if change.note.is_empty() { String::new() } else { format!(": {}", change.note) };
        format!("{} by {}{note}", change.at, change.by)
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
        ("code", group.code.clone()),
        ("kind", group.kind.as_ref().map(|kind| kind.text().to_owned()).unwrap_or_default()),
        ("latest reason", group.text.clone()),
        ("failures", group.failures.to_string()),
        ("first seen", group.first_seen.to_string()),
        ("last seen", group.last_seen.to_string()),
        (
            "dead letters",
            format!(
                "{} open, {} acknowledged, {} replaying, {} resolved, {} discarded, {} superseded",
                counts.open,
                counts.acknowledged,
                counts.replaying,
                counts.resolved,
                counts.discarded,
                counts.superseded
            ),
        ),
    ]);
    if let Some(sample) = group.sample {
        page.push_str(&format!("\nshow one with:     gantry dlq show {sample}\n"));
    }
    page.push_str(&format!("redrive all with:  gantry dlq redrive --fingerprint {} --rate 50\n", group.fingerprint));
    page
}
