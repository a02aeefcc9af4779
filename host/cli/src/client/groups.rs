//! Dead letter groups and their state.

use gantry_api::v1::{DeadLetterGroup, GroupAction, GroupFilter, GroupList, GroupRequest};

use super::{Client, ClientError};

impl Client {
    /// The groups that pass the filter.
    pub(crate) async fn groups(&self, filter: &GroupFilter) -> Result<GroupList, ClientError> {
        self.transport.answer(self.transport.get("dead-letter-groups").query(filter)).await
    }

    /// One group.
    pub(crate) async fn group(&self, fingerprint: &str) -> Result<DeadLetterGroup, ClientError> {
        self.transport.read(&format!("dead-letter-groups/{fingerprint}")).await
    }

    /// Sets the state of a group.
    pub(crate) async fn change_group(
        &self,
        fingerprint: &str,
        action: GroupAction,
        request: &GroupRequest,
    ) -> Result<DeadLetterGroup, ClientError> {
        self.transport.post(&format!("dead-letter-groups/{fingerprint}/{}", action.name()), request).await
    }
}
