//! `gantry dlq replay`

use std::path::PathBuf;

use anyhow::Context as _;
use bytes::Bytes;
use clap::Args;
use gantry_api::v1::{DeadLetterState, DryReplayRequest, EditedPayload};
use gantry_core::{DeadLetterId, PluginVersion};

use super::Filter;
use super::selection::{BulkAction, Selection};
use crate::args::{HostArgs, Who};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

/// Replay dead letters: those with the given ids, or all that match a filter
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The dead letters' ids, or the ids of their messages
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub(crate) ids: Vec<DeadLetterId>,
    /// All open dead letters that match the filter
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// Replay with this payload instead of the received one; only for a single id
    #[arg(long, value_name = "FILE", conflicts_with = "all")]
    pub(crate) payload: Option<PathBuf>,
    /// Run them through another version from the catalogue instead of replaying them; needs `--dry-run`
    #[arg(long, value_name = "NAME@VERSION", requires = "dry_run", conflicts_with = "payload")]
    pub(crate) with: Option<PluginVersion>,
    /// Send and change nothing: run them through the flow in force and tell what would happen; or with `--with`, compare the
    /// outcomes of that version with those of the current one
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The step of that version, if the flow has several
    #[arg(long, value_name = "STEP", requires = "with")]
    pub(crate) step: Option<String>,
    #[command(flatten)]
    pub(crate) who: Who,
    /// Replay many without asking for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Replay {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let payload = self.payload()?;
        let selection = Selection { ids: &self.ids, all: self.all, filter: &self.filter };
        if let Some(version) = &self.with {
            return super::dry_run::run(&selection, version, self.step.as_deref(), &self.host, output);
        }
        if self.dry_run {
            let mut filter = self.filter.to_api();
            filter.state = filter.state.or(Some(DeadLetterState::Open));
            let dead_letters = self.ids.clone();
            let payload = payload.map(EditedPayload);
            let request = DryReplayRequest { dead_letters, filter, payload, patch: None, limit: None };
            return super::dry_replay::run(&request, &self.host, output);
        }
        let action = BulkAction { verb: "replay", past: "queued again", yes: self.yes, always_ask: false };
        let by = self.who.name();
        selection.each(&self.host, output, &action, async |client, id| client.replay(id, &by, payload.clone()).await)
    }

    /// The edited payload, if one is given.
    fn payload(&self) -> Result<Option<Bytes>, Failure> {
        let Some(file) = &self.payload else { return Ok(None) };
        if self.ids.len() != 1 {
            return Err(Failure::new(
                Exit::Usage,
                anyhow::anyhow!("`--payload` replaces the payload of one dead letter: give a single id"),
            ));
        }
        let bytes = std::fs::read(file).with_context(|| format!("failed to read {}", file.display()));
        Ok(Some(bytes.or_exit(Exit::Usage)?.into()))
    }
}
