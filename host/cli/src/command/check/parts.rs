//! Checks plugins, tables and secrets of flows with a valid configuration, as the host does when it starts.

use std::path::Path;
use std::sync::Arc;

use gantry_config::{Code, Diagnostic, Flow, HostConfig, SecretRef, Severity};
use gantry_control::{SourceError, diagnose};
use gantry_core::{Clock, SystemClock};
use gantry_security::{process_environment, resolve};
use gantry_transport::source::webhook::{RouteError, RouteProblem, RouteTable};
use gantry_transport::{TargetContext, source, target};

use crate::client::at_rest::is_own;
use crate::command::compile_component::compiler_process;
use crate::user_cache;

/// Loads everything the flows need and drops it again. Compiled plugins are cached in the data directory, if it exists
/// and what is written there belongs to its owner; otherwise in the user's cache.
pub(super) fn check(flows: &[Flow], host: &HostConfig, host_file: &Path) -> anyhow::Result<Vec<Diagnostic>> {
    let of_host = (host.data_dir.is_dir() && is_own(&host.data_dir)).then(|| host.data_dir.clone());
    let cache = of_host.or_else(user_cache::folder);
    let sandbox = gantry_runtime::open_sandbox(cache.as_deref(), Some(compiler_process()?))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let context = TargetContext { env: &process_environment, clock: &clock };
    let mut found = Vec::new();
    for error in RouteTable::build(flows, &process_environment).1 {
        found.extend(flows.iter().find(|flow| flow.name == error.flow).and_then(|flow| unserved(flow, error)));
    }
    for flow in flows {
        let errors = gantry_runtime::check(std::slice::from_ref(flow), &sandbox, context);
        let of_flow = missing_secret(flow).into_iter().chain(errors.iter().map(|error| diagnose::flow(flow, error)));
        let is_hosts_matter = lacks_only_variables(flow);
        found.extend(of_flow.map(|diagnostic| judged(diagnostic, is_hosts_matter)));
    }
    found.extend(host.admin_token.as_ref().and_then(|token| missing_token(token, host_file)));
    for alert in &host.alerts {
        if let Err(error) = target::build(&alert.target(), context) {
            let message = format!("the endpoint of alert `{}`: {}", alert.name, diagnose::chain(&error));
            found.push(Diagnostic::new(Code::SecretUnavailable, host_file.to_owned(), None, message, String::new()));
        }
    }
    Ok(found)
}

/// A webhook that a host would not serve. What is about secrets or other flows is found elsewhere.
fn unserved(flow: &Flow, error: RouteError) -> Option<Diagnostic> {
    match error.problem {
        RouteProblem::Verifier(_) | RouteProblem::PathTaken { .. } => None,
        _ => Some(diagnose::source(flow, &SourceError::Webhook(error))),
    }
}

/// A missing token of the admin API.
fn missing_token(token: &SecretRef, host_file: &Path) -> Option<Diagnostic> {
    let error = resolve(token, &process_environment).err()?;
    let message = format!("the token of the admin API: {}", diagnose::chain(&error));
    let missing = Diagnostic::new(Code::SecretUnavailable, host_file.to_owned(), None, message, String::new());
    let mut missing = judged(missing, matches!(token, SecretRef::Env(_)));
    "set it where the host runs, or the host does not start there".clone_into(&mut missing.help);
    Some(missing)
}

/// A missing secret of the source.
fn missing_secret(flow: &Flow) -> Option<Diagnostic> {
    let error = source::check(&*flow.source, &process_environment).err()?;
    let message = diagnose::chain(&error);
    Some(Diagnostic::new(Code::SecretUnavailable, flow.file.clone(), None, message, String::new()))
}

/// Whether all secrets that this flow lacks are environment variables: the check can't know those of the host.
fn lacks_only_variables(flow: &Flow) -> bool {
    let of_targets = flow.targets.values().flat_map(|target| target.settings.secrets());
    let secrets = flow.source.secrets().into_iter().chain(of_targets);
    let mut lacking = secrets.filter(|secret| resolve(secret, &process_environment).is_err());
    lacking.all(|secret| matches!(secret, SecretRef::Env(_)))
}

/// A flow that lacks a secret is broken where the host runs. That is certain unless the secret is a variable.
fn judged(mut diagnostic: Diagnostic, is_hosts_matter: bool) -> Diagnostic {
    if diagnostic.code == Code::SecretUnavailable && is_hosts_matter {
        "set it where the host runs, or the flow is broken there".clone_into(&mut diagnostic.help);
    } else if diagnostic.code == Code::SecretUnavailable {
        diagnostic.severity = Severity::Error;
    }
    diagnostic
}
