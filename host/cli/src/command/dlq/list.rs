//! `gantry dlq list`

use clap::Args;
use gantry_admin::api::{DeadLetterPage, DeadLetterQuery};
use gantry_core::{DeadLetter, DeadLetterId};

use super::Filter;
use crate::args::HostArgs;
use crate::desk;
use crate::exit::Failure;
use crate::output::Output;
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
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl List {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let query = DeadLetterQuery { after: self.after, limit: Some(self.limit.into()), ..self.filter.query() };
        desk::with(&self.host, output, async |desk| {
            let page = desk.dead_letters(query).await?;
            Ok(output.print(&page, || table(&page))?)
        })
    }
}

fn table(page: &DeadLetterPage) -> String {
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
            text::first_line(&letter.reason.text, 60),
        ]
    }));
    let mut table = text::columns(&rows);
    if let Some(next) = page.next {
        table.push_str(&format!("more: --after {next}\n"));
    }
    table
}

/// The reason's code; for broken rules the rules themselves, which is what an operator sorts by.
fn code(letter: &DeadLetter) -> String {
    let mut rules: Vec<_> = letter.reason.violations.iter().map(|violation| violation.code.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    if rules.is_empty() { letter.reason.code.clone() } else { rules.join(",") }
}
