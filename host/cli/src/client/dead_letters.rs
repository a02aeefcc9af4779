//! Single dead letters, lists of them, and imports.

use bytes::Bytes;
use gantry_api::v1::{
    CloseRequest, DeadLetter, DeadLetterCounts, DeadLetterFilter, DeadLetterPage, DryReplayReport, DryReplayRequest,
    EditedPayload, ImportQuery, Imported, NDJSON, Part, ReplayRequest, Revisions, SummaryPage,
};
use gantry_core::DeadLetterId;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use super::{Client, ClientError};

impl Client {
    /// One page of complete dead letters.
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

    /// How many dead letters pass the filter, by state.
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

    /// Replays a dead letter, with an edited payload if one is given.
    pub(crate) async fn replay(
        &self,
        id: DeadLetterId,
        by: &str,
        payload: Option<Bytes>,
    ) -> Result<DeadLetter, ClientError> {
        let request = ReplayRequest { by: by.to_owned(), payload: payload.map(EditedPayload) };
        self.transport.post(&format!("dead-letters/{id}/replay"), &request).await
    }

    /// What a replay would come to with the flows in force.
    pub(crate) async fn dry_replay(&self, request: &DryReplayRequest) -> Result<DryReplayReport, ClientError> {
        self.transport.post("dead-letters/dry-run", request).await
    }

    /// Discards a dead letter.
    pub(crate) async fn discard(&self, id: DeadLetterId, by: &str, reason: &str) -> Result<DeadLetter, ClientError> {
        let request = CloseRequest { by: by.to_owned(), reason: reason.to_owned() };
        self.transport.post(&format!("dead-letters/{id}/discard"), &request).await
    }

    /// Acknowledges a dead letter.
    pub(crate) async fn acknowledge(&self, id: DeadLetterId, by: &str) -> Result<DeadLetter, ClientError> {
        let request = CloseRequest { by: by.to_owned(), reason: String::new() };
        self.transport.post(&format!("dead-letters/{id}/acknowledge"), &request).await
    }

    /// Imports exported dead letters, all of them or none.
    pub(crate) async fn import(&self, dead_letters: Vec<DeadLetter>, by: &str) -> Result<Imported, ClientError> {
        let mut lines = Vec::new();
        for dead_letter in &dead_letters {
            serde_json::to_writer(&mut lines, dead_letter)?;
            lines.push(b'\n');
        }
        let query = ImportQuery { by: by.to_owned() };
        let request = self.transport.request(Method::POST, "dead-letter-imports").query(&query);
        self.transport.answer(request.header(CONTENT_TYPE, NDJSON).body(lines)).await
    }
}
