//! Where messages go: one [`Target`] per configured target, each with its own client, connections and files.
//!
//! A target makes exactly one attempt per [`Target::send`] and says how it ended. Whether, when and how often to try
//! again is not decided here, and neither is how many deliveries run at once.

mod alert;
mod file;
mod http;
mod template;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gantry_config::TargetKind;
use gantry_core::{Delivery, ErrorClass, FlowName, MessageId};
use gantry_security::Environment;

pub use alert::AlertTargetError;
pub use file::FileTargetError;
pub use http::HttpTargetError;
pub use template::TemplateError;

/// One attempt to make.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The message the delivery came from.
    pub message_id: MessageId,
    /// Its flow.
    pub flow: &'a FlowName,
    /// What to send.
    pub delivery: &'a Delivery,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// W3C trace context to pass on.
    pub traceparent: Option<&'a str>,
}

/// The target has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The status code, where the target has such a thing.
    pub status: Option<u16>,
    /// The beginning of its answer: at most 512 characters, control characters escaped.
    pub excerpt: String,
}

/// The attempt failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {excerpt}", class.name())]
pub struct Failure {
    /// What a retry decision needs.
    pub class: ErrorClass,
    /// The status code, where the target gave one.
    pub status: Option<u16>,
    /// When the target asks to be tried again.
    pub retry_after: Option<Duration>,
    /// The beginning of its answer, or the error as text; no secrets, control characters escaped.
    pub excerpt: String,
}

impl Failure {
    /// A failure that came without an answer.
    #[must_use]
    pub fn without_answer(class: ErrorClass, text: &str) -> Self {
        Self { class, status: None, retry_after: None, excerpt: crate::excerpt::of(text.as_bytes()) }
    }
}

/// A place messages are sent to.
#[async_trait]
pub trait Target: Send + Sync + 'static {
    /// Makes one attempt. Bounded in time by the target's own timeouts.
    async fn send(&self, request: Request<'_>) -> Result<Accepted, Failure>;

    /// Whether the target can be reached at all, without sending anything to it.
    async fn probe(&self) -> Result<(), ProbeError>;
}

/// The target can't be built from its configuration.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// An HTTP target.
    #[error(transparent)]
    Http(#[from] HttpTargetError),
    /// A file target.
    #[error(transparent)]
    File(#[from] FileTargetError),
    /// The endpoint of an alert.
    #[error(transparent)]
    Alert(#[from] AlertTargetError),
}

/// The target can't be reached.
#[derive(Debug, thiserror::Error)]
#[error("{place} can't be reached: {problem}")]
pub struct ProbeError {
    /// Which host and port, or which file.
    pub place: String,
    /// What went wrong.
    pub problem: String,
}

/// Builds the target that `target` describes, resolving its secrets through `env`. Opens no connection or file.
pub fn build(target: &gantry_config::Target, env: Environment<'_>) -> Result<Arc<dyn Target>, BuildError> {
    Ok(match &target.kind {
        TargetKind::Http(http) => Arc::new(http::HttpSender::new(http, target.concurrency, env)?),
        TargetKind::File(file) => Arc::new(file::FileAppender::new(file)?),
        TargetKind::Alert(alert) => Arc::new(alert::AlertSender::new(alert, target.concurrency, env)?),
    })
}
