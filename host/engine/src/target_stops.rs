//! Which targets get nothing because somebody said so. In the store, so that it outlives restarts; in memory, shared
//! by all versions of a flow, so that it outlives reloads.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use gantry_core::{FlowName, TargetName, TargetStop};
use gantry_store::{KvWrite, NewMessage, Store, StoreError};
use parking_lot::Mutex;

/// Where stops are kept in the store.
const NAMESPACE: &str = "target-stops";

/// Stops read at once at the start.
const PAGE: usize = 1000;

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

    /// The switch of a target.
    pub fn of(&self, flow: &FlowName, target: &TargetName) -> StopFlag {
        Arc::clone(self.stops.lock().entry(key(flow, target)).or_default())
    }

    /// Stops a target, or lets it go on; returns when that is on disk, together with the messages that tell of it. A stop
    /// holds from the first moment on.
    pub async fn set(
        &self,
        flow: &FlowName,
        target: &TargetName,
        stop: Option<TargetStop>,
        also: Vec<NewMessage>,
    ) -> Result<(), StoreError> {
        let (switch, key) = (self.of(flow, target), key(flow, target));
        let Some(stop) = stop else {
            self.write(key, None, also).await?;
            *switch.lock() = None;
            return Ok(());
        };
        // Plain data always becomes JSON.
        let value = serde_json::to_vec(&stop).unwrap_or_default();
        *switch.lock() = Some(stop);
        self.write(key, Some(value.into()), also).await
    }

    async fn write(&self, key: String, value: Option<Bytes>, also: Vec<NewMessage>) -> Result<(), StoreError> {
        let write = KvWrite { namespace: NAMESPACE.to_owned(), key, value };
        self.store.enqueue_with(also, vec![write]).await.map(|_| ())
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
