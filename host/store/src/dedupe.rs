//! Duplicate detection. The first message with a (flow, dedupe key) is remembered until its window ends; another one
//! within the window is not stored. The check is part of the commit that stores the message, so of two concurrent
//! requests only one is stored.
//!
//! A value belongs to a message that is alive or delivered: `supersede` says what becomes of it otherwise.

mod values;

use std::time::Duration;

use gantry_core::{FlowName, MessageId, Timestamp};

use crate::dead_letters;
use crate::disk::Read;
use crate::draft::Draft;
use crate::error::StoreError;
use crate::former_names::FormerNames;
use crate::{keys, ownership, supersede};

pub use values::DedupeValue;

/// Bytes of a message's id, with which an entry begins.
const MESSAGE: usize = 16;

/// The first message with a (flow, dedupe key), and until when it is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct First {
    pub(crate) message: MessageId,
    pub(crate) expires: Timestamp,
}

impl First {
    fn to_bytes(self) -> Vec<u8> {
        [self.message.as_bytes().as_slice(), &self.expires.0.to_be_bytes()].concat()
    }

    /// None when damaged: then the key counts as new, because a duplicate is better than a loss.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (message, expires) = bytes.split_first_chunk::<16>()?;
        // The entry of an idempotency key has more bytes after that.
        let (expires, _) = expires.split_first_chunk::<8>()?;
        let expires = Timestamp(u64::from_be_bytes(*expires));
        Some(Self { message: MessageId::from_bytes(*message), expires })
    }
}

/// The key by which duplicates of one message are recognised, and until when.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    flow: FlowName,
    value: String,
    until: Timestamp,
}

impl Window {
    pub(crate) fn new(flow: &FlowName, value: &str, until: Timestamp) -> Self {
        Self { flow: flow.clone(), value: value.to_owned(), until }
    }
}

/// The message that the key belongs to, or belonged to if its window has ended.
pub(crate) fn first(draft: &Draft<'_>, window: &Window) -> Result<Option<First>, StoreError> {
    Ok(entry_of(draft, draft.flows().former(), &window.flow, &window.value)?.map(|(_, first)| first))
}

/// Remembers this message as the first with the key.
pub(crate) fn remember(draft: &mut Draft<'_>, window: &Window, message: MessageId) -> Result<(), StoreError> {
    while let Some((key, before)) = entry_of(draft, draft.flows().former(), &window.flow, &window.value)? {
        draft.delete(keys::dedupe_expiry(before.expires, &key));
        draft.delete(key);
    }
    let key = keys::dedupe(&window.flow, &window.value);
    if let Some(other) = find(draft, &key)? {
        draft.delete(keys::dedupe_expiry(other.expires, &key));
        let successor = draft.flows().former().successor(&window.flow);
        if let Some(key) = successor.map(|successor| keys::dedupe(&successor, &window.value)) {
            draft.set(keys::dedupe_expiry(other.expires, &key), Vec::new());
            draft.set(key, other.to_bytes());
        }
    }
    let first = First { message, expires: window.until };
    draft.set(keys::dedupe_expiry(window.until, &key), Vec::new());
    draft.set(key, first.to_bytes());
    Ok(())
}

/// The entry of a value, and its key. A flow that was renamed has entries under its former names; and one that has the
/// former name of another has none of the messages that went with that name.
fn entry_of(
    read: &impl Read,
    former: &FormerNames,
    flow: &FlowName,
    value: &str,
) -> Result<Option<(Vec<u8>, First)>, StoreError> {
    let own = keys::dedupe(flow, value);
    if let Some(first) = find(read, &own)?
        && ownership::owns(read, former, flow, first.message)?
    {
        return Ok(Some((own, first)));
    }
    for name in former.of(flow).into_keys() {
        let key = keys::dedupe(&name, value);
        if let Some(first) = find(read, &key)?
            && !ownership::owns(read, former, &name, first.message)?
        {
            return Ok(Some((key, first)));
        }
    }
    Ok(None)
}

/// Releases a key that belongs to this message: the next message with it is not a duplicate. Returns whether it did.
pub(crate) fn release(
    draft: &mut Draft<'_>,
    flow: &FlowName,
    dedupe_key: &str,
    message: MessageId,
) -> Result<bool, StoreError> {
    let entry = entry_of(draft, draft.flows().former(), flow, dedupe_key)?;
    let Some((key, first)) = entry.filter(|(_, first)| first.message == message) else { return Ok(false) };
    draft.delete(keys::dedupe_expiry(first.expires, &key));
    draft.delete(key);
    Ok(true)
}

fn find(read: &impl Read, key: &[u8]) -> Result<Option<First>, StoreError> {
    Ok(read.get(key)?.as_deref().and_then(First::from_bytes))
}

/// By how much an entry is prolonged whose message has open dead letters.
const PROLONGED_BY: Duration = Duration::from_secs(3600);

/// Writes an entry anew, of a dedupe key or an idempotency key, with a later end.
fn prolong(draft: &mut Draft<'_>, key: Vec<u8>, bytes: &[u8], expires: Timestamp) {
    let mut prolonged = bytes.to_vec();
    prolonged[MESSAGE..MESSAGE + 8].copy_from_slice(&expires.0.to_be_bytes());
    draft.set(keys::dedupe_expiry(expires, &key), Vec::new());
    draft.set(key, prolonged);
}

/// A message that takes its value along to another flow.
pub(crate) struct Takeover<'a> {
    pub(crate) from: &'a FlowName,
    pub(crate) to: &'a FlowName,
    pub(crate) value: &'a str,
    pub(crate) message: MessageId,
}

/// Takes the value of a message along to another flow. Returns false, and changes nothing, if the value belongs to another
/// message there. A value that is no longer the message's own stays where it is.
pub(crate) fn take_over(draft: &mut Draft<'_>, takeover: &Takeover<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let Takeover { from, to, value, message } = *takeover;
    let there = entry_of(draft, draft.flows().former(), to, value)?.map(|(_, first)| first);
    if let Some(other) = there.filter(|other| other.message != message && other.expires > now)
        && !supersede::is_given_up(draft, other.message)?
    {
        return Ok(false);
    }
    let here = entry_of(draft, draft.flows().former(), from, value)?;
    let Some((key, own)) = here.filter(|(_, own)| own.message == message) else { return Ok(true) };
    draft.delete(keys::dedupe_expiry(own.expires, &key));
    draft.delete(key);
    remember(draft, &Window::new(to, value, own.expires), message)?;
    Ok(true)
}

/// Removes up to `limit` entries whose window has ended; returns how many. An entry is kept as long as its message has dead
/// letters that are not closed: whoever corrects it on Monday may have sent it on Friday.
pub(crate) fn sweep(draft: &mut Draft<'_>, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
    let mut expired = Vec::new();
    for pair in draft.scan_committed(&[keys::DEDUPE_EXPIRY], None).take(limit) {
        let (key, _) = pair?;
        match keys::read_dedupe_expiry(&key) {
            Some((expires, _)) if expires > now => break,
            Some((expires, dedupe)) => expired.push((key, Some((expires, dedupe)))),
            None => expired.push((key, None)),
        }
    }
    let count = expired.len();
    for (key, entry) in expired {
        draft.delete(key);
        let Some((expires, dedupe)) = entry else { continue };
        let bytes = draft.get(&dedupe)?;
        // The entry may have been renewed since.
        let current = bytes.as_deref().and_then(First::from_bytes);
        match bytes.zip(current) {
            Some((bytes, first)) if first.expires == expires => {
                if dead_letters::any_unsettled(draft, first.message)? {
                    prolong(draft, dedupe, &bytes, now.after(PROLONGED_BY));
                } else {
                    draft.delete(dedupe);
                }
            }
            Some(_) => {}
            None => draft.delete(dedupe),
        }
    }
    Ok(count)
}
