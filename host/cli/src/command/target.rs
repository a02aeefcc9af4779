//! `gantry target list|show|pause|resume|disable|enable|close-breaker`: shows and controls the targets of a running host.

mod report;

use std::str::FromStr;

use clap::{Args, Subcommand};
use gantry_api::v1::TargetCommand;
use gantry_core::{FlowName, TargetName, Timestamp};
use serde_json::json;

use crate::args::{HostArgs, Who};
use crate::client;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::time;
use report::{line, table};

/// Show and control the targets of a running host
#[derive(Debug, Subcommand)]
pub(crate) enum Target {
    List(List),
    Show(Show),
    Pause(Pause),
    /// Resume a paused target, and retry refused credentials at once
    Resume(StartArgs),
    /// Disable a target: its messages wait until it is enabled
    Disable(StopArgs),
    /// Enable a target that is disabled, by an answer 410 or by command
    Enable(StartArgs),
    /// Close a target's breaker regardless of earlier failures: its messages are sent again
    CloseBreaker(StartArgs),
}

/// List all targets with their state and breaker
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

/// Show one target: what holds it back, who stopped it before, its breaker and its retries
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The target
    #[arg(value_name = "FLOW/TARGET")]
    pub(crate) target: Address,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

/// Pause a target: its messages wait until it is resumed, or until the pause ends
#[derive(Debug, Args)]
pub(crate) struct Pause {
    #[command(flatten)]
    pub(crate) stop: StopArgs,
    /// When the pause ends by itself, for instance 2026-12-01T08:00:00Z
    #[arg(long, value_name = "TIME", conflicts_with = "duration")]
    pub(crate) until: Option<Timestamp>,
    /// How long the pause lasts, for instance 90s, 30m, 8h or 2d
    #[arg(long = "for", id = "duration", value_name = "DURATION", value_parser = time::future)]
    pub(crate) duration: Option<Timestamp>,
}

/// Which target to stop, and why.
#[derive(Debug, Args)]
pub(crate) struct StopArgs {
    /// The target
    #[arg(value_name = "FLOW/TARGET")]
    pub(crate) target: Address,
    /// Why; recorded with the stop
    #[arg(long, default_value = "")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

/// Which target to start again.
#[derive(Debug, Args)]
pub(crate) struct StartArgs {
    /// The target
    #[arg(value_name = "FLOW/TARGET")]
    pub(crate) target: Address,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

/// A target of a flow.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    flow: FlowName,
    target: TargetName,
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (flow, target) = text.split_once('/').ok_or("write FLOW/TARGET, as in `gantry target list`")?;
        let flow = flow.parse().map_err(|error: gantry_core::id::InvalidName| error.to_string())?;
        let target = target.parse().map_err(|error: gantry_core::id::InvalidName| error.to_string())?;
        Ok(Self { flow, target })
    }
}

impl Target {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::List(List { host }) => client::with_host(host, output, async |host| {
                let targets = host.targets().await?;
                let flows = host.flows().await?;
                Ok(output.print(&json!({ "targets": &targets }), || table(&targets, &flows))?)
            }),
            Self::Show(show) => show.run(output),
            Self::Pause(Pause { stop, until, duration }) => stop.run(TargetCommand::Pause, until.or(*duration), output),
            Self::Disable(stop) => stop.run(TargetCommand::Disable, None, output),
            Self::Resume(start) => start.run(TargetCommand::Resume, output),
            Self::Enable(start) => start.run(TargetCommand::Enable, output),
            Self::CloseBreaker(start) => start.run(TargetCommand::CloseBreaker, output),
        }
    }
}

impl Show {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        let Address { flow, target } = &self.target;
        client::with_host(&self.host, output, async |host| {
            let all = host.targets().await?;
            let report = all.into_iter().find(|report| report.flow == *flow && report.target == *target);
            let report = report.ok_or_else(|| {
                let missing = anyhow::anyhow!("there is no target {flow}/{target}; `gantry target list` shows all");
                Failure::new(Exit::NotFound, missing)
            })?;
            Ok(output.print(&report, || report::whole(&report))?)
        })
    }
}

impl StopArgs {
    fn run(&self, command: TargetCommand, until: Option<Timestamp>, output: &Output) -> Result<(), Failure> {
        let Self { target: Address { flow, target }, reason, who, host } = self;
        client::with_host(host, output, async |host| {
            let report = host.command_target(&format!("{flow}/{target}"), command, &who.name(), reason, until).await?;
            Ok(output.print(&report, || line(&report))?)
        })
    }
}

impl StartArgs {
    fn run(&self, command: TargetCommand, output: &Output) -> Result<(), Failure> {
        let Self { target: Address { flow, target }, who, host } = self;
        client::with_host(host, output, async |host| {
            let report = host.command_target(&format!("{flow}/{target}"), command, &who.name(), "", None).await?;
            Ok(output.print(&report, || line(&report))?)
        })
    }
}
