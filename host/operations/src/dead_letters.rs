//! Operations on single dead letters, and imports.

use bytes::Bytes;
use gantry_core::{DeadLetter, DeadLetterId, FlowName};
use gantry_store::Imported;

use crate::error::OperationError;
use crate::operation::{Call, Effect, Operation};
use crate::permission::Permission;

/// Acknowledges a dead letter: somebody is investigating it.
#[derive(Clone, Debug)]
pub struct Acknowledge {
    /// Its id.
    pub id: DeadLetterId,
    /// Why; may be empty.
    pub reason: String,
}

/// Puts a dead letter back into the queue as it was received.
#[derive(Clone, Copy, Debug)]
pub struct Replay {
    /// Its id.
    pub id: DeadLetterId,
}

/// Puts a dead letter back into the queue with another payload; both payloads are kept.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Its id.
    pub id: DeadLetterId,
    /// The new payload.
    pub payload: Bytes,
}

/// Discards a dead letter.
#[derive(Clone, Debug)]
pub struct Discard {
    /// Its id.
    pub id: DeadLetterId,
    /// Why; required.
    pub reason: String,
}

/// Imports exported dead letters, all of them or none.
#[derive(Clone, Debug)]
pub struct Import {
    /// The dead letters.
    pub dead_letters: Vec<DeadLetter>,
}

/// The result of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportReport {
    /// Letters that were added.
    pub added: usize,
    /// Letters that were already present and left as they are.
    pub present: usize,
    /// Flows of these dead letters that are not in force: they can't be replayed until a flow of that name is.
    pub missing_flows: Vec<FlowName>,
}

impl Operation for Acknowledge {
    const PERMISSION: Permission = Permission::AcknowledgeDeadLetters;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = DeadLetter;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn words(&self) -> &str {
        &self.reason
    }

    async fn run(self, call: Call) -> Result<DeadLetter, OperationError> {
        call.store().acknowledge(self.id, call.by()).await?;
        current(&call, self.id).await
    }
}

impl Operation for Replay {
    const PERMISSION: Permission = Permission::ReplayDeadLetters;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = DeadLetter;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    async fn run(self, call: Call) -> Result<DeadLetter, OperationError> {
        refuse_broken(&call, self.id).await?;
        check_flow(&call, self.id).await?;
        call.store().replay(self.id, call.by(), None).await?;
        current(&call, self.id).await
    }
}

impl Operation for Edit {
    const PERMISSION: Permission = Permission::EditDeadLetters;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = DeadLetter;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    async fn run(self, call: Call) -> Result<DeadLetter, OperationError> {
        refuse_broken(&call, self.id).await?;
        check_flow(&call, self.id).await?;
        call.store().replay(self.id, call.by(), Some(self.payload)).await?;
        current(&call, self.id).await
    }
}

impl Operation for Discard {
    const PERMISSION: Permission = Permission::DiscardDeadLetters;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = DeadLetter;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn words(&self) -> &str {
        &self.reason
    }

    async fn run(self, call: Call) -> Result<DeadLetter, OperationError> {
        if self.reason.trim().is_empty() {
            return Err(OperationError::NoReason);
        }
        call.store().discard(self.id, call.by(), self.reason).await?;
        current(&call, self.id).await
    }
}

impl Operation for Import {
    const PERMISSION: Permission = Permission::ImportDeadLetters;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = ImportReport;

    fn subject(&self) -> String {
        format!("dead letters: {}", self.dead_letters.len())
    }

    async fn run(self, call: Call) -> Result<ImportReport, OperationError> {
        let flows = self.dead_letters.iter().map(|dead_letter| dead_letter.flow.clone()).collect();
        let missing_flows = call.services().missing(flows).await?;
        let Imported { added, present } = call.store().import_dead_letters(self.dead_letters).await?;
        Ok(ImportReport { added, present, missing_flows })
    }
}

/// Whether the flow of a dead letter is in force, if there is such a dead letter.
async fn check_flow(call: &Call, id: DeadLetterId) -> Result<(), OperationError> {
    match call.store().dead_letter(id).await? {
        Some(dead_letter) => Ok(call.services().check_in_force(&dead_letter.flow).await?),
        None => Ok(()),
    }
}

/// Refuses to replay a dead letter of a flow that can't run.
async fn refuse_broken(call: &Call, id: DeadLetterId) -> Result<(), OperationError> {
    match call.store().dead_letter(id).await? {
        Some(dead_letter) => call.refuse_broken(&dead_letter.flow),
        None => Ok(()),
    }
}

/// The current dead letter.
async fn current(call: &Call, id: DeadLetterId) -> Result<DeadLetter, OperationError> {
    call.store().dead_letter(id).await?.ok_or(OperationError::NoDeadLetter(id))
}
