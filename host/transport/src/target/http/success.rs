//! What counts as success: the status, and what the answer's body says.
//!
//! Some services answer 200 whatever happened and say in the body that nothing did. A target's `success` says how to
//! tell, so that such an answer is a failure like any other.

mod lower;

use gantry_core::ErrorClass;

pub(super) use lower::lower;

use crate::json::{Found, InvalidPointer, Pointer};

/// What counts as success.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Success {
    /// Status codes that mean success; empty: any 2xx.
    pub status: Vec<u16>,
    /// What the body must be like.
    pub body: Option<BodyCondition>,
    /// Whether an answer that is success by its status, but not by `status` or `body`, is retried.
    pub retries: bool,
    /// An answer without success that is like this is retried.
    pub retry: Option<BodyCondition>,
}

/// What an answer's body must be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyCondition {
    /// It is JSON, and the value at this pointer passes.
    Value {
        /// A JSON Pointer.
        pointer: String,
        /// What the value must be.
        test: ValueTest,
    },
    /// Its text contains this.
    Contains(String),
    /// Its text does not contain this.
    Lacks(String),
}

/// What a value in an answer must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueTest {
    /// There, and not null; or with `false`, neither.
    Present(bool),
    /// One of these, by text or by number.
    OneOf(Vec<String>),
    /// None of these; and there.
    NoneOf(Vec<String>),
}

/// Judges the answers of one target.
pub(super) struct Judge {
    status: Vec<u16>,
    body: Option<Condition>,
    retries: bool,
    retry: Option<Condition>,
}

/// Why an answer whose status means success is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unmet {
    pub(super) class: ErrorClass,
    pub(super) problem: String,
}

enum Condition {
    Value(Pointer, ValueTest),
    Contains(String),
    Lacks(String),
}

impl Judge {
    pub(super) fn new(success: &Success) -> Result<Self, InvalidPointer> {
        Ok(Self {
            status: success.status.clone(),
            body: success.body.as_ref().map(Condition::of).transpose()?,
            retries: success.retries,
            retry: success.retry.as_ref().map(Condition::of).transpose()?,
        })
    }

    /// Whether the whole body is needed.
    pub(super) const fn needs_body(&self) -> bool {
        self.body.is_some() || self.retry.is_some()
    }

    /// Whether a status means success, as far as it decides.
    pub(super) fn is_success(&self, status: u16) -> bool {
        if self.status.is_empty() { (200..300).contains(&status) } else { self.status.contains(&status) }
    }

    /// The class of a status that is not success.
    pub(super) fn class_of(&self, status: u16) -> ErrorClass {
        match status {
            200..=299 if self.retries => ErrorClass::Unavailable,
            _ => ErrorClass::of_status(status),
        }
    }

    /// Judges an answer whose status means success.
    pub(super) fn verdict(&self, text: &str, is_whole: bool) -> Result<(), Unmet> {
        let class = if self.retries { ErrorClass::Unavailable } else { ErrorClass::Permanent };
        let unmet = |problem: String| Unmet { class, problem: format!("the answer is no success: {problem}") };
        match &self.body {
            None => Ok(()),
            Some(_) if !is_whole => Err(unmet("it is too long or too broken to judge by `success.body`".to_owned())),
            Some(condition) => condition.test(text).map_err(unmet),
        }
    }

    /// Whether an answer without success says that it may succeed later.
    pub(super) fn asks_for_retry(&self, text: &str) -> bool {
        self.retry.as_ref().is_some_and(|condition| condition.test(text).is_ok())
    }
}

impl Condition {
    fn of(stated: &BodyCondition) -> Result<Self, InvalidPointer> {
        Ok(match stated {
            BodyCondition::Value { pointer, test } => Self::Value(Pointer::parse(pointer)?, test.clone()),
            BodyCondition::Contains(text) => Self::Contains(text.clone()),
            BodyCondition::Lacks(text) => Self::Lacks(text.clone()),
        })
    }

    /// The error says how the text differs.
    fn test(&self, text: &str) -> Result<(), String> {
        match self {
            Self::Contains(part) if text.contains(part) => Ok(()),
            Self::Contains(part) => Err(format!("it lacks `{part}`")),
            Self::Lacks(part) if text.contains(part) => Err(format!("it contains `{part}`")),
            Self::Lacks(_) => Ok(()),
            Self::Value(pointer, test) => {
                let place = pointer.as_str();
                let found = pointer.find(text.as_bytes()).map_err(|_| format!("it is not JSON with a `{place}`"))?;
                test.passes(&found).map_err(|problem| format!("`{place}` {problem}"))
            }
        }
    }
}

impl ValueTest {
    fn passes(&self, found: &Found) -> Result<(), String> {
        match (self, found) {
            (Self::Present(true) | Self::OneOf(_) | Self::NoneOf(_), Found::Missing) => Err("is missing".to_owned()),
            (Self::Present(true), _) | (Self::Present(false), Found::Missing) => Ok(()),
            (Self::Present(false), _) => Err("is present".to_owned()),
            (Self::OneOf(_), Found::Compound) => Err("is an object or an array".to_owned()),
            (Self::NoneOf(_), Found::Compound) => Ok(()),
            (Self::OneOf(values), Found::Scalar(value)) => match values.iter().any(|one| is_same(one, value)) {
                true => Ok(()),
                false => Err(format!("is `{value}`")),
            },
            (Self::NoneOf(values), Found::Scalar(value)) => match values.iter().any(|one| is_same(one, value)) {
                true => Err(format!("is `{value}`")),
                false => Ok(()),
            },
        }
    }
}

/// The same text, or the same number.
fn is_same(stated: &str, found: &str) -> bool {
    stated == found || number(stated).is_some_and(|stated| number(found) == Some(stated))
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(pointer: &str, test: ValueTest) -> Condition {
        Condition::of(&BodyCondition::Value { pointer: pointer.to_owned(), test }).unwrap()
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_body_is_judged_by_one_of_its_values() {
        let no_error = value("/error", ValueTest::Present(false));
        assert_eq!(no_error.test(r#"{"result": 1}"#), Ok(()));
        assert_eq!(no_error.test(r#"{"error": null}"#), Ok(()));
        assert_eq!(no_error.test(r#"{"error": {"code": 200}}"#), Err("`/error` is present".to_owned()));
        assert_eq!(no_error.test("<html>"), Err("it is not JSON with a `/error`".to_owned()));
        assert_eq!(no_error.test(""), Err("it is not JSON with a `/error`".to_owned()));
        let done = value("/status", ValueTest::OneOf(texts(&["ok", "0"])));
        for good in [r#"{"status": "ok"}"#, r#"{"status": 0}"#, r#"{"status": 0.0}"#, r#"{"status": "0"}"#] {
            assert_eq!(done.test(good), Ok(()), "{good}");
        }
        assert_eq!(done.test(r#"{"status": "no"}"#), Err("`/status` is `no`".to_owned()));
        assert_eq!(done.test("{}"), Err("`/status` is missing".to_owned()));
        let fine = value("/code", ValueTest::NoneOf(texts(&["LOCKED"])));
        assert_eq!(fine.test(r#"{"code": "LOCKED"}"#), Err("`/code` is `LOCKED`".to_owned()));
        assert_eq!(fine.test(r#"{"code": "OTHER"}"#), Ok(()));
    }

    #[test]
    fn a_body_is_judged_by_its_text() {
        assert!(Condition::Lacks("Fault>".to_owned()).test("<soap:Fault>").is_err());
        assert!(Condition::Lacks("Fault>".to_owned()).test("<soap:Body/>").is_ok());
        assert!(Condition::Contains("OK".to_owned()).test("status=OK").is_ok());
        assert!(Condition::Contains("OK".to_owned()).test("status=NO").is_err());
    }
}
