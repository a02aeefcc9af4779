//! Checks plugins, tables and secrets of flows with a valid configuration, as the host does when it starts.

use std::sync::Arc;

use gantry_config::{Code, Diagnostic, Flow, HostConfig};
use gantry_control::diagnose;
use gantry_core::{Clock, SystemClock};
use gantry_security::process_environment;
use gantry_transport::{TargetContext, source};

use crate::client::at_rest::is_own;
use crate::command::compile_component::compiler_process;

/// Loads everything the flows need and drops it again. Compiled plugins are cached in the data directory, if it exists
/// and what is written there belongs to its owner.
pub(super) fn check(flows: &[Flow], host: &HostConfig) -> anyhow::Result<Vec<Diagnostic>> {
    let cache = (host.data_dir.is_dir() && is_own(&host.data_dir)).then_some(host.data_dir.as_path());
    let sandbox = gantry_runtime::open_sandbox(cache, Some(compiler_process()?))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let context = TargetContext { env: &process_environment, clock: &clock };
    let mut found = Vec::new();
    for flow in flows {
        found.extend(missing_secret(flow));
        let errors = gantry_runtime::check(std::slice::from_ref(flow), &sandbox, context);
        found.extend(errors.iter().map(|error| diagnose::flow(flow, error)));
    }
    Ok(found)
}

/// A missing secret of the source. Only a warning: the check may run where the secrets are not available.
fn missing_secret(flow: &Flow) -> Option<Diagnostic> {
    let error = source::check(&*flow.source, &process_environment).err()?;
    let message = diagnose::chain(&error);
    Some(Diagnostic::new(Code::SecretUnavailable, flow.file.clone(), None, message, String::new()))
}
