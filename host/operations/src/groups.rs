//! Dead letter groups: set their state; and the end of an acknowledgement at its time.

use gantry_core::Timestamp;
use gantry_store::{DeadLetterGroup, GroupError, GroupState};

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
    /// When an acknowledgement ends; for no other state.
    pub until: Option<Timestamp>,
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
        let until = self.until.map(|until| format!(" until {until}")).unwrap_or_default();
        let state = format!("{}{until}", self.state.name());
        match self.note.as_str() {
            "" => state,
            note => format!("{state}: {note}"),
        }
    }

    async fn run(self, call: Call) -> Result<DeadLetterGroup, OperationError> {
        let Self { fingerprint, state, until, note } = self;
        let store = call.store();
        Ok(match (state, until) {
            (GroupState::Acknowledged, Some(until)) => {
                store.acknowledge_group_until(&fingerprint, until, call.by(), note).await?
            }
            (_, Some(_)) => return Err(OperationError::NoEnd),
            (state, None) => store.set_group_state(&fingerprint, state, call.by(), note).await?,
        })
    }
}

/// Ends an acknowledgement whose time is over, so that the group is open again; the host does this by itself.
#[derive(Clone, Debug)]
pub struct EndAcknowledgement {
    /// The group's fingerprint.
    pub fingerprint: String,
}

impl Operation for EndAcknowledgement {
    const PERMISSION: Permission = Permission::ChangeGroups;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = ();

    fn subject(&self) -> String {
        self.fingerprint.clone()
    }

    fn detail(&self) -> String {
        "open: the time of its acknowledgement is over".to_owned()
    }

    async fn run(self, call: Call) -> Result<(), OperationError> {
        let ended = call.store().end_acknowledgement(&self.fingerprint).await?;
        ended.map(|_| ()).ok_or_else(|| GroupError::NotFound(self.fingerprint).into())
    }
}
