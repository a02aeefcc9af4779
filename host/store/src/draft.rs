//! One atomic write in preparation: many requests, each a step, put their changes into one [`Draft`], which is applied
//! as one batch. A step sees what the steps before it wrote; a failed step leaves nothing behind.

use std::collections::{BTreeMap, BTreeSet};

use gantry_core::Timestamp;

use crate::disk::{Disk, Pair, Read};
use crate::error::{Failure, StoreError};
use crate::flows::Flows;
use crate::keys;
use crate::record::{self, Record};

/// Bytes after which a draft should be applied rather than grow.
const FULL_BYTES: usize = 4 * 1024 * 1024;

type Writes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// What to do once a step's writes are committed.
pub(crate) type Effect = Box<dyn FnOnce() + Send>;

/// One atomic write in preparation.
pub(crate) struct Draft<'a> {
    disk: &'a Disk,
    flows: &'a Flows,
    next_seq: &'a mut u64,
    now: Timestamp,
    accepted: Writes,
    step: Writes,
    effects: Vec<Effect>,
    bytes: usize,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(disk: &'a Disk, flows: &'a Flows, next_seq: &'a mut u64, now: Timestamp) -> Self {
        Self { disk, flows, next_seq, now, accepted: Writes::new(), step: Writes::new(), effects: Vec::new(), bytes: 0 }
    }

    /// When this write is made.
    pub(crate) const fn now(&self) -> Timestamp {
        self.now
    }

    /// Sets one small value.
    pub(crate) fn set(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.bytes += key.len() + value.len();
        self.step.insert(key, Some(value));
    }

    /// Removes one small value.
    pub(crate) fn delete(&mut self, key: Vec<u8>) {
        self.bytes += key.len();
        self.step.insert(key, None);
    }

    /// Adds a record under a key that has none.
    pub(crate) fn add_record(&mut self, key: &[u8], record: Record) {
        for (key, part) in record.into_parts(key) {
            self.set(key, part);
        }
    }

    /// Sets a record, replacing an existing one.
    pub(crate) fn put_record(&mut self, key: &[u8], record: Record) -> Result<(), StoreError> {
        self.remove_record(key)?;
        self.add_record(key, record);
        Ok(())
    }

    /// Removes a record with all its parts; returns whether there was one.
    pub(crate) fn remove_record(&mut self, key: &[u8]) -> Result<bool, StoreError> {
        let Some(head) = self.get(key)? else { return Ok(false) };
        // A damaged head may state too many parts: stop at the first missing one.
        for part in 1..=record::continuations(&head).unwrap_or(0) {
            let key = keys::continuation(key, part);
            if self.get(&key)?.is_none() {
                break;
            }
            self.delete(key);
        }
        self.delete(key.to_vec());
        Ok(true)
    }

    /// Moves the value under this key, and its continuations, to quarantine, byte for byte.
    pub(crate) fn quarantine(&mut self, key: &[u8]) -> Result<(), StoreError> {
        let mut at = key.to_vec();
        for part in 1.. {
            let Some(value) = self.get(&at)? else { break };
            self.set(keys::quarantine(&at), value);
            self.delete(at);
            at = keys::continuation(key, part);
        }
        Ok(())
    }

    /// The queues of all flows, for effects.
    pub(crate) fn flows(&self) -> &Flows {
        self.flows
    }

    /// A number greater than that of every message in the queue.
    pub(crate) fn next_seq(&mut self) -> u64 {
        let seq = *self.next_seq;
        *self.next_seq += 1;
        seq
    }

    /// Adds an effect to run once this step is committed, even if its caller was cancelled.
    pub(crate) fn after_commit(&mut self, effect: impl FnOnce() + Send + 'static) {
        self.effects.push(Box::new(effect));
    }

    /// The pairs under a prefix without the changes of this draft: look up each with `get` before acting on it.
    pub(crate) fn scan_committed(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
    ) -> impl Iterator<Item = Result<Pair, Failure>> {
        self.disk.scan(prefix, after)
    }

    /// The keys under a prefix including the changes of this draft; for prefixes with few keys.
    pub(crate) fn keys_with_drafted(&self, prefix: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
        let committed = self.disk.scan(prefix, None).map(|pair| pair.map(|(key, _)| key));
        let mut keys = committed.collect::<Result<BTreeSet<_>, _>>()?;
        for writes in [&self.accepted, &self.step] {
            for (key, value) in writes.range(prefix.to_vec()..).take_while(|(key, _)| key.starts_with(prefix)) {
                if value.is_some() {
                    keys.insert(key.clone())
                } else {
                    keys.remove(key)
                };
            }
        }
        Ok(keys.into_iter().collect())
    }

    /// Keeps what the current step wrote, and returns its effects.
    pub(crate) fn accept(&mut self) -> Vec<Effect> {
        // Not `append`, which rebuilds the whole map.
        self.accepted.extend(std::mem::take(&mut self.step));
        std::mem::take(&mut self.effects)
    }

    /// Drops what the current step wrote.
    pub(crate) fn reject(&mut self) {
        self.step.clear();
        self.effects.clear();
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes >= FULL_BYTES
    }

    /// All accepted writes.
    pub(crate) fn into_writes(self) -> Writes {
        self.accepted
    }
}

impl Read for Draft<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        match self.step.get(key).or_else(|| self.accepted.get(key)) {
            Some(value) => Ok(value.clone()),
            None => self.disk.get(key),
        }
    }
}
