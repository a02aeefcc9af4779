//! A small key-value space by namespace: progress of the file source, state of the administration. A write can be part
//! of the atomic write of an enqueue, so that messages and the position of their source are stored together or not at
//! all.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::disk::Read;
use crate::draft::Draft;
use crate::error::RecordError;
use crate::error::StoreError;
use crate::keys;
use crate::pending::Durability;
use crate::record::Record;
use crate::store::Store;

const MOST_NAMESPACE_BYTES: usize = 255;
/// Long keys would make pages too large: see `record`.
const MOST_KEY_BYTES: usize = 1024;

/// A change of one key-value entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KvWrite {
    /// Separates the parts of the host: `file-drop`.
    pub namespace: String,
    /// Any text, up to 1024 bytes.
    pub key: String,
    /// The new value; none deletes the entry.
    pub value: Option<Bytes>,
}

#[derive(Serialize, Deserialize)]
struct Value {
    value: Bytes,
}

/// A checked and encoded [`KvWrite`].
pub(crate) struct PreparedWrite {
    key: Vec<u8>,
    value: Option<Record>,
}

impl PreparedWrite {
    pub(crate) fn of(write: KvWrite) -> Result<Self, StoreError> {
        let key = checked_key(&write.namespace, &write.key)?;
        let value = write.value.map(|value| Record::of(&Value { value })).transpose()?;
        Ok(Self { key, value })
    }

    pub(crate) fn apply(self, draft: &mut Draft<'_>) -> Result<(), StoreError> {
        match self.value {
            Some(value) => draft.put_record(&self.key, value),
            None => draft.remove_record(&self.key).map(|_| ()),
        }
    }
}

fn checked_key(namespace: &str, key: &str) -> Result<Vec<u8>, StoreError> {
    if namespace.len() > MOST_NAMESPACE_BYTES || key.len() > MOST_KEY_BYTES {
        return Err(StoreError::NameTooLong { namespace: namespace.len(), key: key.len() });
    }
    Ok(keys::kv(namespace, key))
}

/// One entry of a page: its key, and its value or why it can't be read.
pub(crate) type Entry = (String, Result<Bytes, Arc<RecordError>>);

impl Store {
    /// The value of an entry.
    pub async fn kv_get(&self, namespace: &str, key: &str) -> Result<Option<Bytes>, StoreError> {
        let key = checked_key(namespace, key)?;
        self.read(move |disk| Ok(disk.load::<Value>(&key)?.map(|(value, _)| value.value))).await
    }

    /// Sets an entry; returns when it is on stable storage.
    pub async fn kv_put(&self, namespace: &str, key: &str, value: Bytes) -> Result<(), StoreError> {
        self.kv_write(vec![KvWrite { namespace: namespace.into(), key: key.into(), value: Some(value) }]).await
    }

    /// Deletes an entry, if there is one; returns when that is on stable storage.
    pub async fn kv_delete(&self, namespace: &str, key: &str) -> Result<(), StoreError> {
        self.kv_write(vec![KvWrite { namespace: namespace.into(), key: key.into(), value: None }]).await
    }

    /// Makes several changes in one atomic write; returns when they are on stable storage.
    pub async fn kv_write(&self, writes: Vec<KvWrite>) -> Result<(), StoreError> {
        let writes = writes.into_iter().map(PreparedWrite::of).collect::<Result<Vec<_>, _>>()?;
        self.commit(Durability::Flushed, move |draft| writes.into_iter().try_for_each(|write| write.apply(draft))).await
    }

    /// The keys of a namespace in order, up to `limit`, after `after` if it is given.
    pub async fn kv_keys(&self, namespace: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        let prefix = checked_key(namespace, "")?;
        let after = after.map(|after| checked_key(namespace, after)).transpose()?;
        self.read(move |disk| {
            let keys = disk.scan(&prefix, after.as_deref()).take(limit);
            keys.map(|pair| Ok(String::from_utf8_lossy(&pair?.0[prefix.len()..]).into_owned())).collect()
        })
        .await
    }

    /// The entries of a namespace in the order of their keys, up to `limit`, after `after` if it is given. A damaged
    /// entry has its error in place of the value.
    pub(crate) async fn kv_page(
        &self,
        namespace: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let prefix = checked_key(namespace, "")?;
        let after = after.map(|after| checked_key(namespace, after)).transpose()?;
        self.read(move |disk| {
            let mut page = Vec::new();
            for pair in disk.scan(&prefix, after.as_deref()).take(limit) {
                let (key, head) = pair?;
                let value = match disk.load_from::<Value>(&key, head) {
                    Ok(value) => Ok(value.value),
                    Err(StoreError::Damaged(error)) => Err(error),
                    Err(error) => return Err(error),
                };
                page.push((String::from_utf8_lossy(&key[prefix.len()..]).into_owned(), value));
            }
            Ok(page)
        })
        .await
    }
}
