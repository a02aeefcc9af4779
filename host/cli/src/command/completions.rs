//! `gantry completions`

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::exit::Failure;
use crate::output::Output;

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut crate::args::Args::command(), "gantry", &mut script);
        Ok(output.write(&String::from_utf8_lossy(&script))?)
    }
}
