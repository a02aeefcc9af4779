//! `gantry dlq patch`

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;
use gantry_api::v1::{
    DeadLetterFilter, DryReplayReport, DryReplayRequest, JobKind, NewJob, PatchDocument, PatchPreview,
    PatchPreviewRequest,
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::inapplicable::inapplicable;
use super::selection::ask;
use super::{Filter, diff, dry_replay, job};
use gantry_core::counted;

use crate::args::{HostArgs, Who};
use crate::client::{self, Client};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;
use crate::text;

/// The default rate where the edited dead letters are replayed, in dead letters per second.
const RATE: u32 = 50;

/// Edit the payloads of all dead letters that match a filter by one JSON Patch, as a job
///
/// Shows first what it would do. Dead letters that the patch does not apply to stay as they are. Every payload that an
/// edited dead letter had is kept.
#[derive(Debug, Args)]
pub(crate) struct Patch {
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// The JSON Patch (RFC 6902); `-`: from the standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) patch: PathBuf,
    /// Show what the patch would do, and change nothing; with `--replay`, run up to 1000 edited messages through the flows in
    /// force as well, and send nothing. Ends with 8 if it applies to none, or if any would fail again
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Replay each with the edited payload; without it, they stay open with it
    #[arg(long)]
    pub(crate) replay: bool,
    /// Most dead letters per second; 0: as fast as the host can [default: 50 with `--replay`, otherwise 0]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) rate: Option<u32>,
    /// Hold back dead letters that were already replayed this many times
    #[arg(long, value_name = "COUNT", default_value_t = gantry_store::MOST_REPLAYS, requires = "replay")]
    pub(crate) most_replays: u32,
    /// Patch and replay those as well
    #[arg(long, requires = "replay")]
    pub(crate) force: bool,
    /// Hold the job when more than this many of a hundred messages fail again; 100: never
    #[arg(long, value_name = "PERCENT", default_value_t = gantry_store::MAX_FAILED_PERCENT, value_parser = clap::value_parser!(u8).range(..=100), requires = "replay")]
    pub(crate) max_failed: u8,
    /// Why; kept with the job
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) reason: String,
    /// Wait until the job and all messages that it replayed have ended; ends with 8 if any failed again
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) wait: bool,
    #[command(flatten)]
    pub(crate) who: Who,
    /// Patch without asking for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Patch {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let patch = read(&self.patch)?;
        let filter = self.filter.to_api();
        client::with(&self.host, output, async |client| {
            // The preview reads all dead letters: only where somebody sees it.
            if self.dry_run || !self.yes {
                let request = PatchPreviewRequest { filter: filter.clone(), patch: patch.clone() };
                let preview = client.preview_patch(&request).await?;
                if self.dry_run {
                    return self.show(client, preview, output).await;
                }
                output.complain(&page(&preview));
                self.confirm(&preview)?;
            }
            let started = client.start_job(self.job(filter, patch)).await?;
            if self.replay && !client.is_running() {
                output.complain("no host runs on this data directory: the job begins when it starts");
            }
            // Edits alone are quick; what is replayed takes as long as its target.
            let is_awaited = client.is_running() && (self.wait || !self.replay);
            let job = if is_awaited { job::watch(client, started, output).await? } else { started };
            output.print(&job, || job::page(&job))?;
            if is_awaited { job::outcome(&job) } else { Ok(()) }
        })
    }

    /// Shows what the patch would do, and what would become of the edited messages.
    async fn show(&self, client: &Client, preview: PatchPreview, output: &Output) -> Result<(), Failure> {
        let replay = match self.replay {
            true if preview.applicable == 0 => None,
            true if !client.is_running() => {
                return Err(Failure::new(
                    Exit::HostUnreachable,
                    anyhow!("no host runs on this data directory: only one that runs can try a replay"),
                ));
            }
            true => {
                let patch = Some(read(&self.patch)?);
                let request = DryReplayRequest { filter: self.filter.to_api(), patch, ..DryReplayRequest::default() };
                Some(client.dry_replay(&request).await?)
            }
            false => None,
        };
        let failing = replay.as_ref().is_some_and(|replay| replay.failing > 0);
        let is_good = (preview.total == 0 || preview.applicable > 0) && !failing;
        let found = DryRun { preview, replay };
        output.print(&found, || found.page())?;
        if is_good { Ok(()) } else { Err(Failure::said(Exit::CriteriaMissed)) }
    }

    fn confirm(&self, preview: &PatchPreview) -> Result<(), Failure> {
        if self.patch == Path::new("-") {
            let problem =
                anyhow!("the patch came from the standard input, where nobody can be asked: confirm with `--yes`");
            return Err(Failure::new(Exit::Usage, problem));
        }
        let count = preview.applicable;
        let replay = if self.replay { " and replay" } else { "" };
        ask(&format!("edit{replay} {}", counted(count, "dead letter")), count == 0)
    }

    fn job(&self, filter: DeadLetterFilter, patch: PatchDocument) -> NewJob {
        let rate = self.rate.unwrap_or(if self.replay { RATE } else { 0 });
        NewJob {
            kind: JobKind::Patch,
            filter,
            by: self.who.name(),
            reason: self.reason.clone(),
            rate: (rate > 0).then_some(rate),
            most_replays: Some(self.most_replays),
            force: self.force,
            max_failed_percent: Some(self.max_failed),
            patch: Some(patch),
            replay: self.replay,
        }
    }
}

/// What a dry run has found.
#[derive(Serialize)]
struct DryRun {
    #[serde(flatten)]
    preview: PatchPreview,
    #[serde(skip_serializing_if = "Option::is_none")]
    replay: Option<DryReplayReport>,
}

impl DryRun {
    fn page(&self) -> String {
        let replay = self.replay.as_ref().map(|replay| format!("\n{}", dry_replay::page(replay)));
        format!("{}{}", page(&self.preview), replay.unwrap_or_default())
    }
}

fn read(file: &Path) -> Result<PatchDocument, Failure> {
    let mut text = String::new();
    let read = match file == Path::new("-") {
        true => std::io::stdin().read_to_string(&mut text).map(|_| ()),
        false => std::fs::read_to_string(file).map(|read| text = read),
    };
    read.with_context(|| format!("failed to read {}", file.display())).or_exit(Exit::Usage)?;
    let json = RawValue::from_string(text.trim().to_owned());
    Ok(PatchDocument(json.with_context(|| format!("{} is not JSON", file.display())).or_exit(Exit::Usage)?))
}

/// What a patch would do.
fn page(preview: &PatchPreview) -> String {
    let mut page = text::fields(&[
        ("dead letters", preview.total.to_string()),
        ("applies to", preview.applicable.to_string()),
        ("not applicable", preview.not_applicable.to_string()),
    ]);
    for edit in &preview.edits {
        page.push_str(&format!("\n{}\n{}", edit.id, diff::of(&edit.diff)));
    }
    page.push_str(&inapplicable(&preview.inapplicable, preview.not_applicable));
    page
}
