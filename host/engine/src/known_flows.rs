//! The names of the flows in force with their targets and steps, written down for commands that no host answers: so that
//! a misspelt name is told from a flow that has nothing to show. The host keeps the record; what reads names knows from it
//! what a stopped host had in force.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use gantry_core::{FlowName, TargetName};
use gantry_store::{Store, StoreError, Table};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::active_flows::{ActiveFlow, ActiveFlows};

pub use gantry_config::nearest;

/// Where the names are kept in the store.
const NAMESPACE: &str = "flows-in-force";

/// How often it is checked whether they have changed. They are recorded at a stop as well, so only a crash right after a
/// reload leaves an old record.
const CHECK_INTERVAL: Duration = Duration::from_secs(10);

/// The flows in force, by name.
pub type FlowsInForce = BTreeMap<FlowName, FlowParts>;

/// What a flow consists of, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowParts {
    /// Its targets.
    pub targets: BTreeSet<TargetName>,
    /// What counts broken rules: its steps, and the schema checks of its source and targets.
    pub steps: BTreeSet<String>,
}

impl From<&ActiveFlow> for FlowParts {
    fn from(ActiveFlow { flow, .. }: &ActiveFlow) -> Self {
        let targets: BTreeSet<_> = flow.targets.keys().cloned().collect();
        let schemas = targets.iter().map(|target| format!("target.{target}.schema"));
        let steps = flow.steps.iter().map(|step| step.name.clone()).chain(schemas).chain(["source.schema".to_owned()]);
        Self { steps: steps.collect(), targets }
    }
}

impl ActiveFlows {
    /// The flows with their parts, by name.
    #[must_use]
    pub fn names(&self) -> FlowsInForce {
        self.entries().iter().map(|entry| (entry.flow.name.clone(), FlowParts::from(entry))).collect()
    }
}

/// The record in the store.
#[derive(Clone)]
pub struct KnownFlows {
    store: Store,
    table: Table<FlowName, FlowParts>,
}

impl KnownFlows {
    /// The record of this store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { table: Table::new(store.clone(), NAMESPACE), store }
    }

    /// What was last in force; none if no host has recorded it.
    pub async fn read(&self) -> Result<Option<FlowsInForce>, StoreError> {
        let rows = self.table.all().await?.rows;
        Ok((!rows.is_empty()).then(|| rows.into_iter().collect()))
    }

    /// Keeps the record until `stop`, and once more then.
    pub async fn keep(self, active: ActiveFlows, stop: CancellationToken) {
        let mut recorded = None;
        let mut ticks = tokio::time::interval(CHECK_INTERVAL);
        loop {
            let goes_on = stop.run_until_cancelled(ticks.tick()).await.is_some();
            let names = active.names();
            if recorded.as_ref() != Some(&names) {
                match self.record(&names).await {
                    Ok(()) => recorded = Some(names),
                    Err(error) => {
                        tracing::warn!(%error, "failed to record which flows are in force; trying again later")
                    }
                }
            }
            if !goes_on {
                return;
            }
        }
    }

    /// Replaces the record.
    async fn record(&self, flows: &FlowsInForce) -> Result<(), StoreError> {
        let before = self.table.all().await?;
        let removed = before.rows.iter().filter(|(flow, _)| !flows.contains_key(flow));
        let mut writes: Vec<_> = removed.map(|(key, _)| self.table.remove(key)).collect();
        writes.extend(before.unreadable.iter().map(|row| self.table.remove_unreadable(row)));
        for (flow, parts) in flows {
            let is_new = !before.rows.iter().any(|(known, same)| known == flow && same == parts);
            if is_new {
                writes.push(self.table.put(flow, parts)?);
            }
        }
        if writes.is_empty() { Ok(()) } else { self.store.kv_write(writes).await }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gantry_core::SystemClock;
    use gantry_store::StoreConfig;

    use super::*;

    #[tokio::test]
    async fn the_record_follows_the_flows_in_force() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), StoreConfig::new(Arc::new(SystemClock))).unwrap();
        let known = KnownFlows::new(store);
        assert_eq!(known.read().await.unwrap(), None);
        let parts = |target: &str| FlowParts { targets: [target.parse().unwrap()].into(), ..FlowParts::default() };
        let orders: FlowName = "orders".parse().unwrap();
        let stock: FlowName = "stock".parse().unwrap();
        for flows in [
            FlowsInForce::from([(orders.clone(), parts("erp"))]),
            FlowsInForce::from([(orders, parts("crm")), (stock.clone(), parts("erp"))]),
            FlowsInForce::from([(stock, parts("erp"))]),
        ] {
            known.record(&flows).await.unwrap();
            assert_eq!(known.read().await.unwrap(), Some(flows));
        }
    }
}
