//! Records of one kind in the key-value space: JSON under typed keys. Parts of the host that keep state in the store
//! (deployments, stopped targets, alerts) own one table each.
//!
//! A table is read completely, page by page, at the start. A record that can't be read is reported with its key, and
//! the owner decides what to do. Writes are returned as [`KvWrite`]s, so that they can be part of another atomic write.
//! A value that can't be encoded is an error, never an empty record.

use std::marker::PhantomData;
use std::sync::Arc;

use gantry_core::FlowName;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::RecordError;
use crate::error::StoreError;
use crate::kv::KvWrite;
use crate::store::Store;

/// Records read at once: enough for few round trips, and small enough to fit in memory.
const PAGE: usize = 1000;

/// A key of a table. Keys sort by their text.
pub trait TableKey: Sized {
    /// The key as text, as [`Self::decode`] reads it.
    fn encode(&self) -> String;

    /// The key with this text; none if it is not a key of this table.
    fn decode(text: &str) -> Option<Self>;
}

/// One record for each flow.
impl TableKey for FlowName {
    fn encode(&self) -> String {
        self.to_string()
    }

    fn decode(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// Records of type `T` under keys of type `K`; clones share the table.
pub struct Table<K, T> {
    store: Store,
    namespace: &'static str,
    holds: PhantomData<fn(K) -> T>,
}

/// Everything in a table.
#[derive(Debug)]
pub struct Rows<K, T> {
    /// The readable records, in the order of the keys.
    pub rows: Vec<(K, T)>,
    /// The unreadable records, in the order of the keys. They stay in the store.
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
    /// Its key is not a key of this table.
    #[error("its key does not belong to this table")]
    Key,
    /// It is damaged.
    #[error("it is damaged")]
    Damaged(#[source] Arc<RecordError>),
    /// It is intact but has another content: another version of Gantry may have written it.
    #[error("its content is not what was expected: {0}")]
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

    /// The write that sets the record under this key.
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
