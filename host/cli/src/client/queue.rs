//! Messages in the queue.

use gantry_api::v1::{
    QueueChange, QueueChangeRequest, QueueCount, QueueExport, QueueFilter, QueueList, QueueMoveRequest, QueuePart,
};

use super::{Client, ClientError};

impl Client {
    /// One page of the queue.
    pub(crate) async fn queued(&self, filter: &QueueFilter, part: &QueuePart) -> Result<QueueList, ClientError> {
        self.transport.answer(self.transport.get("queue").query(filter).query(part)).await
    }

    /// How many messages pass the filter.
    pub(crate) async fn count_queued(&self, filter: &QueueFilter) -> Result<QueueCount, ClientError> {
        self.transport.answer(self.transport.get("queue/count").query(filter)).await
    }

    /// One page of the queue, as dead letters.
    pub(crate) async fn export_queued(
        &self,
        filter: &QueueFilter,
        part: &QueuePart,
    ) -> Result<QueueExport, ClientError> {
        self.transport.answer(self.transport.get("queue/export").query(filter).query(part)).await
    }

    /// Withdraws a portion of the messages.
    pub(crate) async fn withdraw_queued(&self, request: &QueueChangeRequest) -> Result<QueueChange, ClientError> {
        self.transport.post("queue/withdraw", request).await
    }

    /// Discards a portion of the messages.
    pub(crate) async fn discard_queued(&self, request: &QueueChangeRequest) -> Result<QueueChange, ClientError> {
        self.transport.post("queue/discard", request).await
    }

    /// Moves a portion of the messages.
    pub(crate) async fn move_queued(&self, request: &QueueMoveRequest) -> Result<QueueChange, ClientError> {
        self.transport.post("queue/move", request).await
    }
}
