//! `gantry audit list`: who changed what, and what came of it.

use clap::{Args, Subcommand, ValueEnum};
use gantry_api::v1::{AuditEntry, AuditOutcome, AuditPage, AuditQuery};
use gantry_core::Timestamp;

use super::dlq::moment;
use crate::args::HostArgs;
use crate::client;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;

/// See who changed what
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    List(List),
}

/// List who changed what, newest first, and what came of it
#[derive(Debug, Args)]
pub(crate) struct List {
    /// By this actor, or on behalf of this name
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: Option<String>,
    /// Of this operation, for instance `dead_letters.discard`
    #[arg(long, value_name = "NAME")]
    pub(crate) operation: Option<String>,
    /// About this: an id, or a name
    #[arg(long, value_name = "TEXT")]
    pub(crate) subject: Option<String>,
    /// With this outcome
    #[arg(long, value_enum)]
    pub(crate) outcome: Option<Outcome>,
    /// From then on: a moment, or 2h, 7d for so long ago
    #[arg(long, value_name = "WHEN", value_parser = moment::past)]
    pub(crate) since: Option<Timestamp>,
    /// Up to then: a moment, or 2h, 7d for so long ago
    #[arg(long, value_name = "WHEN", value_parser = moment::past)]
    pub(crate) until: Option<Timestamp>,
    /// At most so many
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

/// What came of a change, as it is typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Outcome {
    /// About to be made
    Intended,
    /// Made
    Done,
    /// Not permitted, or not possible
    Refused,
    /// The host failed
    Failed,
    /// The host ended before it was known
    Unknown,
}

impl From<Outcome> for AuditOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Intended => Self::Intended,
            Outcome::Done => Self::Done,
            Outcome::Refused => Self::Refused,
            Outcome::Failed => Self::Failed,
            Outcome::Unknown => Self::Unknown,
        }
    }
}

impl Audit {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let Self::List(list) = self;
        list.run(output)
    }
}

impl List {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        client::with(&self.host, output, async |client| {
            let mut query = self.query();
            let mut all = AuditPage { entries: Vec::new(), next: None };
            loop {
                query.limit = Some(self.limit - all.entries.len());
                let page = client.audit(&query).await?;
                all.entries.extend(page.entries);
                all.next = page.next;
                if all.next.is_none() || all.entries.len() >= self.limit {
                    return Ok(output.print(&all, || table(&all.entries))?);
                }
                query.before = all.next.clone();
            }
        })
    }

    fn query(&self) -> AuditQuery {
        AuditQuery {
            since: self.since,
            until: self.until,
            actor: self.actor.clone(),
            operation: self.operation.clone(),
            subject: self.subject.clone(),
            outcome: self.outcome.map(Into::into),
            before: None,
            limit: None,
        }
    }
}

fn table(entries: &[AuditEntry]) -> String {
    if entries.is_empty() {
        return "nothing was changed".to_owned();
    }
    let mut rows = vec![["WHEN", "WHO", "VIA", "OPERATION", "SUBJECT", "OUTCOME", "DETAIL"].map(str::to_owned)];
    rows.extend(entries.iter().map(row));
    text::columns(&rows)
}

fn row(entry: &AuditEntry) -> [String; 7] {
    let who = match &entry.on_behalf_of {
        Some(other) => format!("{} for {other}", entry.actor),
        None => entry.actor.clone(),
    };
    [
        entry.at.to_string(),
        who,
        entry.via.clone(),
        entry.operation.clone(),
        entry.subject.clone(),
        entry.outcome.name().to_owned(),
        text::first_line(&entry.detail, 100),
    ]
}
