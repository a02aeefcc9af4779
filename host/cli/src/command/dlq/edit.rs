//! `gantry dlq edit`

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, anyhow};
use bytes::Bytes;
use clap::Args;
use gantry_admin::diff::between;
use gantry_api::v1::{DeadLetter, Diff};
use gantry_core::DeadLetterId;
use serde_json::json;

use super::diff;
use super::selection::ask;
use crate::args::{HostArgs, Who};
use crate::client;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::layout;
use crate::output::Output;

/// Edit a dead letter's payload and replay it; the received payload is kept as well
#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// The dead letter's id, or the id of its message
    pub(crate) id: DeadLetterId,
    /// Take the edited payload from this file instead of opening $VISUAL or $EDITOR
    #[arg(long, value_name = "FILE")]
    pub(crate) payload: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) who: Who,
    /// Replay without asking for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Edit {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let by = self.who.name();
        client::with(&self.host, output, async |client| {
            let dead_letter = client.dead_letter(self.id).await?;
            let edited = match &self.payload {
                Some(file) => read(file)?.into(),
                None => in_editor(&dead_letter)?,
            };
            let difference = between(&dead_letter.received.payload, &edited);
            if difference == Diff::Same {
                return Err(Failure::new(Exit::Usage, anyhow!("the payload is unchanged: nothing was replayed")));
            }
            output.complain(&diff::of(&difference));
            ask("replay with this edit", self.yes)?;
            let dead_letter = client.replay(dead_letter.id, &by, Some(edited)).await?;
            let result = json!({"id": dead_letter.id, "state": dead_letter.state, "diff": difference});
            Ok(output.print(&result, || format!("{}  queued again, edited", dead_letter.id))?)
        })
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).with_context(|| format!("failed to read {}", file.display())).or_exit(Exit::Usage)
}

/// Opens the payload in the operator's editor. JSON is indented first; if it is saved unchanged, the payload counts as
/// unedited.
fn in_editor(dead_letter: &DeadLetter) -> Result<Bytes, Failure> {
    let received = &dead_letter.received.payload;
    let (shown, suffix) = match layout::indented(received) {
        Some(json) => (json.into_bytes(), ".json"),
        None if std::str::from_utf8(received).is_ok() => (received.to_vec(), ".txt"),
        None => {
            let text = anyhow!("the payload is not text: edit it elsewhere and give it with `--payload FILE`");
            return Err(Failure::new(Exit::Usage, text));
        }
    };
    let mut file = tempfile::Builder::new().prefix("gantry-").suffix(suffix).tempfile()?;
    file.write_all(&shown)?;
    file.flush()?;
    open(file.path())?;
    // Read it again by its path: editors replace the file they save.
    let edited = read(file.path())?;
    Ok(if edited == shown { received.clone() } else { edited.into() })
}

fn open(file: &Path) -> Result<(), Failure> {
    let editor = ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok().filter(|text| !text.is_empty()));
    let editor = editor.unwrap_or_default();
    // The variable may contain arguments: `code --wait`.
    let mut words = editor.split_whitespace();
    let Some(program) = words.next() else {
        let error = anyhow!("set $EDITOR to your editor, or give the edited payload with `--payload FILE`");
        return Err(Failure::new(Exit::Usage, error));
    };
    let status = Command::new(program).args(words).arg(file).status();
    let status = status.with_context(|| format!("failed to run the editor `{editor}`"));
    if !status.or_exit(Exit::Usage)?.success() {
        return Err(Failure::new(Exit::Usage, anyhow!("the editor `{editor}` failed: nothing was replayed")));
    }
    Ok(())
}
