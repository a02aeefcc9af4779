//! `gantry plugin new|inspect|build|test`: for plugin authors, and for operators who want to know what a file is.

mod build;
mod inspect;
mod language;
mod new;
mod test;

use clap::Subcommand;

use crate::exit::Failure;
use crate::output::Output;

/// Write, build, test and inspect plugins
#[derive(Debug, Subcommand)]
pub(crate) enum Plugin {
    New(new::New),
    Inspect(inspect::Inspect),
    Build(build::Build),
    Test(test::Test),
}

impl Plugin {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::New(new) => new.run(output),
            Self::Inspect(inspect) => inspect.run(output),
            Self::Build(build) => build.run(output),
            Self::Test(test) => test.run(output),
        }
    }
}
