//! `gantry key generate`: the keys with which plugins are signed.

mod generate;

use clap::Subcommand;

use crate::exit::Failure;
use crate::output::Output;

/// Make keys to sign plugins with
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
