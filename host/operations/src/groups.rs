//! Dead letter groups: set their state.

use gantry_store::{DeadLetterGroup, GroupState};

use crate::error::OperationError;
use crate::operation::{Call, Effect, Operation};
use crate::permission::Permission;

/// Sets the state of a group: open, acknowledged, resolved or ignored.
#[derive(Clone, Debug)]
pub struct ChangeGroup {
    /// The group's fingerprint.
    pub fingerprint: String,
    /// The new state.
    pub state: GroupState,
    /// Why, in the operator's words; may be empty.
    pub note: String,
}

impl Operation for ChangeGroup {
    const PERMISSION: Permission = Permission::ChangeGroups;
    const EFFECT: Effect = Effect::OneWrite;
    const WORDS: &'static str = "note";
    type Output = DeadLetterGroup;

    fn subject(&self) -> String {
        self.fingerprint.clone()
    }

    fn words(&self) -> &str {
        &self.note
    }

    fn detail(&self) -> String {
        match self.note.as_str() {
            "" => self.state.name().to_owned(),
            note => format!("{}: {note}", self.state.name()),
        }
    }

    async fn run(self, call: Call) -> Result<DeadLetterGroup, OperationError> {
        Ok(call.store().set_group_state(&self.fingerprint, self.state, call.by(), self.note).await?)
    }
}
