//! Flows whose intake an operator has closed: what they have is processed, but nothing new is taken in. Kept in the store,
//! so that it outlives restarts and reloads; the intake asks it for each request.

use std::collections::BTreeMap;
use std::sync::Arc;

use gantry_core::{FlowName, Timestamp};
use gantry_store::{PendingAudit, Store, StoreError, Table, TableKey};
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

/// Where closures are kept in the store.
const NAMESPACE: &str = "closed-intakes";

/// Who closed the intake of a flow, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakeClosure {
    /// Since when.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// The closed intakes; clones show the same ones.
#[derive(Clone)]
pub struct ClosedIntakes {
    store: Store,
    table: Table<FlowName, IntakeClosure>,
    closed: Arc<RwLock<BTreeMap<FlowName, IntakeClosure>>>,
}

impl ClosedIntakes {
    /// Reads what was closed before. An intake whose record can't be read stays closed.
    pub async fn load(store: Store) -> Result<Self, StoreError> {
        let table: Table<FlowName, IntakeClosure> = Table::new(store.clone(), NAMESPACE);
        let all = table.all().await?;
        let mut closed: BTreeMap<_, _> = all.rows.into_iter().collect();
        for row in all.unreadable {
            tracing::error!(flow = row.key, error = %row.error, "why this intake is closed can't be read; it stays closed");
            let reason = "the record of why is damaged".to_owned();
            let closure = IntakeClosure { at: Timestamp::default(), by: String::new(), reason };
            closed.extend(FlowName::decode(&row.key).map(|flow| (flow, closure)));
        }
        Ok(Self { store, table, closed: Arc::new(RwLock::new(closed)) })
    }

    /// The same, of which the next change takes this audit entry along.
    #[must_use]
    pub fn with_audit(&self, pending: &PendingAudit) -> Self {
        Self { store: self.store.with_audit(pending), ..self.clone() }
    }

    /// Whether the intake of a flow is closed, by whom and why.
    #[must_use]
    pub fn of(&self, flow: &FlowName) -> Option<IntakeClosure> {
        self.closed.read().get(flow).cloned()
    }

    /// All of them, by flow.
    #[must_use]
    pub fn all(&self) -> BTreeMap<FlowName, IntakeClosure> {
        self.closed.read().clone()
    }

    /// Closes the intake of a flow; returns when that is on disk. It holds from the first moment on. An intake that is closed
    /// already stays closed for its first reason.
    pub async fn close(&self, flow: &FlowName, closure: IntakeClosure) -> Result<IntakeClosure, StoreError> {
        if let Some(before) = self.of(flow) {
            return Ok(before);
        }
        let put = self.table.put(flow, &closure)?;
        self.closed.write().insert(flow.clone(), closure.clone());
        self.store.kv_write(vec![put]).await?;
        Ok(closure)
    }

    /// Opens the intake of a flow; returns when that is on disk. Returns why it was closed, if it was.
    pub async fn open(&self, flow: &FlowName) -> Result<Option<IntakeClosure>, StoreError> {
        self.store.kv_write(vec![self.table.remove(flow)]).await?;
        Ok(self.closed.write().remove(flow))
    }

    /// Gives the closure of a flow's intake to another flow; returns when that is on disk.
    pub async fn rename(&self, from: &FlowName, to: &FlowName) -> Result<(), StoreError> {
        let Some(closure) = self.of(from) else { return Ok(()) };
        self.close(to, closure).await?;
        self.open(from).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use gantry_core::SystemClock;
    use gantry_store::StoreConfig;

    use super::*;

    fn closure(by: &str) -> IntakeClosure {
        IntakeClosure { at: Timestamp(5), by: by.into(), reason: "stocktaking".into() }
    }

    #[tokio::test]
    async fn an_intake_stays_closed_over_a_restart_for_its_first_reason_until_it_is_opened() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Store::open(dir.path(), StoreConfig::new(Arc::new(SystemClock))).unwrap();
        let orders: FlowName = "orders".parse().unwrap();
        let store = open();
        let closed = ClosedIntakes::load(store.clone()).await.unwrap();
        assert_eq!(closed.of(&orders), None);
        assert_eq!(closed.close(&orders, closure("anna")).await.unwrap(), closure("anna"));
        assert_eq!(closed.close(&orders, closure("ben")).await.unwrap(), closure("anna"));
        drop(closed);
        store.close().await.unwrap();

        let closed = ClosedIntakes::load(open()).await.unwrap();
        assert_eq!(closed.of(&orders), Some(closure("anna")));
        assert_eq!(closed.open(&orders).await.unwrap(), Some(closure("anna")));
        assert_eq!((closed.of(&orders), closed.open(&orders).await.unwrap()), (None, None));
    }
}
