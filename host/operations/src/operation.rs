//! The trait of all operations: permission, subject and effect.

use std::future::Future;
use std::sync::Arc;

use gantry_control::publish::Publisher;
use gantry_core::FlowName;
use gantry_store::{AuditOutcome, PendingAudit, Store};

use crate::actor::Actor;
use crate::error::OperationError;
use crate::permission::Permission;
use crate::services::{HostServices, Services};

/// Where the effect of an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// One write to the store, which includes the audit entry.
    OneWrite,
    /// Outside the store, or several writes: an intent is written before, an outcome after.
    Outside,
}

/// One thing that an operator may do. An operation without a permission does not compile:
///
/// ```compile_fail,E0046
/// use gantry_operations::{Call, Effect, Operation, OperationError};
///
/// struct Sneak;
///
/// impl Operation for Sneak {
///     const EFFECT: Effect = Effect::Outside;
///     type Output = ();
///     fn subject(&self) -> String {
///         "everything".into()
///     }
///     async fn run(self, _: Call) -> Result<(), OperationError> {
///         Ok(())
///     }
/// }
/// ```
pub trait Operation: Send + 'static {
    /// The permission it needs; its name is the operation's name in the audit log.
    const PERMISSION: Permission;

    /// Where its effect is.
    const EFFECT: Effect;

    /// Its result.
    type Output: Send + 'static;

    /// What requests call the operator's own words.
    const WORDS: &'static str = "reason";

    /// What it is applied to, for the audit log: an id or a name.
    fn subject(&self) -> String;

    /// The subject by the name that other operations use for it, where only a running host knows that.
    fn subject_at(&self, _: &HostServices) -> Option<String> {
        None
    }

    /// The operator's own words; may be empty.
    fn words(&self) -> &str {
        ""
    }

    /// What the audit log says beside the subject: the operator's words, unless there is more to say.
    fn detail(&self) -> String {
        self.words().to_owned()
    }

    /// Carries it out. Writes through [`Call::store`], so that the audit entry is part of the same write.
    fn run(self, call: Call) -> impl Future<Output = Result<Self::Output, OperationError>> + Send;

    /// The outcome for the audit log. A result can be a refusal.
    fn outcome(_: &Self::Output) -> (AuditOutcome, Option<String>) {
        (AuditOutcome::Done, None)
    }
}

/// What an operation works with. Only [`crate::Operations::execute`] creates one.
pub struct Call {
    services: Arc<Services>,
    actor: Actor,
    pending: PendingAudit,
}

impl Call {
    pub(crate) const fn new(services: Arc<Services>, actor: Actor, pending: PendingAudit) -> Self {
        Self { services, actor, pending }
    }

    /// The store, whose next write includes the audit entry.
    #[must_use]
    pub fn store(&self) -> Store {
        self.services.store.with_audit(&self.pending)
    }

    /// The name to record.
    #[must_use]
    pub fn by(&self) -> String {
        self.actor.by().to_owned()
    }

    /// The audit entry that is not yet written.
    pub(crate) const fn audit(&self) -> &PendingAudit {
        &self.pending
    }

    /// All services.
    pub(crate) fn services(&self) -> &Services {
        &self.services
    }

    /// The services of a running host.
    pub(crate) fn host(&self) -> Result<&HostServices, OperationError> {
        self.services.host.as_ref().ok_or(OperationError::NoHost)
    }

    /// Refuses to send to a flow that the running host knows to be broken. Without a host, messages wait for the next start.
    pub(crate) fn refuse_broken(&self, flow: &FlowName) -> Result<(), OperationError> {
        let host = self.services.host.as_ref();
        Ok(host.map_or(Ok(()), |host| host.flows.refuse_broken(flow))?)
    }

    /// Refuses the flow of an alert: it takes nothing but what is said of alerts.
    pub(crate) fn refuse_of_alert(&self, flow: &FlowName) -> Result<(), OperationError> {
        let entries = self.services.host.as_ref().map(|host| host.flows.entries());
        let mut entries = entries.iter().flat_map(|entries| entries.iter());
        match entries.any(|entry| entry.flow.name == *flow && entry.flow.source.is_about_the_host()) {
            true => Err(OperationError::AboutTheHost(flow.clone())),
            false => Ok(()),
        }
    }

    /// Whether a host is running.
    pub(crate) fn is_running(&self) -> bool {
        self.services.host.is_some()
    }

    pub(crate) fn publisher(&self) -> Result<&Publisher, OperationError> {
        self.services.publisher.as_ref().ok_or(OperationError::NoHost)
    }
}
