//! `gantry config schema` and `gantry config show`

use clap::{Args, Subcommand, ValueEnum};
use gantry_config::schema;

use crate::args::HostArgs;
use crate::exit::Failure;
use crate::output::Output;

/// Show settings and their schemas
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    Schema(Schema),
    Show(Show),
}

/// Print the JSON Schema of flow files or of the host file, for editors
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Which kind of file
    #[arg(value_enum, default_value_t = Kind::Flow)]
    file: Kind,
}

/// Print the host's effective settings: the file merged with the defaults, secrets as references
#[derive(Debug, Args)]
pub(crate) struct Show {
    #[command(flatten)]
    host: HostArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// A flow
    Flow,
    /// The host, usually gantry.toml
    Host,
}

impl Config {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::Schema(Schema { file: Kind::Flow }) => Ok(output.json(&schema::flow(&gantry_transport::kinds()))?),
            Self::Schema(Schema { file: Kind::Host }) => Ok(output.json(&schema::host())?),
            Self::Show(show) => show.run(output),
        }
    }
}

impl Show {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        let settings = self.host.load(output)?.to_json();
        let toml = toml::to_string(&settings).map_err(anyhow::Error::from)?;
        Ok(output.print(&settings, || toml)?)
    }
}
