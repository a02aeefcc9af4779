//! Records: histories of messages, broken rules, the audit log.

use gantry_api::v1::{AuditPage, AuditQuery, History, QualityFilter, QualityReport};
use gantry_core::MessageId;

use super::{Client, ClientError};

impl Client {
    /// The history of a message.
    pub(crate) async fn message(&self, id: MessageId) -> Result<History, ClientError> {
        self.transport.read(&format!("messages/{id}")).await
    }

    /// Which rules were broken in a span of time.
    pub(crate) async fn quality(&self, filter: &QualityFilter) -> Result<QualityReport, ClientError> {
        self.transport.answer(self.transport.get("quality").query(filter)).await
    }

    /// Who changed what, newest first.
    pub(crate) async fn audit(&self, query: &AuditQuery) -> Result<AuditPage, ClientError> {
        self.transport.answer(self.transport.get("audit").query(query)).await
    }
}
