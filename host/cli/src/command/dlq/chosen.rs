//! The dead letters an operator chose, by id or by filter, and what is done to each of them.

use std::io::{BufRead as _, IsTerminal as _};

use gantry_api::v1::{DeadLetter, DeadLetterFilter, DeadLetterState, Part};
use gantry_core::DeadLetterId;
use serde_json::json;

use super::Filter;
use crate::args::HostArgs;
use crate::client::{self, Client, ClientError};
use crate::exit::{Exit, Failure};
use crate::output::{Format, Output, counted};

/// The dead letters meant.
pub(super) struct Chosen<'a> {
    pub(super) ids: &'a [DeadLetterId],
    /// Every open one that the filter finds, in place of `ids`.
    pub(super) all: bool,
    pub(super) filter: &'a Filter,
}

/// What is to be done, in words, and whether to ask first.
pub(super) struct Asked {
    pub(super) verb: &'static str,
    pub(super) past: &'static str,
    pub(super) yes: bool,
    /// Ask even when letters were named one by one: for what can't be undone.
    pub(super) always_ask: bool,
}

impl Chosen<'_> {
    /// Does it to every letter. One that can't be done stops nothing; all of them are told, and the first decides the
    /// exit code.
    pub(super) fn each(
        &self,
        host: &HostArgs,
        output: &Output,
        asked: &Asked,
        act: impl AsyncFn(&Client, DeadLetterId) -> Result<DeadLetter, ClientError>,
    ) -> Result<(), Failure> {
        client::with(host, output, async |client| {
            let ids = self.find(client).await?;
            confirm(asked, ids.len(), self.all)?;
            let mut done = Vec::new();
            let mut failed = Vec::new();
            for id in ids {
                match act(client, id).await {
                    Ok(letter) => done.push(letter),
                    Err(error) => failed.push(error),
                }
            }
            report(output, asked, &done)?;
            Failure::unless_empty(failed)
        })
    }

    pub(super) async fn find(&self, client: &Client) -> Result<Vec<DeadLetterId>, Failure> {
        if !self.all {
            return Ok(self.ids.to_vec());
        }
        let mut filter = self.filter.wanted();
        filter.state = filter.state.or(Some(DeadLetterState::Open));
        let mut part = Part { after: None, limit: Some(1000) };
        let mut ids = Vec::new();
        loop {
            let page = client.summaries(&filter, part).await?;
            ids.extend(page.dead_letters.iter().map(|letter| letter.id));
            if page.next.is_none() {
                return Ok(ids);
            }
            part.after = page.next;
        }
    }
}

/// Asks before many letters are touched, or what can't be undone is done.
fn confirm(asked: &Asked, count: usize, all: bool) -> Result<(), Failure> {
    if asked.yes || count == 0 || !(asked.always_ask || all) {
        return Ok(());
    }
    ask(&format!("{} {}", asked.verb, counted(count, "dead letter")), false)
}

/// Asks whether to do this to every open and acknowledged letter that the filter finds.
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
    let count = usize::try_from(counts.open + counts.acknowledged).unwrap_or(usize::MAX);
    ask(&format!("{verb} {}", counted(count, "dead letter")), count == 0)
}

/// Asks on a terminal; elsewhere `--yes` is needed.
pub(super) fn ask(what: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(Exit::Usage, anyhow::anyhow!("{what}? say so with `--yes`")));
    }
    eprint!("{what}? [y/N] ");
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Failure::new(Exit::Usage, anyhow::anyhow!("nothing was done")))
    }
}

fn report(output: &Output, asked: &Asked, done: &[DeadLetter]) -> Result<(), Failure> {
    match output.format {
        Format::Human => {
            for letter in done {
                output.write(&format!("{}  {}\n", letter.id, asked.past))?;
            }
            output.write(&format!("{} {}", counted(done.len(), "dead letter"), asked.past))?;
        }
        Format::Json => {
            let letters: Vec<_> = done.iter().map(|letter| json!({"id": letter.id, "state": letter.state})).collect();
            output.write(&serde_json::to_string_pretty(&json!({"dead_letters": letters}))?)?;
        }
    }
    Ok(())
}
