//! `gantry flow list|diagram`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use gantry_config::{diagram, load_flows};
use serde_json::Value;

use crate::args::HostArgs;
use crate::desk;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::text;

/// Look at flows
#[derive(Debug, Subcommand)]
pub(crate) enum Flow {
    List(List),
    Diagram(Diagram),
}

/// List the flows of a running host: the plugin of each step, what is queued and what is dead
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
        }
    }
}

impl List {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        desk::with_host(&self.host, output, async |host| {
            let flows = host.flows().await?;
            Ok(output.print(&flows, || table(&flows))?)
        })
    }
}

fn table(flows: &[Value]) -> String {
    let heading = ["FLOW", "STATE", "QUEUED", "DEAD", "STEPS"].map(str::to_owned);
    let row = |flow: &Value| {
        let queued = ["queued", "leased", "scheduled"].map(|state| flow["queue"][state].as_u64().unwrap_or_default());
        let names = flow["steps"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let steps: Vec<_> = names.map(|name| step(flow, name)).collect();
        [
            flow["name"].as_str().unwrap_or_default().to_owned(),
            flow["state"].as_str().unwrap_or_default().to_owned(),
            queued.iter().sum::<u64>().to_string(),
            flow["open_dead_letters"].to_string(),
            steps.join(", "),
        ]
    };
    let rows: Vec<_> = std::iter::once(heading).chain(flows.iter().map(row)).collect();
    text::columns(&rows)
}

/// A plugin, or how many rules there are: `plausible: 9 rules`.
fn step(flow: &Value, name: &str) -> String {
    let named = |list: &str| flow[list].as_array().into_iter().flatten().find(|step| step["step"] == name);
    match (named("plugins"), named("rules")) {
        (Some(plugin), _) => served(plugin),
        (None, rules) => {
            let count = rules.and_then(|step| step["rules"].as_u64()).unwrap_or_default();
            format!("{name}: {count} rule{}", if count == 1 { "" } else { "s" })
        }
    }
}

/// `map: order-to-erp@1.0.0`, with a version on trial behind it.
fn served(plugin: &Value) -> String {
    let version = |plugin: &Value| {
        format!("{}@{}", plugin["name"].as_str().unwrap_or_default(), plugin["version"].as_str().unwrap_or_default())
    };
    let trial = plugin.get("on_trial").map(|trial| format!(" (on trial: {})", version(trial))).unwrap_or_default();
    format!("{}: {}{trial}", plugin["step"].as_str().unwrap_or_default(), version(plugin))
}

impl Diagram {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        let (flows, _) = load_flows(&self.flows, &gantry_transport::kinds()).map_err(|mistakes| {
            output.complain_about(&mistakes);
            Failure::said(Exit::InvalidConfig)
        })?;
        let chart = diagram::mermaid(&flows);
        Ok(output.print(&serde_json::json!({ "mermaid": chart }), || chart.clone())?)
    }
}
