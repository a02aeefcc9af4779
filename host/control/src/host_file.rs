//! The host's own file, read again at each reload. What a command line says in place of it stays as it was at the start.

use std::path::PathBuf;

use gantry_config::{Alert, BrokenFlows, Diagnostics, Flow, HostConfig};

/// Where the host's settings are read from at each reload.
#[derive(Clone, Debug)]
pub struct HostFile {
    /// The file, as an absolute path.
    pub file: PathBuf,
    /// Whether nobody named it: then there may be none, and the defaults count.
    pub is_optional: bool,
    /// The data directory that the command line names.
    pub data_dir: Option<PathBuf>,
    /// What the command line says of flows that can't run.
    pub broken_flows: Option<BrokenFlows>,
    /// The flow of an alert's endpoint.
    pub alert_flow: fn(&Alert) -> Flow,
}

impl HostFile {
    /// The settings as they would be after a restart, and warnings; or everything that is wrong with the file.
    pub(crate) fn read(&self) -> Result<(HostConfig, Diagnostics), Diagnostics> {
        let is_there = !self.is_optional || self.file.is_file();
        let (config, warnings) = HostConfig::load(is_there.then_some(self.file.as_path()))?;
        let data_dir = self.data_dir.clone().unwrap_or_else(|| config.data_dir.clone());
        let broken_flows = self.broken_flows.unwrap_or(config.broken_flows);
        Ok((HostConfig { data_dir, broken_flows, ..config }, warnings))
    }

    /// The flows of the alerts that these settings name.
    pub(crate) fn alert_flows(&self, config: &HostConfig) -> Vec<Flow> {
        config.alerts.iter().map(self.alert_flow).collect()
    }
}
