//! The dead letters that an operator selected, by id or by filter, and the action on each of them.

use std::io::{BufRead as _, IsTerminal as _};

use gantry_api::v1::{DeadLetter, DeadLetterFilter, DeadLetterState, Part};
use gantry_core::{DeadLetterId, counted};
use serde_json::json;

use super::Filter;
use crate::args::HostArgs;
use crate::client::{self, Client, ClientError};
use crate::exit::{Exit, Failure};
use crate::output::{Format, Output};

/// The selected dead letters.
pub(super) struct Selection<'a> {
    pub(super) ids: &'a [DeadLetterId],
    /// Select all open dead letters that match the filter, instead of `ids`.
    pub(super) all: bool,
    pub(super) filter: &'a Filter,
}

/// The words for an action, and whether to ask for confirmation.
pub(super) struct BulkAction {
    pub(super) verb: &'static str,
    pub(super) past: &'static str,
    pub(super) yes: bool,
    /// Ask even if the dead letters are named one by one, because the action can't be undone.
    pub(super) always_ask: bool,
}

impl Selection<'_> {
    /// Executes the action on every dead letter. A failure does not stop the others; all failures are reported, and the
    /// first one determines the exit code.
    pub(super) fn each(
        &self,
        host: &HostArgs,
        output: &Output,
        action: &BulkAction,
        act: impl AsyncFn(&Client, DeadLetterId) -> Result<DeadLetter, ClientError>,
    ) -> Result<(), Failure> {
        client::with(host, output, async |client| {
            let ids = self.find(client).await?;
            confirm(action, ids.len(), self.all)?;
            let mut done = Vec::new();
            let mut failed = Vec::new();
            for id in ids {
                match act(client, id).await {
                    Ok(dead_letter) => done.push(dead_letter),
                    Err(error) => failed.push(error),
                }
            }
            report(output, action, &done)?;
            Failure::combine(failed)
        })
    }

    pub(super) async fn find(&self, client: &Client) -> Result<Vec<DeadLetterId>, Failure> {
        if !self.all {
            return Ok(self.ids.to_vec());
        }
        let mut filter = self.filter.to_api();
        filter.state = filter.state.or(Some(DeadLetterState::Open));
        let mut part = Part { limit: Some(1000), ..Part::default() };
        let mut ids = Vec::new();
        loop {
            let page = client.summaries(&filter, part).await?;
            ids.extend(page.dead_letters.iter().map(|dead_letter| dead_letter.id));
            if page.next.is_none() {
                return Ok(ids);
            }
            part.after = page.next;
        }
    }
}

/// Asks for confirmation before an action on many dead letters, or one that can't be undone.
fn confirm(action: &BulkAction, count: usize, all: bool) -> Result<(), Failure> {
    if action.yes || count == 0 || !(action.always_ask || all) {
        return Ok(());
    }
    ask(&format!("{} {}", action.verb, counted(count, "dead letter")), false)
}

/// Asks for confirmation of an action on all open and acknowledged dead letters that match the filter.
pub(super) async fn confirm_all(
    client: &Client,
    verb: &str,
    filter: &DeadLetterFilter,
    yes: bool,
) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let counts = client.count(filter).await?;
    let count = counts.open + counts.acknowledged;
    ask(&format!("{verb} {}", counted(count, "dead letter")), count == 0)
}

/// Asks for confirmation on a terminal; without a terminal `--yes` is needed.
pub(crate) fn ask(what: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(Exit::Usage, anyhow::anyhow!("{what}? confirm with `--yes`")));
    }
    eprint!("{what}? [y/N] ");
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Failure::new(Exit::Usage, anyhow::anyhow!("not confirmed; nothing was done")))
    }
}

fn report(output: &Output, action: &BulkAction, done: &[DeadLetter]) -> Result<(), Failure> {
    match output.format {
        Format::Human => {
            for dead_letter in done {
                output.write(&format!("{}  {}\n", dead_letter.id, action.past))?;
            }
            output.write(&format!("{} {}", counted(done.len(), "dead letter"), action.past))?;
        }
        Format::Json => {
            let dead_letters: Vec<_> =
                done.iter().map(|dead_letter| json!({"id": dead_letter.id, "state": dead_letter.state})).collect();
            output.json(&json!({"dead_letters": dead_letters}))?;
        }
    }
    Ok(())
}
