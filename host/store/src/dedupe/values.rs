//! Lists the values by which duplicates are recognised, and releases one.
//!
//! Only digests of values are stored: a value is read from the history of its message.

use gantry_core::{FlowName, MessageId, MessageState, Timestamp};

use super::{ENTRY, EntryName, First};
use crate::disk::{Disk, Read};
use crate::error::{DedupeError, StoreError};
use crate::history;
use crate::keys;
use crate::pending::Durability;
use crate::store::Store;

/// A value by which duplicates are recognised, and the message that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DedupeValue {
    /// The flow.
    pub flow: FlowName,
    /// The value.
    pub value: String,
    /// The message.
    pub message: MessageId,
    /// The state of the message; none if its history is no longer kept.
    pub state: Option<MessageState>,
    /// Until when messages with the value are duplicates.
    pub expires_at: Timestamp,
}

impl Store {
    /// The values of a flow, or of all, those that expire first first; at most `limit`. Values of messages whose history is no
    /// longer kept aren't listed.
    pub async fn dedupe_values(&self, flow: Option<FlowName>, limit: usize) -> Result<Vec<DedupeValue>, StoreError> {
        self.read(move |disk| {
            let mut values = Vec::new();
            for pair in disk.scan(&[keys::DEDUPE_EXPIRY], None) {
                let Some((_, key)) = keys::read_dedupe_expiry(&pair?.0) else { continue };
                let value = listed(disk, &key)?.filter(|value| flow.as_ref().is_none_or(|flow| *flow == value.flow));
                values.extend(value);
                if values.len() == limit {
                    break;
                }
            }
            Ok(values)
        })
        .await
    }

    /// One value, if messages with it are duplicates now.
    pub async fn dedupe_value(&self, flow: FlowName, value: String) -> Result<Option<DedupeValue>, StoreError> {
        let now = self.inner.clock.now();
        let flows = self.inner.flows.clone();
        self.read(move |disk| {
            let name = EntryName { flow: &flow, value: &value, key_of: keys::dedupe };
            let first = name.find(disk, flows.former())?.map(|entry| entry.first);
            let Some(First { message, expires }) = first.filter(|first| first.expires > now) else { return Ok(None) };
            let state = history::look_up(disk, message)?.map(|history| history.state);
            Ok(Some(DedupeValue { flow, value, message, state, expires_at: expires }))
        })
        .await
    }

    /// Releases a value: the next message with it is not a duplicate, and neither is the same request again if it was signed.
    /// Returns what it belonged to, once that is on stable storage.
    pub async fn release_dedupe_value(&self, flow: FlowName, value: String) -> Result<DedupeValue, DedupeError> {
        let found = self.dedupe_value(flow.clone(), value.clone()).await?;
        let found = found.ok_or(DedupeError::NotFound { flow, value })?;
        let message = found.message;
        let signed = self.read(move |disk| super::signed_of(disk, message)).await?;
        let released = found.clone();
        self.commit(Durability::Flushed, move |draft| {
            super::release(draft, &found.flow, &found.value, found.message)?;
            super::forget_signed(draft, signed, found.message)?;
            Ok(released)
        })
        .await
    }
}

fn listed(disk: &Disk, key: &[u8]) -> Result<Option<DedupeValue>, StoreError> {
    let entry = disk.get(key)?.filter(|entry| entry.len() == ENTRY);
    let Some(First { message, expires }) = entry.as_deref().and_then(First::from_bytes) else { return Ok(None) };
    let Some(history) = history::look_up(disk, message)? else { return Ok(None) };
    Ok(history.dedupe_key.map(|value| DedupeValue {
        flow: history.flow,
        value,
        message,
        state: Some(history.state),
        expires_at: expires,
    }))
}
