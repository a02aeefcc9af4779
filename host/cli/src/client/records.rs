//! Records: histories of messages, values of duplicates, broken rules, the audit log.

use gantry_api::v1::{
    AuditPage, AuditQuery, DedupeQuery, DedupeValue, DedupeValueList, History, QualityFilter, QualityReport,
    ReleaseRequest, StatusReport,
};
use gantry_core::MessageId;

use super::{Client, ClientError};

impl Client {
    /// What needs somebody.
    pub(crate) async fn status(&self) -> Result<StatusReport, ClientError> {
        self.transport.read("status").await
    }

    /// The history of a message.
    pub(crate) async fn message(&self, id: MessageId) -> Result<History, ClientError> {
        self.transport.read(&format!("messages/{id}")).await
    }

    /// Which rules were broken in a span of time.
    pub(crate) async fn quality(&self, filter: &QualityFilter) -> Result<QualityReport, ClientError> {
        self.transport.answer(self.transport.get("quality").query(filter)).await
    }

    /// The values by which duplicates are recognised.
    pub(crate) async fn dedupe_values(&self, query: &DedupeQuery) -> Result<DedupeValueList, ClientError> {
        self.transport.answer(self.transport.get("dedupe-values").query(query)).await
    }

    /// Releases a value by which duplicates are recognised.
    pub(crate) async fn release_dedupe_value(&self, request: &ReleaseRequest) -> Result<DedupeValue, ClientError> {
        self.transport.post("dedupe-values/release", request).await
    }

    /// Who changed what, newest first.
    pub(crate) async fn audit(&self, query: &AuditQuery) -> Result<AuditPage, ClientError> {
        self.transport.answer(self.transport.get("audit").query(query)).await
    }
}
