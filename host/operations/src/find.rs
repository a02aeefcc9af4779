//! Finds a dead letter by an id as an operator has it: its own, or that of its message. The other commands print both.

use gantry_core::{DeadLetterId, MessageId, MessageState};
use gantry_store::{DeadLetterSummary, StoreError};

use crate::records::Records;

/// No dead letter is meant by an id, or several may be.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Nothing is known of such a message.
    #[error("there is no dead letter {0}, and nothing is known of a message with this id")]
    Unknown(DeadLetterId),
    /// The message is there, and has none.
    #[error(
        "there is no dead letter {id}: its message is {}. What happened to it: gantry message show {}",
        state.name(),
        id.message
    )]
    NotDead {
        /// The id.
        id: DeadLetterId,
        /// The state of the message.
        state: MessageState,
    },
    /// The message has others.
    #[error("there is no dead letter {id}; its message has{}", commands(others))]
    Others {
        /// The id.
        id: DeadLetterId,
        /// The dead letters of the message.
        others: Vec<DeadLetterSummary>,
    },
    /// The message has several.
    #[error("message {message} has {} dead letters, name one of them:{}", all.len(), commands(all))]
    Several {
        /// The message.
        message: MessageId,
        /// Its dead letters.
        all: Vec<DeadLetterSummary>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Records {
    /// The dead letter that is meant where one is to be shown.
    ///
    /// With a message's id, that is the message's own dead letter, or its only open one, or its only one.
    pub async fn dead_letter_to_show(&self, id: DeadLetterId) -> Result<DeadLetterId, FindError> {
        let of_message = self.dead_letters_of(id.message).await?;
        match of_message.iter().any(|dead_letter| dead_letter.id == id) {
            true => Ok(id),
            false => self.only_one(id, of_message).await,
        }
    }

    /// The dead letter that is meant where one is to be changed. The same, but of a message's own dead letter that is
    /// closed and another one that is open, the open one.
    pub async fn dead_letter_to_change(&self, id: DeadLetterId) -> Result<DeadLetterId, FindError> {
        let of_message = self.dead_letters_of(id.message).await?;
        let is_message = id.position.is_none();
        let has_pending = of_message.iter().any(|dead_letter| dead_letter.state.is_pending());
        let found = of_message.iter().find(|dead_letter| dead_letter.id == id);
        match found {
            Some(dead_letter) if !(is_message && has_pending && dead_letter.state.is_closed()) => Ok(id),
            _ => self.only_one(id, of_message).await,
        }
    }

    async fn only_one(&self, id: DeadLetterId, of_message: Vec<DeadLetterSummary>) -> Result<DeadLetterId, FindError> {
        let pending: Vec<_> = of_message.iter().filter(|dead_letter| dead_letter.state.is_pending()).collect();
        match (id.position, pending.as_slice(), of_message.as_slice()) {
            (_, _, []) => match self.history(id.message).await? {
                Some(history) => Err(FindError::NotDead { id, state: history.state }),
                None => Err(FindError::Unknown(id)),
            },
            (None, [one], _) => Ok(one.id),
            (None, [], [one]) => Ok(one.id),
            (None, ..) => Err(FindError::Several { message: id.message, all: of_message }),
            (Some(_), ..) => Err(FindError::Others { id, others: of_message }),
        }
    }
}

/// A line with the command for each.
fn commands(dead_letters: &[DeadLetterSummary]) -> String {
    let mut lines = String::new();
    for DeadLetterSummary { id, state, stage, target, .. } in dead_letters {
        let target = target.as_ref().map(|target| format!(" to `{target}`")).unwrap_or_default();
        let line = format!("\n  gantry dlq show {id}  ({}, stage {}{target})", state.name(), stage.name());
        lines.push_str(&line);
    }
    lines
}
