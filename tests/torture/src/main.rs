//! `torture --rounds 200 --seed 7`: exit code 1 when a promise was broken.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use gantry_torture::run::{Options, run};

/// Runs `gantry run` through random faults and checks its promises
///
/// Prints a line for each round and a summary. The same seed leads to the same rounds; their timing differs a little
/// from run to run.
#[derive(Debug, Parser)]
struct Torture {
    /// How many rounds
    #[arg(long, default_value_t = 24)]
    rounds: usize,
    /// The seed of all random choices; random unless given
    #[arg(long)]
    seed: Option<u64>,
    /// Work in this directory, which must be empty or absent, and keep it
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// The binary to test [default: `gantry` beside this command]
    #[arg(long, value_name = "FILE")]
    gantry: Option<PathBuf>,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<ExitCode> {
    let options = Torture::parse();
    let gantry = match options.gantry {
        Some(gantry) => gantry,
        None => std::env::current_exe()?.with_file_name("gantry"),
    };
    ensure!(gantry.is_file(), "there is no {}: build it with `cargo build --workspace --bins`", gantry.display());
    let scratch = tempfile::tempdir()?;
    let dir = match &options.keep {
        Some(dir) => empty(dir)?,
        None => scratch.path().to_owned(),
    };
    let seed = options.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    println!("seed {seed}, {} rounds, in {}", options.rounds, dir.display());
    let summary = run(Options { gantry, dir, seed, rounds: options.rounds }).await?;
    println!("{summary}");
    Ok(if summary.violations() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The directory by its full name, made if absent.
fn empty(dir: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(dir).with_context(|| format!("can't make {}", dir.display()))?;
    ensure!(std::fs::read_dir(dir)?.next().is_none(), "{} is not empty", dir.display());
    Ok(dir.canonicalize()?)
}
