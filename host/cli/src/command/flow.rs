//! `gantry flow diagram`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use gantry_config::{diagram, load_flows};

use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Look at flows
#[derive(Debug, Subcommand)]
pub(crate) enum Flow {
    Diagram(Diagram),
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
            Self::Diagram(diagram) => diagram.run(output),
        }
    }
}

impl Diagram {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        let (flows, _) = load_flows(&self.flows).map_err(|mistakes| {
            output.complain_about(&mistakes);
            Failure::said(Exit::InvalidConfig)
        })?;
        let chart = diagram::mermaid(&flows);
        Ok(output.print(&serde_json::json!({ "mermaid": chart }), || chart.clone())?)
    }
}
