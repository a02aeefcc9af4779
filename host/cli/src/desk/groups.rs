//! Kinds of failure, and where each stands.

use gantry_admin::api::{DeadLetterGroup, GroupAction, GroupFilter, GroupList, NoteRequest, Part};
use gantry_store::GroupError;

use super::{Desk, DeskError};

const GROUP: &str = "dead letter group";

impl Desk {
    /// The groups that pass.
    pub(crate) async fn groups(&self, filter: &GroupFilter) -> Result<GroupList, DeskError> {
        match self {
            Self::Running(remote) => remote.query("dead-letter-groups", (filter, &Part::default())).await,
            Self::AtRest(store) => Ok(GroupList { groups: store.dead_letter_groups(filter.clone()).await? }),
        }
    }

    /// One group.
    pub(crate) async fn group(&self, fingerprint: &str) -> Result<DeadLetterGroup, DeskError> {
        match self {
            Self::Running(remote) => remote.get(&format!("dead-letter-groups/{fingerprint}"), GROUP, fingerprint).await,
            Self::AtRest(store) => store.dead_letter_group(fingerprint).await?.ok_or_else(|| missing(fingerprint)),
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
        let (by, note) = (by.to_owned(), note.to_owned());
        match self {
            Self::Running(remote) => {
                let path = format!("dead-letter-groups/{fingerprint}/{}", action.name());
                remote.post(&path, &NoteRequest { by, note }, GROUP, fingerprint).await
            }
            Self::AtRest(store) => {
                store.set_group_state(fingerprint, action.state(), by, note).await.map_err(|error| match error {
                    GroupError::NotFound(fingerprint) => missing(&fingerprint),
                    GroupError::Store(error) => DeskError::Store(error),
                })
            }
        }
    }
}

fn missing(fingerprint: &str) -> DeskError {
    DeskError::NotFound { what: GROUP, id: fingerprint.to_owned() }
}
