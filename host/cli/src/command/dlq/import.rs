//! `gantry dlq import`

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;
use gantry_api::v1::{DeadLetter, Imported, dead_letter_of_line};
use gantry_core::counted;

use crate::args::{HostArgs, Who};
use crate::client::{self, WithoutStore};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

/// Bytes of the lines that are imported together, as one atomic write.
const BATCH_BYTES: usize = 4 << 20;

/// Most mistakes to show; further ones are only counted.
const SHOWN: usize = 20;

/// Import dead letters that `gantry dlq export` wrote, here or on another host
///
/// Dead letters that are already present stay as they are.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The export: NDJSON, one dead letter per line
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Create the data directory if it is new; otherwise only `gantry run` does
    #[arg(long)]
    pub(crate) create: bool,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

impl Import {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        check(&self.file)?;
        let by = self.who.name();
        let absent = WithoutStore::create_if(self.create);
        client::with_or_without_store(&self.host, absent, output, async |client| {
            let mut all = Imported::default();
            let mut batch = Vec::new();
            let mut bytes = 0;
            for line in Lines::open(&self.file)? {
                let (dead_letter, length) = line?;
                if bytes > 0 && bytes + length > BATCH_BYTES {
                    add(&mut all, client.import(std::mem::take(&mut batch), &by).await?);
                    bytes = 0;
                }
                bytes += length;
                batch.push(dead_letter);
            }
            if !batch.is_empty() {
                add(&mut all, client.import(batch, &by).await?);
            }
            if !all.missing_flows.is_empty() {
                let names: Vec<_> = all.missing_flows.iter().map(|flow| format!("`{flow}`")).collect();
                output.complain(&format!(
                    "gantry: no flow {} is in force here: its dead letters can't be replayed until one of this name is",
                    names.join(", ")
                ));
            }
            Ok(output.print(&all, || {
                format!("{} imported, {} already present", counted(all.added, "dead letter"), all.present)
            })?)
        })
    }
}

fn add(all: &mut Imported, some: Imported) {
    all.added += some.added;
    all.present += some.present;
    all.missing_flows.extend(some.missing_flows);
    all.missing_flows.sort();
    all.missing_flows.dedup();
}

/// Reads every line before anything is imported, and reports all mistakes.
fn check(file: &Path) -> Result<(), Failure> {
    let mut wrong: Vec<anyhow::Error> = Vec::new();
    let mut more = 0;
    for line in Lines::open(file)? {
        match line {
            Ok(_) => {}
            Err(error) if wrong.len() < SHOWN => wrong.push(error.context(file.display().to_string())),
            Err(_) => more += 1,
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    if more > 0 {
        wrong.push(anyhow!("and {} like these", counted(more, "line")));
    }
    wrong.push(anyhow!("nothing was imported"));
    Err(Failure::many(Exit::Usage, wrong))
}

/// The letters of a file, each with the length of its line.
struct Lines {
    reader: BufReader<File>,
    line: usize,
    ended: bool,
}

impl Lines {
    fn open(path: &Path) -> Result<Self, Failure> {
        let file = File::open(path).with_context(|| format!("failed to open {}", path.display()));
        Ok(Self { reader: BufReader::new(file.or_exit(Exit::Usage)?), line: 0, ended: false })
    }

    fn read(&mut self) -> anyhow::Result<Option<(Option<DeadLetter>, usize)>> {
        let mut text = Vec::new();
        self.line += 1;
        let length = self.reader.read_until(b'\n', &mut text).with_context(|| format!("line {}", self.line))?;
        if length == 0 {
            return Ok(None);
        }
        Ok(Some((dead_letter_of_line(self.line, &text)?, length)))
    }
}

impl Iterator for Lines {
    type Item = anyhow::Result<(DeadLetter, usize)>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.read() {
                Ok(Some((Some(dead_letter), length))) => return Some(Ok((dead_letter, length))),
                Ok(Some((None, _))) => {}
                Ok(None) => self.ended = true,
                Err(error) => {
                    // After an I/O error nothing more can be read.
                    self.ended = error.downcast_ref::<std::io::Error>().is_some();
                    return Some(Err(error));
                }
            }
        }
        None
    }
}
