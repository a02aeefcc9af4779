//! `gantry dlq list`

use clap::Args;
use gantry_api::v1::{DeadLetterCounts, DeadLetterState, DeadLetterSummary, Part, SummaryPage};
use gantry_core::DeadLetterId;

use super::Filter;
use crate::args::HostArgs;
use crate::client;
use crate::exit::Failure;
use crate::output::{Format, Output};
use crate::text;

/// List dead letters, oldest first
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// At most so many
    #[arg(long, default_value_t = 100, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    /// Behind this one, for the next page
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<DeadLetterId>,
    /// Only say how many there are, by state
    #[arg(long, conflicts_with_all = ["limit", "after"])]
    pub(crate) count: bool,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl List {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let filter = self.filter.wanted();
        let part = Part { after: self.after, limit: Some(self.limit.into()) };
        client::with(&self.host, output, async |client| {
            if self.count {
                let counts = client.count(&filter).await?;
                return Ok(output.print(&counts, || by_state(&counts))?);
            }
            // Whole for programs; people see what summaries hold.
            match output.format {
                Format::Json => Ok(output.print(&client.dead_letters(&filter, part).await?, String::new)?),
                Format::Human => Ok(output.write(&table(&client.summaries(&filter, part).await?))?),
            }
        })
    }
}

fn by_state(counts: &DeadLetterCounts) -> String {
    let rows: Vec<_> =
        DeadLetterState::ALL.iter().map(|state| [state.name().to_owned(), counts.of(*state).to_string()]).collect();
    text::columns(&rows)
}

fn table(page: &SummaryPage) -> String {
    if page.dead_letters.is_empty() {
        return "no dead letters".to_owned();
    }
    let mut rows = vec![["ID", "STATE", "FLOW", "STAGE", "CODE", "LAST FAILURE", "REASON"].map(str::to_owned)];
    rows.extend(page.dead_letters.iter().map(|letter| {
        [
            letter.id.to_string(),
            letter.state.name().to_owned(),
            letter.flow.to_string(),
            letter.stage.name().to_owned(),
            code(letter),
            letter.last_failure.to_string(),
            text::first_line(&letter.text, 60),
        ]
    }));
    let mut table = text::columns(&rows);
    if let Some(next) = page.next {
        table.push_str(&format!("more: --after {next}\n"));
    }
    table
}

/// The reason's code; for broken rules the rules themselves, which is what an operator sorts by.
fn code(letter: &DeadLetterSummary) -> String {
    let mut rules: Vec<_> = letter.violations.iter().map(|violation| violation.code.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    if rules.is_empty() { letter.code.clone() } else { rules.join(",") }
}
