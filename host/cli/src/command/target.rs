//! `gantry target list|pause|resume|disable|enable|close-breaker`: shows and controls the targets of a running host.

use std::str::FromStr;

use clap::{Args, Subcommand};
use gantry_api::v1::{BreakerReport, RefusalReport, TargetCommand, TargetReport, ThrottleReport};
use gantry_core::{FlowName, TargetName};

use crate::args::{HostArgs, Who};
use crate::client;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;

/// Show and control the targets of a running host
#[derive(Debug, Subcommand)]
pub(crate) enum Target {
    List(List),
    /// Pause a target: its messages wait until it is resumed
    Pause(StopArgs),
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
            Self::List(List { host }) => {
                let targets = client::with_host(host, output, async |host| Ok(host.targets().await?))?;
                Ok(output.print(&targets, || table(&targets))?)
            }
            Self::Pause(stop) => stop.run(TargetCommand::Pause, output),
            Self::Disable(stop) => stop.run(TargetCommand::Disable, output),
            Self::Resume(start) => start.run(TargetCommand::Resume, output),
            Self::Enable(start) => start.run(TargetCommand::Enable, output),
            Self::CloseBreaker(start) => start.run(TargetCommand::CloseBreaker, output),
        }
    }
}

impl StopArgs {
    fn run(&self, command: TargetCommand, output: &Output) -> Result<(), Failure> {
        command_target(&self.host, output, &self.target, command, &self.who, &self.reason)
    }
}

impl StartArgs {
    fn run(&self, command: TargetCommand, output: &Output) -> Result<(), Failure> {
        command_target(&self.host, output, &self.target, command, &self.who, "")
    }
}

fn command_target(
    host: &HostArgs,
    output: &Output,
    Address { flow, target }: &Address,
    command: TargetCommand,
    who: &Who,
    reason: &str,
) -> Result<(), Failure> {
    client::with_host(host, output, async |host| {
        let report = host.command_target(&format!("{flow}/{target}"), command, &who.name(), reason).await?;
        Ok(output.print(&report, || row(&report).join("  "))?)
    })
}

fn table(targets: &[TargetReport]) -> String {
    let mut rows = vec![["TARGET", "STATE", "BREAKER", "IN FLIGHT", "WAITING", "WHY"].map(str::to_owned)];
    rows.extend(targets.iter().map(row));
    text::columns(&rows)
}

fn row(target: &TargetReport) -> [String; 6] {
    [
        format!("{}/{}", target.flow, target.target),
        target.state.to_string(),
        breaker(target.breaker.as_ref()),
        target.in_flight.to_string(),
        target.waiting.to_string(),
        why(target),
    ]
}

fn breaker(breaker: Option<&BreakerReport>) -> String {
    match breaker {
        None => "none".to_owned(),
        Some(BreakerReport { until: Some(until), .. }) => format!("open until {until}"),
        Some(BreakerReport { state, until: None, .. }) => state.to_string(),
    }
}

/// Who stopped it, when and why; or what it answers to every delivery, and how often it is asked.
fn why(target: &TargetReport) -> String {
    if let Some(stop) = &target.stop {
        let by = stop.by.as_ref().map(|by| format!("{by}, ")).unwrap_or_default();
        return format!("{by}{}: {}", stop.at, text::first_line(&stop.reason, 60));
    }
    if let Some(RefusalReport { until, reason }) = &target.refusal {
        return format!("{reason}; probed at {until}");
    }
    let throttle = target.throttle.as_ref();
    throttle.map_or_else(String::new, |ThrottleReport { gap_ms, until }| {
        format!("it answers 429: one request in {gap_ms} ms, the next at {until}")
    })
}
