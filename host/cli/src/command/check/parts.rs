//! Plugins, tables and secrets of flows whose configuration is right: what the host would find when it starts.

use std::error::Error;

use gantry_config::{Code, Diagnostic, Flow, HostConfig, Source};
use gantry_runtime::FlowError;
use gantry_security::{CredentialsError, Verifier, process_environment};
use gantry_transport::target::{BuildError, HttpTargetError};

use crate::command::compile_component::compiler_process;

/// Loads everything the flows need, without keeping it. Compiled plugins are cached where the host has its data.
pub(super) fn check(flows: &[Flow], host: &HostConfig) -> anyhow::Result<Vec<Diagnostic>> {
    let cache = host.data_dir.is_dir().then_some(host.data_dir.as_path());
    let sandbox = gantry_runtime::open_sandbox(cache, Some(compiler_process()?))?;
    let mut found = Vec::new();
    for flow in flows {
        found.extend(webhook_secrets(flow));
        let errors = gantry_runtime::check(std::slice::from_ref(flow), &sandbox, &process_environment);
        found.extend(errors.iter().map(|error| diagnostic(flow, error)));
    }
    Ok(found)
}

/// A warning: the check may run where the secrets are not, the host may not.
fn webhook_secrets(flow: &Flow) -> Option<Diagnostic> {
    let Source::Webhook(webhook) = &flow.source else { return None };
    let error = Verifier::new(&webhook.verify, &process_environment).err()?;
    let message = format!("the webhook can't verify its senders: {}", chain(&error));
    Some(Diagnostic::new(Code::SecretUnavailable, flow.file.clone(), None, message, String::new()))
}

fn diagnostic(flow: &Flow, error: &FlowError) -> Diagnostic {
    let code = match error {
        FlowError::ReadPlugin { .. } | FlowError::LoadPlugin { .. } | FlowError::Prepare(_) => Code::PluginRefused,
        FlowError::Table { .. } => Code::TableRefused,
        FlowError::Target { source, .. } if lacks_secret(source) => Code::SecretUnavailable,
        FlowError::Target { .. } => Code::InvalidValue,
    };
    let text = chain(error);
    let step = flow.steps.iter().find(|step| text.starts_with(&format!("{}: ", step.place)));
    let (line, message) = match step {
        Some(step) => {
            let line = step.place.rsplit_once(':').and_then(|(_, line)| line.parse().ok());
            (line, text[step.place.len() + 2..].to_owned())
        }
        None => (None, text),
    };
    Diagnostic::new(code, flow.file.clone(), line, message, String::new())
}

fn lacks_secret(error: &BuildError) -> bool {
    matches!(error, BuildError::Http(HttpTargetError::Credentials(CredentialsError::Secret(_))))
}

/// The error and its causes in one line, each said once.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.ends_with(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}
