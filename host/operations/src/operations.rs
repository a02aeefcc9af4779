//! Executes operations: the one place that checks permissions, runs operations and records their outcome.

use std::sync::Arc;

use gantry_control::publish::Publisher;
use gantry_store::{AuditOutcome, AuditRecord, Catalogue, PendingAudit, Store, StoreError};

use crate::actor::Actor;
use crate::error::OperationError;
use crate::operation::{Call, Effect, Operation};
use crate::records::Records;
use crate::services::{HostServices, Services};

/// Log target of the lines that state who did what.
const AUDIT: &str = "gantry::audit";

/// Most characters of the name of the person that an actor acts for.
pub const MOST_NAME: usize = 200;

/// Most characters of a reason or note.
pub const MOST_WORDS: usize = 2000;

/// Executes operations; cheap to clone.
#[derive(Clone)]
pub struct Operations(Arc<Services>);

impl Operations {
    /// The operations of a running host.
    #[must_use]
    pub fn of_host(store: Store, publisher: Publisher, host: HostServices) -> Self {
        let catalogue = publisher.catalogue().clone();
        Self(Arc::new(Services { store, catalogue, publisher: Some(publisher), host: Some(host) }))
    }

    /// The operations on the store of a stopped host.
    #[must_use]
    pub fn at_rest(store: Store, catalogue: Catalogue, publisher: Option<Publisher>) -> Self {
        Self(Arc::new(Services { store, catalogue, publisher, host: None }))
    }

    /// What can be read without a permission: dead letters, jobs, histories, the catalogue, the audit log.
    #[must_use]
    pub fn records(&self) -> Records {
        Records::new(Arc::clone(&self.0))
    }

    /// Executes an operation, if the actor has the permission, and records its outcome. It is finished even if the
    /// caller is cancelled.
    pub async fn execute<O: Operation>(&self, actor: &Actor, operation: O) -> Result<O::Output, OperationError> {
        let operations = self.clone();
        let actor = actor.clone();
        tokio::spawn(async move { operations.execute_to_the_end(actor, operation).await }).await?
    }

    async fn execute_to_the_end<O: Operation>(&self, actor: Actor, operation: O) -> Result<O::Output, OperationError> {
        let record = self.record(&actor, &operation);
        let admitted = admit(&actor, &operation);
        let intent = match O::EFFECT {
            Effect::Outside if admitted.is_ok() => Some(self.intend(&record).await?),
            Effect::Outside | Effect::OneWrite => None,
        };
        let pending = PendingAudit::new(AuditRecord { intent, ..record.clone() });
        let result = match admitted {
            Ok(()) => operation.run(Call::new(Arc::clone(&self.0), actor, pending.clone())).await,
            Err(refusal) => Err(refusal),
        };
        let (outcome, detail) = match &result {
            Ok(output) => O::outcome(output),
            Err(error) => (error.outcome(), Some(error.to_string())),
        };
        log(&record, outcome);
        pending.amend(outcome, detail);
        if let Err(error) = self.0.store.finish_audit(&pending).await {
            tracing::error!(operation = record.operation, %error, "failed to write an audit entry");
        }
        result
    }

    async fn intend(&self, record: &AuditRecord) -> Result<gantry_store::AuditId, StoreError> {
        self.0.store.append_audit(AuditRecord { outcome: AuditOutcome::Intended, ..record.clone() }).await
    }

    /// The audit entry of a successful operation.
    fn record<O: Operation>(&self, actor: &Actor, operation: &O) -> AuditRecord {
        let named = self.0.host.as_ref().and_then(|host| operation.subject_at(host));
        AuditRecord {
            actor: actor.name.clone(),
            on_behalf_of: actor.on_behalf_of.clone(),
            via: actor.via.name().to_owned(),
            operation: O::PERMISSION.name().to_owned(),
            subject: named.unwrap_or_else(|| operation.subject()),
            outcome: AuditOutcome::Done,
            detail: operation.detail(),
            intent: None,
        }
    }
}

/// Whether the actor has the permission, and what it says is within its bounds.
fn admit<O: Operation>(actor: &Actor, operation: &O) -> Result<(), OperationError> {
    if !actor.may(O::PERMISSION) {
        return Err(OperationError::Denied { permission: O::PERMISSION, actor: actor.name.clone() });
    }
    bounded("by", actor.on_behalf_of.as_deref().unwrap_or_default(), MOST_NAME)?;
    bounded(O::WORDS, operation.words(), MOST_WORDS)
}

fn bounded(what: &'static str, text: &str, most: usize) -> Result<(), OperationError> {
    match text.chars().count() {
        length if length > most => Err(OperationError::TooLong { what, length, most }),
        _ => Ok(()),
    }
}

fn log(record: &AuditRecord, outcome: AuditOutcome) {
    let AuditRecord { actor, on_behalf_of, via, operation, subject, .. } = record;
    tracing::info!(
        target: AUDIT, operation, subject, actor, on_behalf_of, via, outcome = outcome.name(), "an operation was executed"
    );
}
