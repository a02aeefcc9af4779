//! `gantry check`: finds all mistakes that would stop flows from running, before anything runs.

mod alerts;
mod cases;
mod directories;
mod grants;
mod parts;
mod schemas;
mod secrets;
mod targets;

use std::path::PathBuf;

use clap::Args;
use gantry_config::{Code, Diagnostics, HOST_FILE, HostConfig, Severity, examine_flows_beside};
use gantry_core::counted;
use gantry_transport::kinds;
use serde_json::json;

use crate::args::HostArgs;
use crate::exit::{Exit, Failure};
use crate::output::{Format, Output};

/// Check flows: configuration, plugins, grants, tables, schemas, secrets, and whether targets answer
///
/// Nothing is started and nothing is sent; targets are only connected to. Warnings don't fail the check, except with
/// `--strict`. An environment variable that isn't set is a warning, because only the host's own environment counts.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Flow files, or directories of them
    #[arg(required = true, value_name = "FLOWS")]
    flows: Vec<PathBuf>,
    /// Don't connect to targets
    #[arg(long)]
    offline: bool,
    /// Count warnings as errors
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    host: HostArgs,
}

impl Check {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        // Mistakes of the host's file don't hide those of the flows.
        let (host, of_host) = match self.host.read(output)? {
            Ok(host) => (host, Diagnostics::default()),
            Err(mistakes) => (self.host.in_directory(HostConfig::default())?, mistakes),
        };
        let (flows, mut found) = examine_flows_beside(&self.flows, &kinds(), &host.alert_flows());
        found.extend(of_host);
        let host_file = self.host.config.as_deref().unwrap_or(HOST_FILE.as_ref());
        found.extend(parts::check(&flows, &host, host_file)?);
        found.extend(grants::check(&flows));
        found.extend(cases::check(&flows));
        found.extend(secrets::check(&flows, &host, host_file));
        found.extend(alerts::check(&flows, &host, host_file));
        found.extend(directories::check(&flows, &host, host_file));
        if !self.offline {
            found.extend(targets::check(&flows)?);
        }
        let is_right = found.is_empty() || !self.strict && !found.has_errors();
        match output.format {
            Format::Human => {
                output.complain_about(&found);
                if is_right {
                    schemas::of(&flows).iter().try_for_each(|schema| output.write(&format!("{schema}\n")))?;
                    output.write(&format!("{} ready", counted(flows.len(), "flow")))?;
                }
            }
            Format::Json => {
                let names: Vec<_> = flows.iter().map(|flow| &flow.name).collect();
                let result =
                    json!({ "ok": is_right, "flows": names, "schemas": schemas::of(&flows), "diagnostics": found });
                output.json(&result)?;
            }
        }
        exit(&found, self.strict)
    }
}

/// Refused plugins have their own exit code, unless the configuration has mistakes too.
fn exit(found: &Diagnostics, is_strict: bool) -> Result<(), Failure> {
    let mut errors = found.iter().filter(|found| is_strict || found.severity == Severity::Error).peekable();
    if errors.peek().is_none() {
        return Ok(());
    }
    let only_plugins = errors.all(|diagnostic| diagnostic.code == Code::PluginRefused);
    Err(Failure::said(if only_plugins { Exit::PluginRefused } else { Exit::InvalidConfig }))
}
