//! `gantry dlq export`

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use gantry_api::v1::{DeadLetter, Part};

use super::Filter;
use crate::args::HostArgs;
use crate::client;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

/// Dead letters fetched at once, with their payloads.
const PAGE: usize = 200;

/// Write dead letters as NDJSON, one per line, for `gantry dlq import`
#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// The file to write; must not exist yet [default: the standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Export {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let mut out = ndjson_writer(self.output.as_deref())?;
        client::with(&self.host, output, async |client| {
            let filter = self.filter.to_api();
            let mut part = Part { limit: Some(PAGE), ..Part::default() };
            loop {
                let page = client.dead_letters(&filter, part).await?;
                write_lines(&mut out, &page.dead_letters)?;
                if page.next.is_none() {
                    break;
                }
                part.after = page.next;
            }
            Ok(out.flush()?)
        })
    }
}

/// Writes to a new file, or to the standard output.
pub(crate) fn ndjson_writer(output: Option<&Path>) -> Result<Box<dyn Write>, Failure> {
    Ok(match output {
        None => Box::new(BufWriter::new(std::io::stdout())),
        Some(path) => Box::new(BufWriter::new(create(path)?)),
    })
}

/// Writes dead letters, one per line.
pub(crate) fn write_lines(out: &mut dyn Write, dead_letters: &[DeadLetter]) -> Result<(), Failure> {
    for dead_letter in dead_letters {
        serde_json::to_writer(&mut *out, dead_letter)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// For its owner only, as it holds messages.
fn create(path: &Path) -> Result<File, Failure> {
    let file = File::options().write(true).create_new(true).mode(0o600).open(path);
    let file = file.with_context(|| format!("failed to create {}", path.display()));
    file.or_exit(Exit::Usage)
}
