//! Idempotency keys. The first request with a (flow, key) is remembered until its window ends, with a fingerprint of
//! its content and with its answer. The check is part of the commit that stores the message: of two equal requests, one
//! is stored and the other gets the same answer.

use std::time::Duration;

use gantry_core::{FlowName, MessageId, Timestamp};

use crate::dedupe::EntryName;
use crate::draft::Draft;
use crate::enqueued::Enqueued;
use crate::error::StoreError;
use crate::{keys, supersede};

/// The idempotency key of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The sender's key.
    pub key: String,
    /// How long it is remembered.
    pub window: Duration,
    /// The first bytes of a digest of the request's content.
    pub fingerprint: [u8; 16],
}

/// A key that was used, as stored.
#[derive(Debug, PartialEq, Eq)]
struct Used {
    message: MessageId,
    expires: Timestamp,
    fingerprint: [u8; 16],
    /// Whether the first request itself was a duplicate by its dedupe key.
    duplicate: bool,
}

impl Used {
    /// Begins like the entry of a dedupe key: the sweep reads only that part.
    fn to_bytes(&self) -> Vec<u8> {
        let expires = self.expires.0.to_be_bytes();
        [self.message.as_bytes(), expires.as_slice(), &self.fingerprint, &[u8::from(self.duplicate)]].concat()
    }

    /// None when damaged: then the key counts as new, because a duplicate is better than a loss.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (message, rest) = bytes.split_first_chunk::<16>()?;
        let (expires, rest) = rest.split_first_chunk::<8>()?;
        let (fingerprint, rest) = rest.split_first_chunk::<16>()?;
        Some(Self {
            message: MessageId::from_bytes(*message),
            expires: Timestamp(u64::from_be_bytes(*expires)),
            fingerprint: *fingerprint,
            duplicate: rest == [1],
        })
    }
}

/// The answer to an earlier request with this key; none when this is the first within the window.
pub(crate) fn answer(
    draft: &Draft<'_>,
    flow: &FlowName,
    idempotency_key: &IdempotencyKey,
    now: Timestamp,
) -> Result<Option<Enqueued>, StoreError> {
    let used = used(draft, flow, &idempotency_key.key)?;
    let Some(Used { message, duplicate, fingerprint, .. }) = used.filter(|used| used.expires > now) else {
        return Ok(None);
    };
    Ok(Some(match fingerprint == idempotency_key.fingerprint {
        true => Enqueued::Repeated { message, duplicate, state: supersede::state_of(draft, message)? },
        false => Enqueued::Conflicting(message),
    }))
}

/// The entry of a key; none when damaged.
fn used(draft: &Draft<'_>, flow: &FlowName, key: &str) -> Result<Option<Used>, StoreError> {
    let entry = entry_name(flow, key).find(draft, draft.flows().former())?;
    Ok(entry.and_then(|entry| Used::from_bytes(&entry.bytes)))
}

fn entry_name<'a>(flow: &'a FlowName, key: &'a str) -> EntryName<'a> {
    EntryName { flow, value: key, key_of: keys::idempotency }
}

/// The message of an earlier request with this key whose window has ended, if that message was given up.
pub(crate) fn expired(
    draft: &Draft<'_>,
    flow: &FlowName,
    idempotency_key: &IdempotencyKey,
) -> Result<Option<MessageId>, StoreError> {
    match used(draft, flow, &idempotency_key.key)? {
        Some(used) if supersede::is_given_up(draft, used.message)? => Ok(Some(used.message)),
        _ => Ok(None),
    }
}

/// Remembers the answer to the first request with this key.
pub(crate) fn remember(
    draft: &mut Draft<'_>,
    flow: &FlowName,
    idempotency_key: &IdempotencyKey,
    (message, duplicate): (MessageId, bool),
    now: Timestamp,
) -> Result<(), StoreError> {
    let expires = now.after(idempotency_key.window);
    let used = Used { message, expires, fingerprint: idempotency_key.fingerprint, duplicate };
    entry_name(flow, &idempotency_key.key).write(draft, expires, used.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_used_key_survives_the_way_to_disk_and_back() {
        for duplicate in [false, true] {
            let message = MessageId::generate();
            let used = Used { message, expires: Timestamp(7), fingerprint: [9; 16], duplicate };
            assert_eq!(Used::from_bytes(&used.to_bytes()), Some(used));
        }
        assert_eq!(Used::from_bytes(&[0; 39]), None);
    }
}
