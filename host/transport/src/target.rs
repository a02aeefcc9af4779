//! Where messages go: the kinds of targets, and one [`Target`] per configured target, each with its own client,
//! connections and files.
//!
//! **The registry of targets is `registered`**: a kind has a module of its own here and one line there.
//!
//! A target makes exactly one attempt per [`Target::send`] and returns how it ended. Retries are not decided here, nor is
//! the number of concurrent deliveries.

mod alert;
pub mod file;
pub mod http;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gantry_config::kind::TargetEntry;
use gantry_config::{AlertTarget, TargetKind, TargetSettings};
use gantry_core::{Clock, Delivery, ErrorClass, FailureCause, FlowName, MessageId};
use gantry_security::Environment;

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
    /// The status code, if the target has one.
    pub status: Option<u16>,
    /// Headers of the answer by which the target can find the request again, such as `x-request-id` and `location`: names
    /// in lower case, values of at most 200 characters, control characters escaped.
    pub headers: Vec<(String, String)>,
    /// The beginning of its answer, decoded: at most 512 characters, control characters escaped.
    pub excerpt: String,
}

/// The attempt failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {excerpt}", class.name())]
pub struct Failure {
    /// The class of error, for the retry decision.
    pub class: ErrorClass,
    /// What exactly failed: whether it speaks of the target or of the message.
    pub cause: FailureCause,
    /// The status code, if the target gave one.
    pub status: Option<u16>,
    /// How long the target asks to wait.
    pub retry_after: Option<Duration>,
    /// Headers of the answer, as in [`Accepted`].
    pub headers: Vec<(String, String)>,
    /// The beginning of its answer, or the error as text; no secrets, control characters escaped.
    pub excerpt: String,
    /// What its answer says, without what differs from message to message; none if it says nothing.
    pub kind: Option<String>,
}

impl Failure {
    /// A failure without an answer.
    #[must_use]
    pub fn without_answer(class: ErrorClass, text: &str) -> Self {
        Self {
            class,
            cause: FailureCause::of_class(class),
            status: None,
            retry_after: None,
            headers: Vec::new(),
            excerpt: crate::excerpt::of(text.as_bytes()),
            kind: None,
        }
    }

    /// A failure that a status states, without a text.
    #[must_use]
    pub fn of_status(status: u16) -> Self {
        let class = ErrorClass::of_status(status);
        Self { cause: FailureCause::of_status(status), status: Some(status), ..Self::without_answer(class, "") }
    }
}

/// A place that messages are sent to.
#[async_trait]
pub trait Target: Send + Sync + 'static {
    /// Makes one attempt. Bounded in time by the target's own timeouts.
    async fn send(&self, request: Request<'_>) -> Result<Accepted, Failure>;

    /// Whether the target can be reached at all, without sending anything to it.
    async fn probe(&self) -> Result<(), ProbeError>;
}

/// What a target is opened with.
#[derive(Clone, Copy)]
pub struct TargetContext<'a> {
    /// Where its secrets are found.
    pub env: Environment<'a>,
    /// The clock.
    pub clock: &'a Arc<dyn Clock>,
}

/// The target can't be built from its settings.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A secret is not there at present.
    #[error(transparent)]
    Secret(Box<dyn Error + Send + Sync>),
    /// The settings can't be used.
    #[error(transparent)]
    Settings(Box<dyn Error + Send + Sync>),
    /// The settings are of a kind that is not registered.
    #[error("no kind of target is registered for {0}")]
    Unregistered(String),
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

/// How the host opens targets of one kind.
pub(crate) trait OpenTarget: TargetSettings {
    /// The target, with its secrets resolved. Opens no connection or file. At most `concurrency` deliveries are under way
    /// at once.
    fn open(&self, concurrency: usize, context: TargetContext<'_>) -> Result<Arc<dyn Target>, BuildError>;
}

/// A kind of target in the registry.
pub(crate) struct Registered {
    /// For flow files; none: flows can't state it, only the host itself makes it.
    pub(crate) entry: Option<TargetEntry>,
    find: fn(&dyn TargetSettings) -> Option<&dyn OpenTarget>,
}

impl Registered {
    const fn of<K: TargetKind<Settings: OpenTarget>>() -> Self {
        Self { entry: Some(TargetEntry::of::<K>()), find: find::<K::Settings> }
    }

    const fn internal<S: OpenTarget>() -> Self {
        Self { entry: None, find: find::<S> }
    }
}

/// Every kind of target, in the order of the reference.
pub(crate) const fn registered() -> [Registered; 3] {
    [Registered::of::<http::Kind>(), Registered::of::<file::Kind>(), Registered::internal::<AlertTarget>()]
}

/// Builds the target that `target` describes, resolving its secrets. Opens no connection or file.
pub fn build(target: &gantry_config::Target, context: TargetContext<'_>) -> Result<Arc<dyn Target>, BuildError> {
    let settings = &*target.settings;
    let opener = registered().iter().find_map(|kind| (kind.find)(settings));
    opener.ok_or_else(|| BuildError::Unregistered(settings.label()))?.open(target.concurrency, context)
}

fn find<S: OpenTarget>(settings: &dyn TargetSettings) -> Option<&dyn OpenTarget> {
    settings.of_kind::<S>().map(|settings| settings as &dyn OpenTarget)
}
