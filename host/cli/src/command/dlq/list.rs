//! `gantry dlq list`

use clap::Args;
use gantry_api::v1::{DeadLetterCounts, DeadLetterState, DeadLetterSummary, Order, Part, SummaryPage};
use gantry_core::DeadLetterId;

use super::Filter;
use crate::args::HostArgs;
use crate::client;
use crate::exit::Failure;
use crate::output::{Format, Output};
use crate::text;

/// Most characters of a key to show.
const KEY: usize = 16;

/// List dead letters, oldest first unless `--newest` is given
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// Most dead letters to list
    #[arg(long, default_value_t = 100, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    /// Begin after this one, for the next page
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<DeadLetterId>,
    /// The newest first
    #[arg(long)]
    pub(crate) newest: bool,
    /// Only count them, by state
    #[arg(long, conflicts_with_all = ["limit", "after", "newest"])]
    pub(crate) count: bool,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl List {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let filter = self.filter.to_api();
        let part =
            Part { after: self.after, limit: Some(self.limit.into()), order: self.newest.then_some(Order::Newest) };
        client::with(&self.host, output, async |client| {
            if self.count {
                let counts = client.count(&filter).await?;
                return Ok(output.print(&counts, || by_state(&counts))?);
            }
            // JSON output has complete dead letters; the table needs only summaries.
            match output.format {
                Format::Json => Ok(output.print(&client.dead_letters(&filter, part).await?, String::new)?),
                Format::Human => Ok(output.write_table(&table(&client.summaries(&filter, part).await?))?),
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
    let titles = ["ID", "STATE", "KEY", "FLOW", "LAST FAILURE", "STAGE", "CODE", "REASON"];
    let mut rows = vec![titles.map(str::to_owned)];
    rows.extend(page.dead_letters.iter().map(|dead_letter| {
        [
            dead_letter.id.to_string(),
            dead_letter.state.name().to_owned(),
            text::first_line(dead_letter.key.as_deref().unwrap_or_default(), KEY),
            dead_letter.flow.to_string(),
            dead_letter.last_failure.to_string(),
            dead_letter.stage.name().to_owned(),
            code(dead_letter),
            text::first_line(&dead_letter.text, 60),
        ]
    }));
    let mut table = text::columns(&rows);
    if let Some(next) = page.next {
        table.push_str(&format!("more: --after {next}\n"));
    }
    table
}

/// The reason's code, or the codes of the broken rules.
fn code(dead_letter: &DeadLetterSummary) -> String {
    let mut rules: Vec<_> = dead_letter.violations.iter().map(|violation| violation.code.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    if rules.is_empty() { dead_letter.code.clone() } else { rules.join(",") }
}
