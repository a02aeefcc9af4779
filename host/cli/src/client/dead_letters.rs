//! Single dead letters, lists of them, and imports.

use bytes::Bytes;
use gantry_api::v1::{
    CloseRequest, DeadLetter, DeadLetterCounts, DeadLetterFilter, DeadLetterPage, EditedPayload, Imported, NDJSON,
    Part, ReplayRequest, Revisions, SummaryPage,
};
use gantry_core::DeadLetterId;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use super::{Client, ClientError};

impl Client {
    /// One page of dead letters, whole.
    pub(crate) async fn dead_letters(
        &self,
        filter: &DeadLetterFilter,
        part: Part,
    ) -> Result<DeadLetterPage, ClientError> {
        self.transport.answer(self.transport.get("dead-letters").query(filter).query(&part)).await
    }

    /// One page of dead letters, without payloads.
    pub(crate) async fn summaries(&self, filter: &DeadLetterFilter, part: Part) -> Result<SummaryPage, ClientError> {
        self.transport.answer(self.transport.get("dead-letter-summaries").query(filter).query(&part)).await
    }

    /// How many dead letters pass, by state.
    pub(crate) async fn count(&self, filter: &DeadLetterFilter) -> Result<DeadLetterCounts, ClientError> {
        self.transport.answer(self.transport.get("dead-letter-counts").query(filter)).await
    }

    /// One dead letter.
    pub(crate) async fn dead_letter(&self, id: DeadLetterId) -> Result<DeadLetter, ClientError> {
        self.transport.read(&format!("dead-letters/{id}")).await
    }

    /// Every payload a dead letter had.
    pub(crate) async fn revisions(&self, id: DeadLetterId) -> Result<Revisions, ClientError> {
        self.transport.read(&format!("dead-letters/{id}/revisions")).await
    }

    /// Puts a dead letter back into the queue, with an edited payload if one is given.
    pub(crate) async fn replay(
        &self,
        id: DeadLetterId,
        by: &str,
        payload: Option<Bytes>,
    ) -> Result<DeadLetter, ClientError> {
        let request = ReplayRequest { by: by.to_owned(), payload: payload.map(EditedPayload) };
        self.transport.post(&format!("dead-letters/{id}/replay"), &request).await
    }

    /// Gives a dead letter up.
    pub(crate) async fn discard(&self, id: DeadLetterId, by: &str, reason: &str) -> Result<DeadLetter, ClientError> {
        let request = CloseRequest { by: by.to_owned(), reason: reason.to_owned() };
        self.transport.post(&format!("dead-letters/{id}/discard"), &request).await
    }

    /// Takes note of a dead letter.
    pub(crate) async fn acknowledge(&self, id: DeadLetterId, by: &str) -> Result<DeadLetter, ClientError> {
        let request = CloseRequest { by: by.to_owned(), reason: String::new() };
        self.transport.post(&format!("dead-letters/{id}/acknowledge"), &request).await
    }

    /// Takes exported dead letters in, all of them or none.
    pub(crate) async fn import(&self, dead_letters: Vec<DeadLetter>) -> Result<Imported, ClientError> {
        // What was read from JSON can be written as JSON.
        let lines = dead_letters.iter().filter_map(|letter| serde_json::to_vec(letter).ok());
        let lines: Vec<u8> = lines.flat_map(|line| [line, b"\n".to_vec()].concat()).collect();
        let request = self.transport.request(Method::POST, "dead-letter-imports");
        self.transport.answer(request.header(CONTENT_TYPE, NDJSON).body(lines)).await
    }
}
