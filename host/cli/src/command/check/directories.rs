//! Checks which directories of flows others may change.

use gantry_config::{Code, Diagnostic, Flow};
use gantry_transport::source::{self, Exposed};

/// A warning for every source that uses one.
pub(super) fn check(flows: &[Flow]) -> Vec<Diagnostic> {
    flows.iter().filter_map(of_source).collect()
}

fn of_source(flow: &Flow) -> Option<Diagnostic> {
    let Exposed { problem, fix } = source::exposed(&*flow.source)?;
    Some(Diagnostic::new(Code::DirectoryExposed, flow.file.clone(), None, problem, fix))
}
