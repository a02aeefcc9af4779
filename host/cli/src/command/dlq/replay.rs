//! `gantry dlq replay`

use std::path::PathBuf;

use anyhow::Context as _;
use bytes::Bytes;
use clap::Args;
use gantry_core::{DeadLetterId, PluginVersion};

use super::Filter;
use super::chosen::{Asked, Chosen};
use crate::args::{HostArgs, Who};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

/// Put dead letters back into the queue: those named, or all that a filter finds
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The dead letters' ids
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub(crate) ids: Vec<DeadLetterId>,
    /// Every open dead letter that the filter finds
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// Replay with this payload in place of the received one; only for a single id
    #[arg(long, value_name = "FILE", conflicts_with = "all")]
    pub(crate) payload: Option<PathBuf>,
    /// Try them with another version from the catalogue in place of replaying them; needs `--dry-run`
    #[arg(long, value_name = "NAME@VERSION", requires = "dry_run", conflicts_with = "payload")]
    pub(crate) with: Option<PluginVersion>,
    /// Send nothing and change nothing: show what the version given with `--with` says, against the one in force
    #[arg(long, requires = "with")]
    pub(crate) dry_run: bool,
    /// The step to try it in, where the flow has several
    #[arg(long, value_name = "STEP", requires = "with")]
    pub(crate) step: Option<String>,
    #[command(flatten)]
    pub(crate) who: Who,
    /// Don't ask before replaying many
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Replay {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let payload = self.payload()?;
        let chosen = Chosen { ids: &self.ids, all: self.all, filter: &self.filter };
        if let Some(version) = &self.with {
            return super::dry_run::run(&chosen, version, self.step.as_deref(), &self.host, output);
        }
        let asked = Asked { verb: "replay", past: "queued again", yes: self.yes, always_ask: false };
        let by = self.who.name();
        chosen.each(&self.host, output, &asked, async |client, id| client.replay(id, &by, payload.clone()).await)
    }

    /// The edited payload, where one is given.
    fn payload(&self) -> Result<Option<Bytes>, Failure> {
        let Some(file) = &self.payload else { return Ok(None) };
        if self.ids.len() != 1 {
            return Err(Failure::new(
                Exit::Usage,
                anyhow::anyhow!("`--payload` replaces one payload: name a single id"),
            ));
        }
        let bytes = std::fs::read(file).with_context(|| format!("failed to read {}", file.display()));
        Ok(Some(bytes.or_exit(Exit::Usage)?.into()))
    }
}
