//! `gantry check`: finds all mistakes that would stop flows from running, before anything runs.

mod grants;
mod parts;
mod schemas;
mod secrets;
mod targets;

use std::path::PathBuf;

use clap::Args;
use gantry_config::{Code, Diagnostics, HOST_FILE, Severity, examine_flows_beside};
use gantry_transport::kinds;
use serde_json::json;

use crate::args::HostArgs;
use crate::exit::{Exit, Failure};
use crate::output::{Format, Output, counted};

/// Check flows: configuration, plugins, grants, tables, schemas, secrets, and whether targets answer
///
/// Nothing is started and nothing is sent; targets are only connected to. Warnings don't fail the check.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Flow files, or directories of them
    #[arg(required = true, value_name = "FLOWS")]
    flows: Vec<PathBuf>,
    /// Don't connect to targets
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    host: HostArgs,
}

impl Check {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let host = self.host.load(output)?;
        let (flows, mut found) = examine_flows_beside(&self.flows, &kinds(), &host.alert_flows());
        found.extend(parts::check(&flows, &host)?);
        found.extend(grants::check(&flows));
        found.extend(secrets::check(&flows, &host, self.host.config.as_deref().unwrap_or(HOST_FILE.as_ref())));
        if !self.offline {
            found.extend(targets::check(&flows)?);
        }
        match output.format {
            Format::Human => {
                output.complain_about(&found);
                if !found.has_errors() {
                    schemas::of(&flows).iter().try_for_each(|schema| output.write(&format!("{schema}\n")))?;
                    output.write(&format!("{} ready", counted(flows.len(), "flow")))?;
                }
            }
            Format::Json => {
                let names: Vec<_> = flows.iter().map(|flow| &flow.name).collect();
                let result = json!({ "ok": !found.has_errors(), "flows": names, "schemas": schemas::of(&flows), "diagnostics": found });
                output.json(&result)?;
            }
        }
        exit(&found)
    }
}

/// Refused plugins have their own exit code, unless the configuration has mistakes too.
fn exit(found: &Diagnostics) -> Result<(), Failure> {
    let mut errors = found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).peekable();
    if errors.peek().is_none() {
        return Ok(());
    }
    let only_plugins = errors.all(|diagnostic| diagnostic.code == Code::PluginRefused);
    Err(Failure::said(if only_plugins { Exit::PluginRefused } else { Exit::InvalidConfig }))
}
