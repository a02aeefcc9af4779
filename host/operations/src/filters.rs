//! Filters that something is done with: what selects nothing, because it names what isn't there, is refused.

use gantry_store::{Filter, GroupError};

use crate::error::OperationError;
use crate::names::Names;
use crate::services::Services;

impl Services {
    /// Refuses a filter with names that nobody knows, or with the fingerprint of no group: what is done with no dead letter reads
    /// as a success.
    pub(crate) async fn check_filter(&self, filter: &Filter) -> Result<(), OperationError> {
        self.check_names(&Names::of(filter)).await?;
        let Some(fingerprint) = &filter.fingerprint else { return Ok(()) };
        match self.store.dead_letter_group(fingerprint).await? {
            Some(_) => Ok(()),
            None => Err(GroupError::NotFound(fingerprint.clone()).into()),
        }
    }
}
