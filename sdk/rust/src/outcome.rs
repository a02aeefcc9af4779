//! The outcome of one message. A mapping returns `Result<_, Refusal>`: `Ok` is emitted, and a [`Refusal`] says why not.

use std::time::Duration;

use serde::Serialize;

use crate::check::Defect;
use crate::lookup::LookupError;
use crate::output::Output;

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// JSON Pointer (RFC 6901) into the input; empty for the whole of it.
    pub path: String,
    /// Stable and countable: lower case words joined by hyphens, for instance `unknown-product`.
    pub code: String,
    /// For people.
    pub text: String,
}

/// A reason: `code` is stable and countable, `text` is for people, `details` are names and values beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable and countable.
    pub code: String,
    /// For people.
    pub text: String,
    /// Names and values beside it.
    pub details: Vec<(String, String)>,
}

impl Fault {
    /// A fault without details.
    pub fn new(code: impl Into<String>, text: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into(), details: Vec::new() }
    }

    /// The same with one more detail.
    #[must_use]
    pub fn detail(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.details.push((name.into(), value.into()));
        self
    }
}

/// Why a message is not emitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Deliberately not passed on; counted, never a dead letter.
    Skip(Fault),
    /// The data breaks rules: dead letter at once, no retry.
    Invalid(Vec<Violation>),
    /// Try the same message again.
    Retry {
        /// Why.
        fault: Fault,
        /// None: the flow's retry policy decides.
        after: Option<Duration>,
    },
    /// This message can never be processed: dead letter at once.
    Reject(Fault),
}

impl Refusal {
    /// Leaves the message out, on purpose.
    pub fn skip(code: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Skip(Fault::new(code, text))
    }

    /// One broken rule at this JSON Pointer. To collect several, see [`Checker`](crate::check::Checker).
    pub fn invalid(path: impl Into<String>, code: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Invalid(vec![Violation { path: path.into(), code: code.into(), text: text.into() }])
    }

    /// Asks for the same message again, when the flow's retry policy says or [`after`](Self::after) a while.
    pub fn retry(code: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Retry { fault: Fault::new(code, text), after: None }
    }

    /// Gives the message up.
    pub fn reject(code: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Reject(Fault::new(code, text))
    }

    /// How long a retry must wait at least. It has no effect on other refusals.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        match self {
            Self::Retry { fault, .. } => Self::Retry { fault, after: Some(wait) },
            other => other,
        }
    }
}

impl From<Violation> for Refusal {
    fn from(violation: Violation) -> Self {
        Self::Invalid(vec![violation])
    }
}

/// A defect of the message as a whole.
impl From<Defect> for Refusal {
    fn from(defect: Defect) -> Self {
        defect.at(String::new()).into()
    }
}

/// A table that can't be read at present leads to a retry; one that doesn't exist, or whose rows don't fit, to a
/// rejection.
impl From<LookupError> for Refusal {
    fn from(error: LookupError) -> Self {
        match &error {
            LookupError::Unavailable { .. } => Self::retry(error.code(), error.to_string()),
            _ => Self::reject(error.code(), error.to_string()),
        }
    }
}

/// The outcome of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Send these on; an empty list counts as a skip.
    Emit(Vec<Output>),
    /// Don't.
    Refuse(Refusal),
}

/// What a mapping may return: anything JSON can be made of, an [`Output`], or a whole [`Outcome`].
pub trait IntoOutcome {
    /// The outcome it stands for.
    fn into_outcome(self) -> Outcome;
}

impl IntoOutcome for Outcome {
    fn into_outcome(self) -> Outcome {
        self
    }
}

impl IntoOutcome for Output {
    fn into_outcome(self) -> Outcome {
        Outcome::Emit(vec![self])
    }
}

impl<T: Serialize> IntoOutcome for T {
    fn into_outcome(self) -> Outcome {
        Output::json(&self).into()
    }
}

impl From<Vec<Output>> for Outcome {
    fn from(outputs: Vec<Output>) -> Self {
        Self::Emit(outputs)
    }
}

impl From<Refusal> for Outcome {
    fn from(refusal: Refusal) -> Self {
        Self::Refuse(refusal)
    }
}

impl<T: IntoOutcome> From<Result<T, Refusal>> for Outcome {
    fn from(answer: Result<T, Refusal>) -> Self {
        match answer {
            Ok(answer) => answer.into_outcome(),
            Err(refusal) => Self::Refuse(refusal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreadable_table_is_retried_and_a_missing_one_is_not() {
        let unavailable = LookupError::Unavailable { table: "t".into() };
        let unknown = LookupError::UnknownTable { table: "t".into() };
        assert!(matches!(Refusal::from(unavailable), Refusal::Retry { after: None, .. }));
        assert!(matches!(Refusal::from(unknown), Refusal::Reject(_)));
    }

    #[test]
    fn a_retry_may_name_its_wait() {
        let retry = Refusal::retry("busy", "the sequence is locked").after(Duration::from_secs(5));
        assert!(matches!(retry, Refusal::Retry { after: Some(wait), .. } if wait.as_secs() == 5));
    }
}
