//! Checks which directories of the host and of flows are open to others.

use std::path::Path;

use gantry_config::{Code, Diagnostic, Flow, HostConfig};
use gantry_security::exposed_data;
use gantry_transport::source::{self, Exposed};

/// A warning for the data directory, and for every source that uses such a directory.
pub(super) fn check(flows: &[Flow], host: &HostConfig, host_file: &Path) -> Vec<Diagnostic> {
    let of_host = exposed_data(&host.data_dir).map(|exposed| warning(host_file, exposed.to_string(), exposed.fix()));
    of_host.into_iter().chain(flows.iter().filter_map(of_source)).collect()
}

fn of_source(flow: &Flow) -> Option<Diagnostic> {
    let Exposed { problem, fix } = source::exposed(&*flow.source)?;
    Some(warning(&flow.file, problem, fix))
}

fn warning(file: &Path, problem: String, fix: String) -> Diagnostic {
    Diagnostic::new(Code::DirectoryExposed, file.to_owned(), None, problem, fix)
}
