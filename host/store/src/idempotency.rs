//! Idempotency keys. The first request with a (flow, key) is remembered until its window ends, with a fingerprint of
//! its content and with its answer. The check is part of the commit that stores the message: of two equal requests, one
//! is stored and the other gets the same answer.

use std::time::Duration;

use gantry_core::{FlowName, MessageId, Timestamp};

use crate::disk::Read;
use crate::draft::Draft;
use crate::enqueued::Enqueued;
use crate::error::StoreError;
use crate::{keys, ownership, supersede};

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
    let used = entry_of(draft, flow, &idempotency_key.key)?.map(|(_, used)| used);
    let Some(Used { message, duplicate, fingerprint, .. }) = used.filter(|used| used.expires > now) else {
        return Ok(None);
    };
    Ok(Some(match fingerprint == idempotency_key.fingerprint {
        true => Enqueued::Repeated { message, duplicate, state: supersede::state_of(draft, message)? },
        false => Enqueued::Conflicting(message),
    }))
}

/// The entry of a key, and where it is stored: under the flow's name, or a former one.
fn entry_of(draft: &Draft<'_>, flow: &FlowName, key: &str) -> Result<Option<(Vec<u8>, Used)>, StoreError> {
    let former = draft.flows().former();
    let own = keys::idempotency(flow, key);
    if let Some(used) = find(draft, &own)?
        && ownership::owns(draft, former, flow, used.message)?
    {
        return Ok(Some((own, used)));
    }
    for name in former.of(flow).into_keys() {
        let key = keys::idempotency(&name, key);
        if let Some(used) = find(draft, &key)?
            && !ownership::owns(draft, former, &name, used.message)?
        {
            return Ok(Some((key, used)));
        }
    }
    Ok(None)
}

fn find(draft: &Draft<'_>, key: &[u8]) -> Result<Option<Used>, StoreError> {
    Ok(draft.get(key)?.as_deref().and_then(Used::from_bytes))
}

/// The message of an earlier request with this key whose window has ended, if that message was given up.
pub(crate) fn expired(
    draft: &Draft<'_>,
    flow: &FlowName,
    idempotency_key: &IdempotencyKey,
) -> Result<Option<MessageId>, StoreError> {
    match entry_of(draft, flow, &idempotency_key.key)?.map(|(_, used)| used) {
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
    while let Some((key, expired)) = entry_of(draft, flow, &idempotency_key.key)? {
        draft.delete(keys::dedupe_expiry(expired.expires, &key));
        draft.delete(key);
    }
    let key = keys::idempotency(flow, &idempotency_key.key);
    if let Some(other) = find(draft, &key)? {
        draft.delete(keys::dedupe_expiry(other.expires, &key));
        let successor = draft.flows().former().successor(flow);
        if let Some(key) = successor.map(|successor| keys::idempotency(&successor, &idempotency_key.key)) {
            draft.set(keys::dedupe_expiry(other.expires, &key), Vec::new());
            draft.set(key, other.to_bytes());
        }
    }
    let expires = now.after(idempotency_key.window);
    let used = Used { message, expires, fingerprint: idempotency_key.fingerprint, duplicate };
    draft.set(keys::dedupe_expiry(expires, &key), Vec::new());
    draft.set(key, used.to_bytes());
    Ok(())
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
