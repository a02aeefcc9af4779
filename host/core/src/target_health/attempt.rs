//! How an attempt at a target ended, and what that showed.

use std::time::Duration;

use super::{HoldCause, TargetHealthChange};
use crate::delivery::ErrorClass;
use crate::failure_cause::FailureCause;
use crate::id::DeadLetterId;
use crate::refusals::Refusal;

/// How an attempt ended.
#[derive(Clone, Copy, Debug)]
pub struct AttemptEnd {
    /// Which delivery was attempted.
    pub delivery: DeadLetterId,
    /// Why it failed; none: it did not.
    pub failure: Option<AttemptFailure>,
    /// How long the target asks to wait (`Retry-After`), within the bound of the retry policy.
    pub retry_after: Option<Duration>,
}

impl AttemptEnd {
    /// Whether the target said that it is gone for good.
    pub(super) fn says_gone(&self) -> bool {
        self.failure.is_some_and(|failure| failure.cause == FailureCause::Gone)
    }
}

/// Why an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptFailure {
    /// For the retry decision and the breaker.
    pub class: ErrorClass,
    /// What exactly failed.
    pub cause: FailureCause,
}

/// A failure of which only the class is known.
impl From<ErrorClass> for AttemptFailure {
    fn from(class: ErrorClass) -> Self {
        Self { class, cause: FailureCause::of_class(class) }
    }
}

impl AttemptFailure {
    /// Why a target is held that fails every delivery in this way; none when it isn't held for it.
    pub(super) fn hold(self) -> Option<HoldCause> {
        match self.cause {
            FailureCause::Refused => Some(HoldCause::Unauthorized),
            FailureCause::Redirected
            | FailureCause::NotFound
            | FailureCause::MethodNotAllowed
            | FailureCause::Certificate(_) => Some(HoldCause::WrongEndpoint),
            _ => None,
        }
    }
}

/// What the end of an attempt showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttemptFindings {
    /// What changed for the target.
    pub changes: Vec<TargetHealthChange>,
    /// What a refusal is about; none when the attempt was not refused.
    pub refusal: Option<Refusal>,
}
