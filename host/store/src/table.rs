//! Records of one kind in the key-value space: JSON under typed keys. Whoever keeps state of its own in the store
//! (deployments, stopped targets, alerts) owns one table for it.
//!
//! A table is read page by page, as a whole, at the start; a record that can't be read stops nothing: it is reported
//! with its key, and its owner decides. Writes are handed out as [`KvWrite`]s, so that they can ride in the atomic write
//! of what they belong to. A value that can't be encoded is an error, never an empty record.

use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::RecordError;
use crate::error::StoreError;
use crate::kv::KvWrite;
use crate::store::Store;

/// Records read at once: enough to make few round trips, few enough that a page fits in memory.
const PAGE: usize = 1000;

/// What records of a table are stored under. Keys are read in the order of their texts.
pub trait TableKey: Sized {
    /// The key as it is stored: what [`Self::decode`] reads back.
    fn encode(&self) -> String;

    /// The key with this text; none when it can't be one of this table.
    fn decode(text: &str) -> Option<Self>;
}

/// Records of type `T` under keys of type `K`; clones are the same table.
pub struct Table<K, T> {
    store: Store,
    namespace: &'static str,
    holds: PhantomData<fn(K) -> T>,
}

/// Everything in a table.
#[derive(Debug)]
pub struct Rows<K, T> {
    /// What can be read, in the order of the keys.
    pub rows: Vec<(K, T)>,
    /// What can't, in the order of the keys. It stays where it is.
    pub unreadable: Vec<UnreadableRow>,
}

/// A record that can't be read.
#[derive(Debug)]
pub struct UnreadableRow {
    /// Its key, as it is stored.
    pub key: String,
    /// Why.
    pub error: RowError,
}

/// Why a record of a table can't be read.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// Its key can't be one of this table.
    #[error("its key is none of this table")]
    Key,
    /// It is damaged.
    #[error("it is damaged")]
    Damaged(#[source] Arc<RecordError>),
    /// It is whole, but no record of this table: another version of Gantry may have written it.
    #[error("it holds something else: {0}")]
    Content(#[from] serde_json::Error),
}

impl<K: TableKey, T: Serialize + DeserializeOwned> Table<K, T> {
    /// The table in this namespace of the key-value space.
    #[must_use]
    pub const fn new(store: Store, namespace: &'static str) -> Self {
        Self { store, namespace, holds: PhantomData }
    }

    /// Everything in the table.
    pub async fn all(&self) -> Result<Rows<K, T>, StoreError> {
        let mut all = Rows { rows: Vec::new(), unreadable: Vec::new() };
        let mut after: Option<String> = None;
        loop {
            let page = self.store.kv_page(self.namespace, after.as_deref(), PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(all) };
            after = Some(last.clone());
            for (key, value) in page {
                match value.map_err(RowError::Damaged).and_then(|value| Self::row(&key, &value)) {
                    Ok(row) => all.rows.push(row),
                    Err(error) => all.unreadable.push(UnreadableRow { key, error }),
                }
            }
        }
    }

    /// The write that puts a record under this key, in place of what is there.
    pub fn put(&self, key: &K, value: &T) -> Result<KvWrite, StoreError> {
        let value =
            serde_json::to_vec(value).map_err(|error| StoreError::Unstorable(Arc::new(RecordError::Json(error))))?;
        Ok(KvWrite { namespace: self.namespace.to_owned(), key: key.encode(), value: Some(value.into()) })
    }

    /// The write that removes the record under this key, if there is one.
    pub fn remove(&self, key: &K) -> KvWrite {
        KvWrite { namespace: self.namespace.to_owned(), key: key.encode(), value: None }
    }

    /// The write that removes a record that can't be read.
    pub fn remove_unreadable(&self, row: &UnreadableRow) -> KvWrite {
        KvWrite { namespace: self.namespace.to_owned(), key: row.key.clone(), value: None }
    }

    fn row(key: &str, value: &[u8]) -> Result<(K, T), RowError> {
        Ok((K::decode(key).ok_or(RowError::Key)?, serde_json::from_slice(value)?))
    }
}

impl<K, T> Clone for Table<K, T> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), namespace: self.namespace, holds: PhantomData }
    }
}
