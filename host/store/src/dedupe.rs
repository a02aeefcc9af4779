//! Duplicate detection. The first message with a (flow, dedupe key) is remembered until its window ends; another one
//! within the window is not stored. The check is part of the commit that stores the message, so of two concurrent
//! requests only one is stored.
//!
//! A value belongs to a message that is alive or delivered: `supersede` says what becomes of it otherwise.
//!
//! What a sender signed is remembered in the same way, whether the flow declares a dedupe key or not: who has recorded a
//! signed request can't have its message stored a second time.

mod values;

use std::time::Duration;

use gantry_core::{Digest, FlowName, MessageId, Timestamp};

use crate::dead_letters;
use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::former_names::FormerNames;
use crate::{keys, ownership, supersede};

pub use values::DedupeValue;

/// Bytes of a message's id, with which an entry begins.
const MESSAGE: usize = 16;

/// Bytes of the entry of a value; the others are longer.
const ENTRY: usize = MESSAGE + 8;

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

/// By what duplicates of one message are recognised, and until when.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    flow: FlowName,
    value: String,
    key_of: fn(&FlowName, &str) -> Vec<u8>,
    /// What follows in the entry: only those of values, where nothing does, are listed.
    mark: &'static [u8],
    until: Timestamp,
}

/// What follows in the entry of something signed.
const SIGNED: &[u8] = b"s";

impl Window {
    /// By the value of the flow's dedupe key.
    pub(crate) fn of_value(flow: &FlowName, value: &str, until: Timestamp) -> Self {
        Self { flow: flow.clone(), value: value.to_owned(), key_of: keys::dedupe, mark: &[], until }
    }

    /// By what the sender signed.
    pub(crate) fn of_signed(flow: &FlowName, signed: &Digest, until: Timestamp) -> Self {
        Self { flow: flow.clone(), value: signed.to_string(), key_of: keys::signed, mark: SIGNED, until }
    }

    fn entry(&self) -> EntryName<'_> {
        EntryName { flow: &self.flow, value: &self.value, key_of: self.key_of }
    }
}

/// An entry by the name of its flow: that of a dedupe value, of something signed, or of an idempotency key. All begin with a [`First`].
#[derive(Clone, Copy)]
pub(crate) struct EntryName<'a> {
    pub(crate) flow: &'a FlowName,
    pub(crate) value: &'a str,
    pub(crate) key_of: fn(&FlowName, &str) -> Vec<u8>,
}

/// An entry, and where it is stored.
pub(crate) struct Entry {
    key: Vec<u8>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) first: First,
}

impl EntryName<'_> {
    /// The entry. A flow that was renamed has entries under its former names; and one that has the former name of another has
    /// none of the messages that went with that name.
    pub(crate) fn find(&self, read: &impl Read, former: &FormerNames) -> Result<Option<Entry>, StoreError> {
        if let Some(entry) = self.under(read, self.flow)?
            && ownership::owns(read, former, self.flow, entry.first.message)?
        {
            return Ok(Some(entry));
        }
        for name in former.of(self.flow).into_keys() {
            if let Some(entry) = self.under(read, &name)?
                && !ownership::owns(read, former, &name, entry.first.message)?
            {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// The entry under a name, whosever it is.
    fn under(&self, read: &impl Read, flow: &FlowName) -> Result<Option<Entry>, StoreError> {
        let key = (self.key_of)(flow, self.value);
        let Some(bytes) = read.get(&key)? else { return Ok(None) };
        Ok(First::from_bytes(&bytes).map(|first| Entry { key, bytes, first }))
    }

    /// Writes the entry in place of the one before. One that went with the name stays with the flow that took over.
    pub(crate) fn write(&self, draft: &mut Draft<'_>, expires: Timestamp, bytes: Vec<u8>) -> Result<(), StoreError> {
        while let Some(before) = self.find(draft, draft.flows().former())? {
            before.delete(draft);
        }
        if let Some(other) = self.under(draft, self.flow)? {
            let successor = draft.flows().former().successor(self.flow);
            draft.delete(keys::dedupe_expiry(other.first.expires, &other.key));
            if let Some(successor) = successor {
                set(draft, (self.key_of)(&successor, self.value), other.first.expires, other.bytes);
            }
        }
        set(draft, (self.key_of)(self.flow, self.value), expires, bytes);
        Ok(())
    }
}

impl Entry {
    fn delete(self, draft: &mut Draft<'_>) {
        draft.delete(keys::dedupe_expiry(self.first.expires, &self.key));
        draft.delete(self.key);
    }
}

fn set(draft: &mut Draft<'_>, key: Vec<u8>, expires: Timestamp, bytes: Vec<u8>) {
    draft.set(keys::dedupe_expiry(expires, &key), Vec::new());
    draft.set(key, bytes);
}

/// The message that the key belongs to, or belonged to if its window has ended.
pub(crate) fn first(draft: &Draft<'_>, window: &Window) -> Result<Option<First>, StoreError> {
    Ok(window.entry().find(draft, draft.flows().former())?.map(|entry| entry.first))
}

/// Remembers this message as the first with the key.
pub(crate) fn remember(draft: &mut Draft<'_>, window: &Window, message: MessageId) -> Result<(), StoreError> {
    let first = First { message, expires: window.until };
    window.entry().write(draft, window.until, [&first.to_bytes(), window.mark].concat())
}

/// Releases a key that belongs to this message: the next message with it is not a duplicate. Returns whether it did.
pub(crate) fn release(
    draft: &mut Draft<'_>,
    flow: &FlowName,
    dedupe_key: &str,
    message: MessageId,
) -> Result<bool, StoreError> {
    let name = EntryName { flow, value: dedupe_key, key_of: keys::dedupe };
    let entry = name.find(draft, draft.flows().former())?.filter(|entry| entry.first.message == message);
    let is_own = entry.is_some();
    entry.into_iter().for_each(|entry| entry.delete(draft));
    Ok(is_own)
}

/// The keys under which it is remembered that this message was signed.
fn signed_of(disk: &Disk, message: MessageId) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut keys = Vec::new();
    for pair in disk.scan(&[keys::DEDUPE], None) {
        let (key, bytes) = pair?;
        if bytes.starts_with(message.as_bytes()) && bytes.ends_with(SIGNED) && bytes.len() == ENTRY + SIGNED.len() {
            keys.push(key.to_vec());
        }
    }
    Ok(keys)
}

/// Forgets these of one message.
fn forget_signed(draft: &mut Draft<'_>, keys: Vec<Vec<u8>>, message: MessageId) -> Result<(), StoreError> {
    for key in keys {
        let first = draft.get(&key)?.as_deref().and_then(First::from_bytes);
        if let Some(first) = first.filter(|first| first.message == message) {
            draft.delete(keys::dedupe_expiry(first.expires, &key));
            draft.delete(key);
        }
    }
    Ok(())
}

/// By how much an entry is prolonged whose message has open dead letters.
const PROLONGED_BY: Duration = Duration::from_secs(3600);

/// Writes an entry anew, of a dedupe key or an idempotency key, with a later end.
fn prolong(draft: &mut Draft<'_>, key: Vec<u8>, bytes: &[u8], expires: Timestamp) {
    let mut prolonged = bytes.to_vec();
    prolonged[MESSAGE..MESSAGE + 8].copy_from_slice(&expires.0.to_be_bytes());
    set(draft, key, expires, prolonged);
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
    let there = EntryName { flow: to, value, key_of: keys::dedupe }.find(draft, draft.flows().former())?;
    let other = there.map(|entry| entry.first).filter(|other| other.message != message && other.expires > now);
    if let Some(other) = other
        && !supersede::is_given_up(draft, other.message)?
    {
        return Ok(false);
    }
    let here = EntryName { flow: from, value, key_of: keys::dedupe }.find(draft, draft.flows().former())?;
    let Some(own) = here.filter(|own| own.first.message == message) else { return Ok(true) };
    let until = own.first.expires;
    own.delete(draft);
    remember(draft, &Window::of_value(to, value, until), message)?;
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
