//! The arguments that commands share. Each command's own arguments are in the command's file.

use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Parser};
use gantry_config::{Diagnostics, HOST_FILE, HostConfig};

use crate::command::Command;
use crate::exit::{Exit, Failure};
use crate::output::{Color, Format, Output};

/// Gantry moves data between business systems through sandboxed plugins, without losing any.
#[derive(Debug, Parser)]
#[command(name = "gantry", version, max_term_width = 110, infer_subcommands = false)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
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

/// The host: for commands that start one or connect to one.
#[derive(Debug, ClapArgs)]
pub(crate) struct HostArgs {
    /// Host settings [default: gantry.toml in the working directory, if there is one]
    #[arg(long, value_name = "FILE", env = "GANTRY_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Data directory, instead of the one in the settings
    #[arg(long, value_name = "DIR", env = "GANTRY_DATA")]
    pub(crate) data: Option<PathBuf>,
}

/// Why a data directory is the one that was asked: where a wrong one comes from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DataSource {
    /// The command line or the environment names it.
    #[error("`--data` or GANTRY_DATA names it")]
    Named,
    /// A host file says so, or leaves the default.
    #[error("it is the data directory of {}, which `--config` or GANTRY_CONFIG names", .0.display())]
    Config(PathBuf),
    /// The host file in the working directory does.
    #[error("it is the data directory of {}, which is in the working directory", .0.display())]
    WorkingDirectory(PathBuf),
    /// Nothing says where the host is.
    #[error(
        "it is the default: there is no {HOST_FILE} in {}, and neither `--config`, GANTRY_CONFIG, `--data` nor \
         GANTRY_DATA is given. Name the host's settings or its data directory by one of them",
        .0.display()
    )]
    Default(PathBuf),
}

/// Who acts: for commands that are recorded in the audit log.
#[derive(Debug, ClapArgs)]
pub(crate) struct Who {
    /// Who does this [default: the user running the command]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

impl Who {
    pub(crate) fn name(&self) -> String {
        self.by.clone().unwrap_or_else(user)
    }
}

/// The name of the user that this process runs as. The environment is not asked: it says whatever somebody wrote into it.
pub(crate) fn user() -> String {
    whoami::fallible::username().unwrap_or_else(|_| format!("uid {}", rustix::process::geteuid().as_raw()))
}

impl HostArgs {
    /// Why the data directory is the one it is.
    pub(crate) fn data_source(&self) -> DataSource {
        let here = std::env::current_dir().unwrap_or_default();
        match (&self.data, &self.config) {
            (Some(_), _) => DataSource::Named,
            (None, Some(file)) => DataSource::Config(file.clone()),
            (None, None) if Path::new(HOST_FILE).is_file() => DataSource::WorkingDirectory(here.join(HOST_FILE)),
            (None, None) => DataSource::Default(here),
        }
    }

    /// The host's file; none if there is none, and none is named.
    pub(crate) fn file(&self) -> Option<&Path> {
        let default = Path::new(HOST_FILE);
        self.config.as_deref().or_else(|| default.is_file().then_some(default))
    }

    /// Loads the host's settings and prints their mistakes and warnings.
    pub(crate) fn load(&self, output: &Output) -> Result<HostConfig, Failure> {
        self.read(output)?.map_err(|mistakes| self.refuse(&mistakes, output))
    }

    /// The same, with mistakes as a result, not printed yet.
    pub(crate) fn read(&self, output: &Output) -> Result<Result<HostConfig, Diagnostics>, Failure> {
        let (config, warnings) = match HostConfig::load(self.file()) {
            Ok(loaded) => loaded,
            Err(mistakes) => return Ok(Err(mistakes)),
        };
        output.complain_about(&warnings);
        Ok(Ok(self.in_directory(config)?))
    }

    /// The failure of a command that can't do without the host's file.
    pub(crate) fn refuse(&self, mistakes: &Diagnostics, output: &Output) -> Failure {
        Failure::mistakes(Exit::InvalidConfig, "the host file has mistakes", mistakes, output)
    }

    /// These settings, with the data directory that the command line names.
    pub(crate) fn in_directory(&self, config: HostConfig) -> std::io::Result<HostConfig> {
        let data_dir = self.data.as_ref().map(std::path::absolute).transpose()?;
        Ok(HostConfig { data_dir: data_dir.unwrap_or_else(|| config.data_dir.clone()), ..config })
    }
}
