//! Which targets get nothing because somebody said so. In the store, so that it outlives restarts; in memory, shared
//! by all versions of a flow, so that it outlives reloads.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use gantry_core::{FlowName, TargetName, TargetStop};
use gantry_store::{KvWrite, NewMessage, Store, StoreError};
use parking_lot::Mutex;

/// Where stops are kept in the store.
const NAMESPACE: &str = "target-stops";

/// Stops read at once at the start.
const PAGE: usize = 1000;

/// Where it is written down that a target gets nothing from now on.
#[async_trait]
pub trait RecordStop: Send + Sync + 'static {
    /// Stops a target; returns when that is on disk, together with these messages. The stop holds from the first moment on,
    /// even when writing it down fails.
    async fn record(
        &self,
        flow: &FlowName,
        target: &TargetName,
        stop: TargetStop,
        messages: Vec<NewMessage>,
    ) -> Result<(), StoreError>;
}

/// Whether one target is stopped; clones show the same.
pub type StopFlag = Arc<Mutex<Option<TargetStop>>>;

/// The stops of all targets; clones show the same ones.
#[derive(Clone)]
pub struct TargetStops {
    store: Store,
    stops: Arc<Mutex<HashMap<String, StopFlag>>>,
}

impl TargetStops {
    /// Reads what was said before the start. A stop that can't be read still stops its target.
    pub async fn load(store: Store) -> Result<Self, StoreError> {
        let mut stops = HashMap::new();
        let mut after: Option<String> = None;
        loop {
            let keys = store.kv_keys(NAMESPACE, after.as_deref(), PAGE).await?;
            for key in &keys {
                let Some(value) = store.kv_get(NAMESPACE, key).await? else { continue };
                stops.insert(key.clone(), Arc::new(Mutex::new(Some(read(key, &value)))));
            }
            match keys.into_iter().last() {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        Ok(Self { store, stops: Arc::new(Mutex::new(stops)) })
    }

    /// The flag of a target.
    pub fn of(&self, flow: &FlowName, target: &TargetName) -> StopFlag {
        Arc::clone(self.stops.lock().entry(key(flow, target)).or_default())
    }

    /// Stops a target, or lets it go on; returns when that is on disk, together with these messages. A stop holds from the
    /// first moment on.
    pub async fn set(
        &self,
        flow: &FlowName,
        target: &TargetName,
        stop: Option<TargetStop>,
        messages: Vec<NewMessage>,
    ) -> Result<(), StoreError> {
        let flag = self.of(flow, target);
        let key = key(flow, target);
        let Some(stop) = stop else {
            self.write(key, None, messages).await?;
            *flag.lock() = None;
            return Ok(());
        };
        // Plain data always becomes JSON.
        let value = serde_json::to_vec(&stop).unwrap_or_default();
        *flag.lock() = Some(stop);
        self.write(key, Some(value.into()), messages).await
    }

    async fn write(&self, key: String, value: Option<Bytes>, messages: Vec<NewMessage>) -> Result<(), StoreError> {
        let write = KvWrite { namespace: NAMESPACE.to_owned(), key, value };
        self.store.enqueue_with(messages, vec![write]).await.map(|_| ())
    }
}

#[async_trait]
impl RecordStop for TargetStops {
    async fn record(
        &self,
        flow: &FlowName,
        target: &TargetName,
        stop: TargetStop,
        messages: Vec<NewMessage>,
    ) -> Result<(), StoreError> {
        self.set(flow, target, Some(stop), messages).await
    }
}

/// Neither name can hold a slash.
fn key(flow: &FlowName, target: &TargetName) -> String {
    format!("{flow}/{target}")
}

fn read(key: &str, value: &[u8]) -> TargetStop {
    serde_json::from_slice(value).unwrap_or_else(|error| {
        tracing::error!(target = key, %error, "why this target is stopped can't be read; it stays stopped");
        let reason = "the record of why is damaged".to_owned();
        TargetStop { kind: gantry_core::StopKind::Paused, at: gantry_core::Timestamp::default(), by: None, reason }
    })
}
