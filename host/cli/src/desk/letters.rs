//! Single dead letters, lists of them, and imports.

use bytes::Bytes;
use gantry_admin::convert::Convert as _;
use gantry_api::v1::{
    CloseRequest, DeadLetter, DeadLetterCounts, DeadLetterFilter, DeadLetterPage, EditedPayload, Imported, Part,
    ReplayRequest, Revisions, SummaryPage,
};
use gantry_core::DeadLetterId;
use gantry_store::ReplayError;

use super::{Desk, DeskError};

const LETTER: &str = "dead letter";

impl Desk {
    /// One page of dead letters, whole.
    pub(crate) async fn dead_letters(
        &self,
        filter: &DeadLetterFilter,
        part: Part,
    ) -> Result<DeadLetterPage, DeskError> {
        match self {
            Self::Running(remote) => remote.query("dead-letters", (filter, &part)).await,
            Self::AtRest(store) => {
                let page = store.dead_letters(filter.clone().convert(), part.convert()).await?;
                Ok(DeadLetterPage { dead_letters: page.letters.convert(), next: page.next })
            }
        }
    }

    /// One page of dead letters, without payloads.
    pub(crate) async fn summaries(&self, filter: &DeadLetterFilter, part: Part) -> Result<SummaryPage, DeskError> {
        match self {
            Self::Running(remote) => remote.query("dead-letter-summaries", (filter, &part)).await,
            Self::AtRest(store) => {
                let page = store.dead_letter_summaries(filter.clone().convert(), part.convert()).await?;
                Ok(SummaryPage { dead_letters: page.letters.convert(), next: page.next })
            }
        }
    }

    /// How many dead letters pass, by state.
    pub(crate) async fn count(&self, filter: &DeadLetterFilter) -> Result<DeadLetterCounts, DeskError> {
        match self {
            Self::Running(remote) => remote.query("dead-letter-counts", (filter, &Part::default())).await,
            Self::AtRest(store) => Ok(store.count_dead_letters(filter.clone().convert()).await?.convert()),
        }
    }

    /// One dead letter.
    pub(crate) async fn dead_letter(&self, id: DeadLetterId) -> Result<DeadLetter, DeskError> {
        match self {
            Self::Running(remote) => remote.get(&format!("dead-letters/{id}"), LETTER, id).await,
            Self::AtRest(store) => Ok(store.dead_letter(id).await?.ok_or_else(|| missing(id))?.convert()),
        }
    }

    /// Every payload a dead letter had.
    pub(crate) async fn revisions(&self, id: DeadLetterId) -> Result<Revisions, DeskError> {
        match self {
            Self::Running(remote) => remote.get(&format!("dead-letters/{id}/revisions"), LETTER, id).await,
            Self::AtRest(store) => Ok(store.dead_letter_revisions(id).await?.ok_or_else(|| missing(id))?.convert()),
        }
    }

    /// Puts a dead letter back into the queue, with an edited payload if one is given.
    pub(crate) async fn replay(
        &self,
        id: DeadLetterId,
        by: &str,
        payload: Option<Bytes>,
    ) -> Result<DeadLetter, DeskError> {
        match self {
            Self::Running(remote) => {
                let request = ReplayRequest { by: by.to_owned(), payload: payload.map(EditedPayload) };
                remote.post(&format!("dead-letters/{id}/replay"), &request, LETTER, id).await
            }
            Self::AtRest(store) => {
                store.replay(id, by.to_owned(), payload).await.map_err(refused)?;
                self.dead_letter(id).await
            }
        }
    }

    /// Gives a dead letter up.
    pub(crate) async fn discard(&self, id: DeadLetterId, by: &str, reason: &str) -> Result<DeadLetter, DeskError> {
        match self {
            Self::Running(remote) => {
                let request = CloseRequest { by: by.to_owned(), reason: reason.to_owned() };
                remote.post(&format!("dead-letters/{id}/discard"), &request, LETTER, id).await
            }
            Self::AtRest(store) => {
                store.discard(id, by.to_owned(), reason.to_owned()).await.map_err(refused)?;
                self.dead_letter(id).await
            }
        }
    }

    /// Takes note of a dead letter.
    pub(crate) async fn acknowledge(&self, id: DeadLetterId, by: &str) -> Result<DeadLetter, DeskError> {
        match self {
            Self::Running(remote) => {
                let request = CloseRequest { by: by.to_owned(), reason: String::new() };
                remote.post(&format!("dead-letters/{id}/acknowledge"), &request, LETTER, id).await
            }
            Self::AtRest(store) => {
                store.acknowledge(id, by.to_owned()).await.map_err(refused)?;
                self.dead_letter(id).await
            }
        }
    }

    /// Takes exported letters in, all of them or none.
    pub(crate) async fn import(&self, letters: Vec<DeadLetter>) -> Result<Imported, DeskError> {
        match self {
            Self::Running(remote) => {
                // What was read from JSON can be written as JSON.
                let lines = letters.iter().filter_map(|letter| serde_json::to_vec(letter).ok());
                let lines: Vec<u8> = lines.flat_map(|line| [line, b"\n".to_vec()].concat()).collect();
                remote.post_lines("dead-letter-imports", lines).await
            }
            Self::AtRest(store) => Ok(store.import_dead_letters(letters.convert()).await?.convert()),
        }
    }
}

fn missing(id: DeadLetterId) -> DeskError {
    DeskError::NotFound { what: LETTER, id: id.to_string() }
}

fn refused(error: ReplayError) -> DeskError {
    match error {
        ReplayError::NotFound(id) => missing(id),
        ReplayError::Store(error) => DeskError::Store(error),
        ReplayError::WrongState { .. } | ReplayError::MessageQueued(_) => DeskError::Refused(error.to_string()),
    }
}
