//! The states of a message in the worker. Each has its own type, so that none can be skipped:
//! `Leased` (from the store) → [`Transformed`] → [`Attempted`] → [`Settled`].

use std::sync::Arc;
use std::time::Duration;

use gantry_core::{Breach, Delivery, Digest, Envelope, Fault, MessageState, Reason, Stage, Timestamp, Violation};
use gantry_store::Leased;

use crate::gate::{Gate, OpenEpoch};

/// It went through the steps.
pub(crate) struct Transformed {
    pub(crate) lease: Leased,
    pub(crate) verdict: Verdict,
}

/// What happens to a message after the steps.
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

/// The code of a dead letter on whose message the host itself panicked.
const HOST_PANIC: &str = "host-panic";

/// Why a message is given up before delivery.
pub(crate) struct Failure {
    pub(crate) stage: Stage,
    pub(crate) reason: Reason,
    /// The component that failed.
    pub(crate) component: Option<Digest>,
    /// The delivery that failed, if one did.
    pub(crate) output: Option<Box<Delivery>>,
    /// The broken rules as they are counted over time.
    pub(crate) breaches: Vec<Breach>,
}

impl Failure {
    /// A plugin ended it, or did not finish.
    pub(crate) fn transform(code: impl Into<String>, text: String, component: Option<Digest>) -> Self {
        let reason = Reason::new(code, text);
        Self { stage: Stage::Transform, reason, component, output: None, breaches: Vec::new() }
    }

    /// The host itself panicked on it, more than once.
    pub(crate) fn host_panic(stage: Stage) -> Self {
        let text = "the host itself panicked on this message, and again when the message was retried";
        let reason = Reason::new(HOST_PANIC, text);
        Self { stage, reason, component: None, output: None, breaches: Vec::new() }
    }

    /// The data breaks rules: of a plugin, of a schema, or of the flow. `found_by` names the one that found it, for
    /// metrics.
    pub(crate) fn invalid(found_by: &str, text: String, violations: Vec<Violation>, component: Option<Digest>) -> Self {
        let breaches = Breach::of(found_by, &violations);
        let reason = Reason { violations, ..Reason::new("invalid", text) };
        Self { stage: Stage::Validate, reason, component, output: None, breaches }
    }
}

/// Every delivery that was due was attempted once.
pub(crate) struct Attempted {
    pub(crate) lease: Leased,
    pub(crate) next: Next,
}

/// What happens to the message next.
pub(crate) enum Next {
    /// Nothing is pending: it ends.
    Finish(Ending),
    /// It returns to the queue for a while.
    Wait(Wait),
}

/// Until when a message waits.
pub(crate) struct Wait {
    pub(crate) due: Timestamp,
    /// The gates that held deliveries back: if one has opened since, the message is due at once.
    pub(crate) held: Vec<HeldBack>,
}

/// A delivery was due and not attempted.
pub(crate) struct HeldBack {
    /// The gate that held it.
    pub(crate) gate: Arc<Gate>,
    /// How often the gate had opened before.
    pub(crate) since: OpenEpoch,
}

/// How a message ends.
pub(crate) enum Ending {
    /// No delivery is pending; the envelope says which arrived and which were given up.
    Delivered,
    /// Deliberately not passed on.
    Skipped(Fault),
    /// Given up before any delivery.
    GivenUp(Failure),
}

/// The message has ended, and the store has recorded its end.
pub(crate) struct Settled {
    pub(crate) envelope: Envelope,
    pub(crate) state: MessageState,
}
