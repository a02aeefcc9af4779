//! Turns a target's answer, or the lack of one, into the result of the attempt.
//!
//! A status that means success, with a complete body that the target's `success` accepts, is success. With an incomplete
//! body it is a network failure, because it is unknown what the target did: the next attempt has the same idempotency
//! key. Any other status decides by itself. Where only the form of an answer is against the rules, its status counts.

mod body;
mod headers;
mod kind;
mod reason;
mod text;

use std::time::{Duration, SystemTime};

use gantry_core::{ErrorClass, FailureCause, Timestamp};
use gantry_security::Credentials;
use http::{HeaderName, Response};
use hyper::body::Incoming;
use tokio::time::Instant;

use super::client::SendError;
use super::success::Judge;
use super::{Accepted, Failure};
use crate::excerpt;
use body::{Answer, Ending};
pub(super) use kind::Kinds;
use text::Text;

/// How answers of one target are read.
pub(super) struct Reader {
    pub(super) judge: Judge,
    /// Tells failed answers apart.
    pub(super) kinds: Kinds,
    /// Headers of an answer that are kept with the attempt.
    pub(super) kept_headers: Vec<HeaderName>,
    pub(super) credentials: Credentials,
    /// From sending to the last byte of the answer.
    pub(super) timeout: Duration,
}

impl Reader {
    /// Reads the answer to this payload. `now` is what the date of a `Retry-After` is compared with.
    pub(super) async fn read(
        &self,
        response: Response<Incoming>,
        payload: &[u8],
        deadline: Instant,
        now: Timestamp,
    ) -> Result<Accepted, Failure> {
        let (head, body) = response.into_parts();
        let answer = body::read(body, self.judge.needs_body() || self.kinds.needs_body(), deadline).await;
        let status = head.status.as_u16();
        let Text { text, is_whole } = text::of(&head.headers, &answer);
        let text = self.credentials.redact(text);
        let kept = headers::kept(&head.headers, &self.kept_headers, &self.credentials);
        if !self.judge.is_success(status) {
            let now = SystemTime::UNIX_EPOCH + Duration::from_millis(now.0);
            let class = match self.judge.asks_for_retry(&text) {
                true => ErrorClass::Unavailable,
                false => self.judge.class_of(status),
            };
            let is_disowned = head.status.is_success();
            return Err(Failure {
                class,
                cause: if is_disowned { FailureCause::AnswerRefused } else { FailureCause::of_status(status) },
                status: Some(status),
                retry_after: headers::retry_after(&head.headers, now),
                headers: kept,
                excerpt: excerpt::of_text(&self.credentials.redact(reason::of(status, &head.headers, &text))),
                kind: self.kinds.of(&text, payload),
            });
        }
        if let Some(failure) = self.incomplete(&answer) {
            return Err(Failure { status: Some(status), headers: kept, ..failure });
        }
        match self.judge.verdict(&text, is_whole) {
            Ok(()) => Ok(Accepted { status: Some(status), headers: kept, excerpt: excerpt::of_text(&text) }),
            Err(unmet) => Err(Failure {
                class: if self.judge.asks_for_retry(&text) { ErrorClass::Unavailable } else { unmet.class },
                cause: FailureCause::AnswerRefused,
                status: Some(status),
                retry_after: None,
                headers: kept,
                excerpt: excerpt::of_text(&format!("{}: {text}", unmet.problem)),
                kind: self.kinds.of(&text, payload),
            }),
        }
    }

    /// The failure for an answer that stopped coming.
    fn incomplete(&self, answer: &Answer) -> Option<Failure> {
        match &answer.ending {
            Ending::Broken(problem) => {
                let text = format!("the connection broke within the answer: {problem}");
                Some(failure(ErrorClass::Network, FailureCause::ConnectionBroken, &text))
            }
            Ending::TimedOut => Some(self.timed_out("the answer was not complete")),
            Ending::Complete | Ending::Cut | Ending::Unbounded | Ending::Malformed => None,
        }
    }

    /// The failure for a target that took too long.
    pub(super) fn timed_out(&self, problem: &str) -> Failure {
        let text = format!("{problem} within {:?} (`timeout`)", self.timeout);
        failure(ErrorClass::Timeout, FailureCause::NoAnswer, &text)
    }

    /// What an error without a readable answer means.
    pub(super) fn unread(&self, error: SendError) -> Result<Accepted, Failure> {
        let (error, status) = match error {
            SendError::Connect(error) => {
                return Err(failure(error.problem.class(), error.problem.cause(), &error.to_string()));
            }
            SendError::Exchange { error, status } => (error, status),
        };
        let problem = reason::of_exchange(&error);
        match status {
            Some(status) if problem.is_form => self.judge_by_status(status, &problem.text),
            _ => {
                let text = format!("no answer: {}", problem.text);
                Err(Failure { status, ..failure(ErrorClass::Network, problem.cause, &text) })
            }
        }
    }

    /// What follows the status line of the answer is against the rules. The target has decided all the same.
    fn judge_by_status(&self, status: u16, problem: &str) -> Result<Accepted, Failure> {
        let text = excerpt::of_text(&format!("(what follows the status can't be read: {problem})"));
        if self.judge.is_success(status) && !self.judge.needs_body() {
            return Ok(Accepted { status: Some(status), headers: Vec::new(), excerpt: text });
        }
        let is_success = self.judge.is_success(status);
        let class = if is_success { ErrorClass::Permanent } else { self.judge.class_of(status) };
        let cause = if is_success { FailureCause::UnreadableAnswer } else { FailureCause::of_status(status) };
        Err(Failure { status: Some(status), ..failure(class, cause, &text) })
    }
}

/// A failure without an answer.
fn failure(class: ErrorClass, cause: FailureCause, text: &str) -> Failure {
    Failure { cause, ..Failure::without_answer(class, text) }
}
