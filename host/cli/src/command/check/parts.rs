//! Plugins, tables and secrets of flows whose configuration is right: what the host would find when it starts.

use gantry_config::{Code, Diagnostic, Flow, HostConfig, Source};
use gantry_control::diagnose;
use gantry_security::{Verifier, process_environment};

use crate::command::compile_component::compiler_process;

/// Loads everything the flows need, without keeping it. Compiled plugins are cached where the host has its data.
pub(super) fn check(flows: &[Flow], host: &HostConfig) -> anyhow::Result<Vec<Diagnostic>> {
    let cache = host.data_dir.is_dir().then_some(host.data_dir.as_path());
    let sandbox = gantry_runtime::open_sandbox(cache, Some(compiler_process()?))?;
    let mut found = Vec::new();
    for flow in flows {
        found.extend(webhook_secrets(flow));
        let errors = gantry_runtime::check(std::slice::from_ref(flow), &sandbox, &process_environment);
        found.extend(errors.iter().map(|error| diagnose::flow(flow, error)));
    }
    Ok(found)
}

/// A warning: the check may run where the secrets are not, the host may not.
fn webhook_secrets(flow: &Flow) -> Option<Diagnostic> {
    let Source::Webhook(webhook) = &flow.source else { return None };
    let error = Verifier::new(&webhook.verify, &process_environment).err()?;
    let message = format!("the webhook can't verify its senders: {}", diagnose::chain(&error));
    Some(Diagnostic::new(Code::SecretUnavailable, flow.file.clone(), None, message, String::new()))
}
