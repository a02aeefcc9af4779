//! Kinds of failure, and where each stands.

use gantry_admin::convert::Convert as _;
use gantry_api::v1::{DeadLetterGroup, GroupAction, GroupFilter, GroupList, NoteRequest, Part};
use gantry_store::GroupError;

use super::{Desk, DeskError};

const GROUP: &str = "dead letter group";

impl Desk {
    /// The groups that pass.
    pub(crate) async fn groups(&self, filter: &GroupFilter) -> Result<GroupList, DeskError> {
        match self {
            Self::Running(remote) => remote.query("dead-letter-groups", (filter, &Part::default())).await,
            Self::AtRest(store) => {
                let groups = store.dead_letter_groups(filter.clone().convert()).await?;
                Ok(GroupList { groups: groups.convert() })
            }
        }
    }

    /// One group.
    pub(crate) async fn group(&self, fingerprint: &str) -> Result<DeadLetterGroup, DeskError> {
        match self {
            Self::Running(remote) => remote.get(&format!("dead-letter-groups/{fingerprint}"), GROUP, fingerprint).await,
            Self::AtRest(store) => {
                let group = store.dead_letter_group(fingerprint).await?.ok_or_else(|| missing(fingerprint))?;
                Ok(group.convert())
            }
        }
    }

    /// Says where a group stands.
    pub(crate) async fn change_group(
        &self,
        fingerprint: &str,
        action: GroupAction,
        by: &str,
        note: &str,
    ) -> Result<DeadLetterGroup, DeskError> {
        let by = by.to_owned();
        let note = note.to_owned();
        match self {
            Self::Running(remote) => {
                let path = format!("dead-letter-groups/{fingerprint}/{}", action.name());
                remote.post(&path, &NoteRequest { by, note }, GROUP, fingerprint).await
            }
            Self::AtRest(store) => {
                let changed = store.set_group_state(fingerprint, action.state().convert(), by, note).await;
                let changed = changed.map_err(|error| match error {
                    GroupError::NotFound(fingerprint) => missing(&fingerprint),
                    GroupError::Store(error) => DeskError::Store(error),
                })?;
                Ok(changed.convert())
            }
        }
    }
}

fn missing(fingerprint: &str) -> DeskError {
    DeskError::NotFound { what: GROUP, id: fingerprint.to_owned() }
}
