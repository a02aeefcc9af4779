//! `gantry audit list`: shows the audit log.

use clap::{Args, Subcommand};
use gantry_api::v1::{AuditEntry, AuditOutcome, AuditPage, AuditQuery};
use gantry_core::Timestamp;
use gantry_store::AuditId;

use crate::args::HostArgs;
use crate::client;
use crate::coded::coded;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;
use crate::time;

/// Show the audit log
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    List(List),
}

/// List who changed what, newest first, and with which result
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only entries of this actor, or on behalf of this name
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: Option<String>,
    /// Only entries of this operation, for instance `dead_letters.discard`
    #[arg(long, value_name = "NAME")]
    pub(crate) operation: Option<String>,
    /// Only entries with this subject: an id or a name
    #[arg(long, value_name = "TEXT")]
    pub(crate) subject: Option<String>,
    /// Only entries with this outcome
    #[arg(long, value_parser = coded!(AuditOutcome))]
    pub(crate) outcome: Option<AuditOutcome>,
    /// Only entries since this time: 2026-03-09T17:30:00Z, or 2h or 7d for two hours or seven days ago
    #[arg(long, value_name = "WHEN", value_parser = time::past)]
    pub(crate) since: Option<Timestamp>,
    /// Only entries before this time, written in the same way
    #[arg(long, value_name = "WHEN", value_parser = time::past)]
    pub(crate) until: Option<Timestamp>,
    /// Most entries to list
    #[arg(long, default_value_t = 100, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    /// Begin before this one, for the next page
    #[arg(long, value_name = "ID")]
    pub(crate) before: Option<AuditId>,
    #[command(flatten)]
    pub(crate) host: HostArgs,
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
            // A page can be short although more follow.
            while all.entries.len() < usize::from(self.limit) {
                query.limit = Some(usize::from(self.limit) - all.entries.len());
                let page = client.audit(&query).await?;
                all.entries.extend(page.entries);
                all.next = page.next;
                if all.next.is_none() {
                    break;
                }
                query.before = all.next.clone();
            }
            Ok(output.print(&all, || table(&all))?)
        })
    }

    fn query(&self) -> AuditQuery {
        AuditQuery {
            since: self.since,
            until: self.until,
            actor: self.actor.clone(),
            operation: self.operation.clone(),
            subject: self.subject.clone(),
            outcome: self.outcome,
            before: self.before.map(|id| id.to_string()),
            limit: None,
        }
    }
}

fn table(AuditPage { entries, next }: &AuditPage) -> String {
    if entries.is_empty() {
        return "no entries".to_owned();
    }
    let mut rows = vec![["WHEN", "WHO", "VIA", "OPERATION", "SUBJECT", "OUTCOME", "DETAIL"].map(str::to_owned)];
    rows.extend(entries.iter().map(row));
    let more = next.as_ref().map(|next| format!("more: --before {next}\n")).unwrap_or_default();
    format!("{}{more}", text::columns(&rows))
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
