//! `gantry flow list|diagram|close|open`

mod close;
mod open;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use gantry_api::v1::{FlowReport, FlowState, IntakeClosure, PluginInForce};
use gantry_config::{diagram, load_flows};
use gantry_core::counted;
use serde_json::json;

use crate::args::HostArgs;
use crate::client;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::text;

/// Show flows, and close and open their intake
#[derive(Debug, Subcommand)]
pub(crate) enum Flow {
    List(List),
    Diagram(Diagram),
    Close(close::Close),
    Open(open::Open),
}

/// List the flows of a running host: their steps, queued messages and open dead letters
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    host: HostArgs,
}

/// Draw flows as a Mermaid flowchart, with their purpose
#[derive(Debug, Args)]
pub(crate) struct Diagram {
    /// Flow files, or directories of them
    #[arg(required = true, value_name = "FLOWS")]
    flows: Vec<PathBuf>,
}

impl Flow {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(output),
            Self::Diagram(diagram) => diagram.run(output),
            Self::Close(close) => close.run(output),
            Self::Open(open) => open.run(output),
        }
    }
}

impl List {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        client::with_host(&self.host, output, async |host| {
            let flows = host.flows().await?;
            Ok(output.print(&json!({ "flows": &flows }), || table(&flows))?)
        })
    }
}

fn table(flows: &[FlowReport]) -> String {
    let mut rows = vec![["FLOW", "STATE", "QUEUED", "DEAD LETTERS", "STEPS"].map(str::to_owned)];
    rows.extend(flows.iter().map(row));
    let remarks: String = flows.iter().map(|flow| broken(flow) + &closed(flow) + &left_behind(flow)).collect();
    format!("{}{remarks}", text::columns(&rows))
}

/// What is wrong with a flow that can't run, and what to do about it.
fn broken(flow: &FlowReport) -> String {
    let Some(next) = &flow.next else { return String::new() };
    let why: String = flow.why.iter().map(|why| format!("  {}\n", text::line(why))).collect();
    let runs = match flow.last_good {
        Some(at) => format!("runs with the configuration of {at}, version {}", flow.version),
        None => "does not run".to_owned(),
    };
    format!("\n{} is broken and {runs}:\n{why}  next: {next}; put it right, then run: gantry reload\n", flow.name)
}

/// `closed by anna at …: stocktaking`
fn closed_by(IntakeClosure { at, by, reason }: &IntakeClosure) -> String {
    format!("closed by {} at {at}: {}", text::line(by), text::line(reason))
}

/// Who closed the intake of a flow.
fn closed(flow: &FlowReport) -> String {
    let Some(closure) = &flow.closed else { return String::new() };
    format!("\n{0} takes nothing in: {1}\n  next: gantry flow open {0}\n", flow.name, closed_by(closure))
}

/// What to do about the messages of a flow that is gone.
fn left_behind(flow: &FlowReport) -> String {
    if flow.state != FlowState::Removed {
        return String::new();
    }
    let name = &flow.name;
    format!(
        "\n{name} is not in force, and what it has waits\n  next: gantry queue list --flow {name}; gantry queue move --flow \
         {name} --to FLOW\n"
    )
}

fn row(flow: &FlowReport) -> [String; 5] {
    let queued = flow.queue.queued + flow.queue.leased + flow.queue.scheduled;
    let steps: Vec<_> = flow.steps.iter().map(|name| step(flow, name)).collect();
    [flow.name.clone(), state(flow), queued.to_string(), flow.open_dead_letters.to_string(), steps.join(", ")]
}

fn state(flow: &FlowReport) -> String {
    match flow.last_good {
        Some(at) => format!("{}, runs with the configuration of {at}", flow.state),
        None => flow.state.to_string(),
    }
}

/// The plugin of a step, or the number of its rules: `plausible: 9 rules`.
fn step(flow: &FlowReport, name: &str) -> String {
    if let Some(plugin) = flow.plugins.iter().find(|plugin| plugin.step == name) {
        return plugin_of(plugin);
    }
    let rules = flow.rules.iter().find(|step| step.step == name).map_or(0, |step| step.rules);
    format!("{name}: {}", counted(rules, "rule"))
}

/// `map: order-to-erp@1.0.0`, followed by a version that is being deployed.
fn plugin_of(plugin: &PluginInForce) -> String {
    let PluginInForce { step, name, version, on_trial, .. } = plugin;
    let deploying = on_trial.as_ref().map(|new| format!(" (deploying: {new})")).unwrap_or_default();
    format!("{step}: {name}@{version}{deploying}")
}

impl Diagram {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        let (flows, _) = load_flows(&self.flows, &gantry_transport::kinds())
            .map_err(|found| Failure::mistakes(Exit::InvalidConfig, "the flows have mistakes", &found, output))?;
        let chart = diagram::mermaid(&flows);
        Ok(output.print(&json!({ "mermaid": chart }), || chart.clone())?)
    }
}
