//! What a plugin's answer means for the message: it continues, is skipped, or is refused, for good or for now.

use std::time::Duration;

use gantry_core::{Digest, Fault, Outcome, Output, RetryPolicy, Violation};
use gantry_sandbox::PluginFault;

use crate::state::{Failure, Verdict};

/// An answer, by what it leads to.
pub(super) enum Response {
    /// These outputs continue.
    Emitted(Vec<Output>),
    /// Deliberately not passed on.
    Skipped(Fault),
    /// The message does not continue now.
    Refused(Refusal),
}

/// Why a message does not continue.
pub(super) enum Refusal {
    /// Its data breaks rules.
    Invalid(Vec<Violation>),
    /// The plugin rejects it.
    Rejected(Fault),
    /// The plugin asks for another run, after a time of its choice or none.
    Postponed { fault: Fault, after: Option<Duration> },
    /// The plugin failed on it.
    Faulted(PluginFault),
}

impl From<Result<Outcome, PluginFault>> for Response {
    fn from(outcome: Result<Outcome, PluginFault>) -> Self {
        match outcome {
            Ok(Outcome::Emit(outputs)) => Self::Emitted(outputs),
            Ok(Outcome::Skip(fault)) => Self::Skipped(fault),
            Ok(Outcome::Invalid(violations)) => Self::Refused(Refusal::Invalid(violations)),
            Ok(Outcome::Reject(fault)) => Self::Refused(Refusal::Rejected(fault)),
            Ok(Outcome::Retry { fault, after }) => Self::Refused(Refusal::Postponed { fault, after }),
            Err(fault) => Self::Refused(Refusal::Faulted(fault)),
        }
    }
}

impl Refusal {
    /// The verdict on the message after its run number `run`: given up, or another run if the policy allows one.
    pub(super) fn verdict(self, step: &str, component: Option<Digest>, run: u32, retry: RetryPolicy) -> Verdict {
        match self {
            Self::Invalid(violations) => Verdict::GiveUp(invalid(step, violations, component)),
            Self::Rejected(fault) => Verdict::GiveUp(Failure::transform(fault.code, fault.text, component)),
            Self::Postponed { fault, after } => match retry.wait_after(run, after, fastrand::f64()) {
                Some(wait) => Verdict::RunAgain { fault, wait },
                None => Verdict::GiveUp(Failure::transform("retries-exhausted", exhausted(&fault, run), component)),
            },
            Self::Faulted(fault) if fault.is_transient() => match retry.wait_after(run, None, fastrand::f64()) {
                Some(wait) => Verdict::RunAgain { fault: Fault::new(fault.code.name(), fault.text), wait },
                None => Verdict::GiveUp(Failure::transform(fault.code.name(), fault.text, component)),
            },
            Self::Faulted(fault) => Verdict::GiveUp(Failure::transform(fault.code.name(), describe(&fault), component)),
        }
    }
}

fn invalid(step: &str, violations: Vec<Violation>, component: Option<Digest>) -> Failure {
    let text = match violations.as_slice() {
        [one] => format!("{} {}", one.path, one.text).trim().to_owned(),
        many => format!("{} rules broken", many.len()),
    };
    Failure::invalid(step, text, violations, component)
}

fn exhausted(fault: &Fault, run: u32) -> String {
    format!(
        "the plugin asked for another run after {run} runs, and no more are allowed: {}: {}",
        fault.code, fault.text
    )
}

/// The fault, with what the guest printed and its backtrace: function names, never data.
fn describe(fault: &PluginFault) -> String {
    let mut text = fault.text.clone();
    for (title, lines) in [("printed", fault.stderr.as_str()), ("at", &fault.backtrace.join("\n"))] {
        if !lines.is_empty() {
            text.push_str(&format!("\n{title}: {lines}"));
        }
    }
    text
}
