//! Checks whether targets can be reached now: a connection is opened, with TLS where the target has it; nothing is sent.

use std::sync::Arc;

use gantry_config::{Code, Diagnostic, Flow};
use gantry_core::{Clock, SystemClock};
use gantry_security::process_environment;
use gantry_transport::{TargetContext, target};

/// A warning for every target that does not answer: it may answer later, when the host runs.
pub(super) fn check(flows: &[Flow]) -> anyhow::Result<Vec<Diagnostic>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(async {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let context = TargetContext { env: &process_environment, clock: &clock };
        let mut probes = tokio::task::JoinSet::new();
        for flow in flows {
            for (name, target) in &flow.targets {
                // A target that can't be built is reported by `parts`.
                let Ok(target) = target::build(target, context) else { continue };
                let file = flow.file.clone();
                let name = name.clone();
                probes.spawn(async move {
                    let error = target.probe().await.err()?;
                    let message = format!("target `{name}`: {error}");
                    Some(Diagnostic::new(Code::TargetUnreachable, file, None, message, String::new()))
                });
            }
        }
        let mut found: Vec<_> = probes.join_all().await.into_iter().flatten().collect();
        found.sort_by(|one, other| (&one.file, &one.message).cmp(&(&other.file, &other.message)));
        found
    }))
}
