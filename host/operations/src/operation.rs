//! What an operation is: what it asks for, what it is about, and what it does.

use std::future::Future;
use std::sync::Arc;

use gantry_control::publish::Publisher;
use gantry_store::{AuditOutcome, PendingAudit, Store};

use crate::actor::Actor;
use crate::error::OperationError;
use crate::permission::Permission;
use crate::services::{HostServices, Services};

/// Where the effect of an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// One write of the store, which takes the audit entry along.
    OneWrite,
    /// Elsewhere, or in several writes: an intent is on disk before, an outcome after.
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
    /// What the actor must be permitted; its name is the operation's name in the audit.
    const PERMISSION: Permission;

    /// Where its effect is.
    const EFFECT: Effect;

    /// What it answers.
    type Output: Send + 'static;

    /// What it is about, for the audit: an id, or a name.
    fn subject(&self) -> String;

    /// Why, in the operator's words, for the audit.
    fn detail(&self) -> String {
        String::new()
    }

    /// Does it. Writes through [`Call::store`], so that the audit entry is in the same write.
    fn run(self, call: Call) -> impl Future<Output = Result<Self::Output, OperationError>> + Send;

    /// What the audit says of an answer: an answer may be a refusal.
    fn outcome(_: &Self::Output) -> (AuditOutcome, Option<String>) {
        (AuditOutcome::Done, None)
    }
}

/// What an operation is given to act with. Only [`Operations::execute`] makes one.
pub struct Call {
    services: Arc<Services>,
    actor: Actor,
    pending: PendingAudit,
}

impl Call {
    pub(crate) const fn new(services: Arc<Services>, actor: Actor, pending: PendingAudit) -> Self {
        Self { services, actor, pending }
    }

    /// The store, whose next write takes the audit entry along.
    #[must_use]
    pub fn store(&self) -> Store {
        self.services.store.with_audit(&self.pending)
    }

    /// The name that is kept with what is done.
    #[must_use]
    pub fn by(&self) -> String {
        self.actor.by().to_owned()
    }

    /// The audit entry that is on its way.
    pub(crate) const fn audit(&self) -> &PendingAudit {
        &self.pending
    }

    /// What runs in a host at work.
    pub(crate) fn host(&self) -> Result<&HostServices, OperationError> {
        self.services.host.as_ref().ok_or(OperationError::NoHost)
    }

    /// Whether a host is at work.
    pub(crate) fn is_running(&self) -> bool {
        self.services.host.is_some()
    }

    pub(crate) fn publisher(&self) -> Result<&Publisher, OperationError> {
        self.services.publisher.as_ref().ok_or(OperationError::NoHost)
    }
}
