//! `gantry key generate`: generates keys to sign plugins.

mod generate;

use clap::Subcommand;

use crate::exit::Failure;
use crate::output::Output;

/// Generate keys to sign plugins
#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    Generate(generate::Generate),
}

impl Key {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::Generate(generate) => generate.run(output),
        }
    }
}
