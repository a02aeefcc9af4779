//! `gantry target list|pause|resume|disable|enable|close-breaker`: which targets of a running host get messages.

use std::str::FromStr;

use clap::{Args, Subcommand};
use gantry_core::{FlowName, TargetName};
use serde_json::Value;

use crate::args::{HostArgs, Who};
use crate::desk;
use crate::exit::Failure;
use crate::output::Output;
use crate::text;

/// See which targets of a running host get messages, and decide it
#[derive(Debug, Subcommand)]
pub(crate) enum Target {
    List(List),
    /// Send nothing to a target until it is resumed; its messages wait
    Pause(Stop),
    /// End a pause; refused credentials are tried at once
    Resume(Go),
    /// Send nothing to a target until it is enabled; its messages wait
    Disable(Stop),
    /// Let a target that is disabled, by 410 or by command, get messages again
    Enable(Go),
    /// Close a target's breaker, whatever it has seen: its messages are sent again
    CloseBreaker(Go),
}

/// List all targets with their state and breaker
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

/// Which target is stopped, and why.
#[derive(Debug, Args)]
pub(crate) struct Stop {
    /// The target
    #[arg(value_name = "FLOW/TARGET")]
    pub(crate) target: Address,
    /// Why; kept with the stop
    #[arg(long, default_value = "")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) host: HostArgs,
}

/// Which target goes on.
#[derive(Debug, Args)]
pub(crate) struct Go {
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
        let (flow, target) = text.split_once('/').ok_or("write FLOW/TARGET, as `gantry target list` does")?;
        let flow = flow.parse().map_err(|error: gantry_core::id::InvalidName| error.to_string())?;
        let target = target.parse().map_err(|error: gantry_core::id::InvalidName| error.to_string())?;
        Ok(Self { flow, target })
    }
}

impl Target {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::List(List { host }) => {
                let targets = desk::targets(host, output)?;
                Ok(output.print(&targets, || table(&targets))?)
            }
            Self::Pause(stop) => stop.run("pause", output),
            Self::Disable(stop) => stop.run("disable", output),
            Self::Resume(go) => go.run("resume", output),
            Self::Enable(go) => go.run("enable", output),
            Self::CloseBreaker(go) => go.run("close-breaker", output),
        }
    }
}

impl Stop {
    fn run(&self, command: &str, output: &Output) -> Result<(), Failure> {
        command_target(&self.host, output, &self.target, command, &self.who, &self.reason)
    }
}

impl Go {
    fn run(&self, command: &str, output: &Output) -> Result<(), Failure> {
        command_target(&self.host, output, &self.target, command, &self.who, "")
    }
}

fn command_target(
    host: &HostArgs,
    output: &Output,
    Address { flow, target }: &Address,
    command: &str,
    who: &Who,
    reason: &str,
) -> Result<(), Failure> {
    let report = desk::command_target(host, output, &format!("{flow}/{target}"), command, &who.name(), reason)?;
    Ok(output.print(&report, || row(&report).join("  "))?)
}

fn table(targets: &Value) -> String {
    let mut rows = vec![["TARGET", "STATE", "BREAKER", "UNDER WAY", "WAITING", "WHY"].map(str::to_owned)];
    rows.extend(targets.as_array().into_iter().flatten().map(row));
    text::columns(&rows)
}

fn row(target: &Value) -> [String; 6] {
    let word = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    let breaker = &target["breaker"];
    let breaker = match breaker["until"].as_u64() {
        Some(until) => format!("open until {}", gantry_core::Timestamp(until)),
        None => word(&breaker["state"]),
    };
    [
        format!("{}/{}", word(&target["flow"]), word(&target["target"])),
        word(&target["state"]),
        breaker,
        target["under_way"].to_string(),
        target["waiting"].to_string(),
        why(target),
    ]
}

/// Who stopped it, when and why; or that it refuses the host's credentials.
fn why(target: &Value) -> String {
    let stop = &target["stop"];
    if let Some(at) = stop["at"].as_u64() {
        let by = stop["by"].as_str().map_or_else(String::new, |by| format!("{by}, "));
        let reason = text::first_line(stop["reason"].as_str().unwrap_or_default(), 60);
        return format!("{by}{}: {reason}", gantry_core::Timestamp(at));
    }
    match target["refused_until"].as_u64() {
        Some(until) => format!("refuses the host's credentials; probed at {}", gantry_core::Timestamp(until)),
        None => String::new(),
    }
}
