//! Which targets get nothing because somebody said so. In the store, so that it outlives restarts; in memory, shared
//! by all versions of a flow, so that it outlives reloads.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use gantry_core::{FlowName, StopKind, TargetName, TargetStop, Timestamp};
use gantry_store::{KvWrite, NewMessage, PendingAudit, Store, StoreError, Table, TableKey, UnreadableRow};
use parking_lot::Mutex;
use tokio::sync::Notify;

/// Where stops are kept in the store.
const NAMESPACE: &str = "target-stops";

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
    table: Table<StopKey, TargetStop>,
    stops: Arc<Mutex<HashMap<StopKey, StopFlag>>>,
    /// The time of a stop is over.
    end: Arc<Notify>,
}

/// The target of a flow: `FLOW/TARGET`. Neither name can hold a slash.
#[derive(Clone, PartialEq, Eq, Hash)]
struct StopKey {
    flow: FlowName,
    target: TargetName,
}

impl TableKey for StopKey {
    fn encode(&self) -> String {
        format!("{}/{}", self.flow, self.target)
    }

    fn decode(text: &str) -> Option<Self> {
        let (flow, target) = text.split_once('/')?;
        Some(Self { flow: flow.parse().ok()?, target: target.parse().ok()? })
    }
}

impl TargetStops {
    /// Reads what was said before the start. A stop that can't be read still stops its target.
    pub async fn load(store: Store) -> Result<Self, StoreError> {
        let table: Table<StopKey, TargetStop> = Table::new(store.clone(), NAMESPACE);
        let all = table.all().await?;
        let unreadable = all.unreadable.iter().filter_map(unreadable_stop);
        let stops = all.rows.into_iter().chain(unreadable);
        let stops = stops.map(|(key, stop)| (key, Arc::new(Mutex::new(Some(stop))))).collect();
        Ok(Self { store, table, stops: Arc::new(Mutex::new(stops)), end: Arc::default() })
    }

    /// The same stops, of which the next that is set takes this audit entry along.
    #[must_use]
    pub fn with_audit(&self, pending: &PendingAudit) -> Self {
        Self { store: self.store.with_audit(pending), ..self.clone() }
    }

    /// The flag of a target.
    pub fn of(&self, flow: &FlowName, target: &TargetName) -> StopFlag {
        let key = StopKey { flow: flow.clone(), target: target.clone() };
        Arc::clone(self.stops.lock().entry(key).or_default())
    }

    /// The stops whose time is over, each with its target. They hold until they are ended.
    #[must_use]
    pub fn ended(&self, now: Timestamp) -> Vec<(FlowName, TargetName, TargetStop)> {
        let stops = self.stops.lock();
        let ended = stops.iter().filter_map(|(key, flag)| {
            let stop = flag.lock().clone().filter(|stop| stop.has_ended(now))?;
            Some((key.flow.clone(), key.target.clone(), stop))
        });
        ended.collect()
    }

    /// Wakes who waits for the end of a stop, if the time of one is over.
    pub(crate) fn check_clock(&self, now: Timestamp) {
        if !self.ended(now).is_empty() {
            self.end.notify_one();
        }
    }

    /// Waits until the time of a stop is over.
    pub async fn wait_for_end(&self) {
        self.end.notified().await;
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
        let key = StopKey { flow: flow.clone(), target: target.clone() };
        let Some(stop) = stop else {
            self.write(self.table.remove(&key), messages).await?;
            *flag.lock() = None;
            return Ok(());
        };
        let put = self.table.put(&key, &stop);
        *flag.lock() = Some(stop);
        self.write(put?, messages).await
    }

    /// Gives the stops of a flow's targets to another flow; returns when that is on disk.
    pub async fn rename(&self, from: &FlowName, to: &FlowName) -> Result<(), StoreError> {
        let of_flow: Vec<_> = {
            let stops = self.stops.lock();
            let of_flow = stops.iter().filter(|(key, _)| key.flow == *from);
            of_flow.filter_map(|(key, flag)| Some((key.target.clone(), flag.lock().clone()?))).collect()
        };
        for (target, stop) in of_flow {
            self.set(to, &target, Some(stop), Vec::new()).await?;
            self.set(from, &target, None, Vec::new()).await?;
        }
        Ok(())
    }

    async fn write(&self, write: KvWrite, messages: Vec<NewMessage>) -> Result<(), StoreError> {
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

/// The target of a record that can't be read stays stopped; none when not even its name can be read.
fn unreadable_stop(row: &UnreadableRow) -> Option<(StopKey, TargetStop)> {
    let UnreadableRow { key, error } = row;
    tracing::error!(target = key, %error, "why this target is stopped can't be read; it stays stopped");
    let reason = "the record of why is damaged".to_owned();
    let stop = TargetStop::new(StopKind::Paused, Timestamp::default(), None, &reason);
    StopKey::decode(key).map(|key| (key, stop))
}
