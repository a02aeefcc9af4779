//! The states a message passes through in the worker, one type each, so that none can be skipped:
//! `Leased` (from the store) → [`Transformed`] → [`Attempted`] → [`Settled`].

use std::sync::Arc;
use std::time::Duration;

use gantry_core::{Breach, Delivery, Digest, Envelope, Fault, MessageState, Reason, Stage, Timestamp, Violation};
use gantry_store::Leased;

use crate::gate::{Gate, OpenEpoch};

/// The steps are done with it.
pub(crate) struct Transformed {
    pub(crate) lease: Leased,
    pub(crate) verdict: Verdict,
}

/// What is to become of a message that went through the steps.
pub(crate) enum Verdict {
    /// Its envelope holds deliveries to attempt.
    Deliver,
    /// Deliberately not passed on.
    Skip(Fault),
    /// Another run through the plugins after this time.
    RunAgain { fault: Fault, wait: Duration },
    /// Given up before any delivery.
    GiveUp(Failure),
}

/// The code of a dead letter whose message made the host itself panic.
const HOST_PANIC: &str = "host-panic";

/// Why a message is given up before delivery.
pub(crate) struct Failure {
    pub(crate) stage: Stage,
    pub(crate) reason: Reason,
    /// The component that failed.
    pub(crate) component: Option<Digest>,
    /// What was about to be sent, where that is what failed.
    pub(crate) output: Option<Box<Delivery>>,
    /// The broken rules as they are counted over time.
    pub(crate) breaches: Vec<Breach>,
}

impl Failure {
    /// A plugin ended it, or could not be run to its end.
    pub(crate) fn transform(code: impl Into<String>, text: String, component: Option<Digest>) -> Self {
        let reason = Reason { code: code.into(), text, violations: Vec::new() };
        Self { stage: Stage::Transform, reason, component, output: None, breaches: Vec::new() }
    }

    /// The host itself panicked over it, more than once.
    pub(crate) fn host_panic(stage: Stage) -> Self {
        let text =
            "the host itself panicked over this message, and did so again when it was tried once more".to_owned();
        let reason = Reason { code: HOST_PANIC.to_owned(), text, violations: Vec::new() };
        Self { stage, reason, component: None, output: None, breaches: Vec::new() }
    }

    /// The data breaks rules: a plugin's, a schema's, or the flow's own. `found_by` is who says so, as it is counted.
    pub(crate) fn invalid(found_by: &str, text: String, violations: Vec<Violation>, component: Option<Digest>) -> Self {
        let breaches = Breach::of(found_by, &violations);
        let reason = Reason { code: "invalid".into(), text, violations };
        Self { stage: Stage::Validate, reason, component, output: None, breaches }
    }
}

/// Every delivery that was due has been tried once.
pub(crate) struct Attempted {
    pub(crate) lease: Leased,
    pub(crate) next: Next,
}

/// Where the message goes from here.
pub(crate) enum Next {
    /// Nothing is pending: it ends.
    Finish(Ending),
    /// Back into the queue for a while.
    Wait(Wait),
}

/// Until when a message waits.
pub(crate) struct Wait {
    pub(crate) due: Timestamp,
    /// What held something back: a gate that has opened since is a reason to look again at once.
    pub(crate) held: Vec<HeldBack>,
}

/// A delivery was due and not attempted.
pub(crate) struct HeldBack {
    /// The gate it met.
    pub(crate) gate: Arc<Gate>,
    /// How often that had opened before.
    pub(crate) since: OpenEpoch,
}

/// How a message ends.
pub(crate) enum Ending {
    /// All deliveries are done or dead; which, the envelope tells.
    Delivered,
    /// Deliberately not passed on.
    Skipped(Fault),
    /// Given up before any delivery.
    GivenUp(Failure),
}

/// The message has ended, and the store has it in writing.
pub(crate) struct Settled {
    pub(crate) envelope: Envelope,
    pub(crate) state: MessageState,
}
