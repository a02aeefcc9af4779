//! Filters that something is done with: what selects nothing, because it names what isn't there, is refused.

use gantry_store::{Filter, GroupError, StoreError};

use crate::error::OperationError;
use crate::names::Names;
use crate::records::Records;
use crate::services::Services;

impl Services {
    /// Refuses a filter with names that nobody knows, or with the fingerprint of no group: what is done with no dead letter reads
    /// as a success. Returns it with the fingerprint that the group has now.
    pub(crate) async fn check_filter(&self, filter: Filter) -> Result<Filter, OperationError> {
        self.check_names(&Names::of(&filter)).await?;
        let Some(fingerprint) = filter.fingerprint else { return Ok(filter) };
        match self.store.dead_letter_group(&fingerprint).await? {
            Some(group) => Ok(Filter { fingerprint: Some(group.fingerprint), ..filter }),
            None => Err(GroupError::NotFound(fingerprint).into()),
        }
    }

    /// A filter of what is read, with the fingerprint that the group has now, if it had another under a former name of its flow.
    pub(crate) async fn with_present_fingerprint(&self, filter: Filter) -> Result<Filter, StoreError> {
        let Some(fingerprint) = filter.fingerprint else { return Ok(filter) };
        let present = self.store.dead_letter_group(&fingerprint).await?.map(|group| group.fingerprint);
        Ok(Filter { fingerprint: Some(present.unwrap_or(fingerprint)), ..filter })
    }
}

impl Records {
    /// Refuses a filter that selects nothing because it names what isn't there; returns it with the fingerprint that its group
    /// has now.
    pub async fn check_filter(&self, filter: Filter) -> Result<Filter, OperationError> {
        self.services().check_filter(filter).await
    }
}
