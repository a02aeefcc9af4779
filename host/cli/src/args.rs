//! The command line: what is common to all commands. Each command's own arguments stand with the command.

use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Parser};
use gantry_config::{HOST_FILE, HostConfig};

use crate::command::Command;
use crate::exit::{Exit, Failure};
use crate::output::{Color, Format, Output};

/// Gantry moves data between business systems through sandboxed plugins, and loses none of it.
#[derive(Debug, Parser)]
#[command(name = "gantry", version, max_term_width = 110, infer_subcommands = false)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command understands.
#[derive(Debug, ClapArgs)]
pub(crate) struct Global {
    /// Print for people or for programs
    #[arg(long, global = true, value_enum, default_value_t = Format::Human, env = "GANTRY_FORMAT", help_heading = "Output")]
    format: Format,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, help_heading = "Output")]
    color: Color,
}

impl Global {
    pub(crate) const fn output(&self) -> Output {
        Output::new(self.format, self.color)
    }
}

/// Which host is meant: for commands that start one or talk to one.
#[derive(Debug, ClapArgs)]
pub(crate) struct HostArgs {
    /// Host settings [default: gantry.toml in the working directory, if there is one]
    #[arg(long, value_name = "FILE", env = "GANTRY_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Data directory, in place of the one in the settings
    #[arg(long, value_name = "DIR", env = "GANTRY_DATA")]
    pub(crate) data: Option<PathBuf>,
}

/// Who acts: for commands that leave a trace.
#[derive(Debug, ClapArgs)]
pub(crate) struct Who {
    /// Who asks [default: the user running the command]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

impl Who {
    pub(crate) fn name(&self) -> String {
        by(self.by.as_deref())
    }
}

/// The name given, else the user running the command.
pub(crate) fn by(given: Option<&str>) -> String {
    let user = || std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".to_owned());
    given.map_or_else(user, str::to_owned)
}

impl HostArgs {
    /// The host's settings. What is wrong with them is said here.
    pub(crate) fn load(&self, output: &Output) -> Result<HostConfig, Failure> {
        let usual = Path::new(HOST_FILE);
        let file = self.config.as_deref().or_else(|| usual.is_file().then_some(usual));
        let loaded = HostConfig::load(file);
        output.complain_about(loaded.as_ref().map_or_else(|mistakes| mistakes, |(_, warnings)| warnings));
        let (mut config, _) = loaded.map_err(|_| Failure::said(Exit::InvalidConfig))?;
        if let Some(data) = &self.data {
            config.data_dir = std::path::absolute(data)?;
        }
        Ok(config)
    }
}
