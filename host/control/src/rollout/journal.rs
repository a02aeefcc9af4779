//! Deployments and what they put in force, in the store: written before anything follows from it.

use gantry_core::{FlowName, PluginRef};
use gantry_store::{KvWrite, Rows, Store, StoreError, Table, TableKey};
use serde::{Deserialize, Serialize};

use super::record::Deployment;

/// Where the store keeps deployments.
const DEPLOYMENTS: &str = "deployments";
/// Where the store keeps which plugin serves which step.
const DEPLOYED: &str = "deployed";

/// Which plugin serves a step, as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Served {
    pub(super) flow: FlowName,
    pub(super) step: String,
    pub(super) plugin: PluginRef,
}

/// The deployments on record when the host starts.
pub(super) struct Recalled {
    /// In the order of their numbers.
    pub(super) records: Vec<Deployment>,
    /// The highest number on record, those of unreadable records included.
    pub(super) last: u64,
    /// Whether all of them could be read.
    pub(super) complete: bool,
}

/// The records; clones write to the same store.
#[derive(Clone)]
pub(super) struct Journal {
    store: Store,
    deployments: Table<NumberKey, Deployment>,
    deployed: Table<StepKey, Served>,
}

/// The number of a deployment, in twenty digits: the order of the keys is that of the numbers.
struct NumberKey(u64);

impl TableKey for NumberKey {
    fn encode(&self) -> String {
        format!("{:020}", self.0)
    }

    fn decode(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// A step of a flow: `FLOW/STEP`.
struct StepKey {
    flow: FlowName,
    step: String,
}

impl TableKey for StepKey {
    fn encode(&self) -> String {
        format!("{}/{}", self.flow, self.step)
    }

    fn decode(text: &str) -> Option<Self> {
        let (flow, step) = text.split_once('/')?;
        Some(Self { flow: flow.parse().ok()?, step: step.to_owned() })
    }
}

impl Journal {
    /// The journal in this store.
    pub(super) fn new(store: Store) -> Self {
        let deployments = Table::new(store.clone(), DEPLOYMENTS);
        let deployed = Table::new(store.clone(), DEPLOYED);
        Self { store, deployments, deployed }
    }

    /// All deployments. What can't be read is passed over and left there.
    pub(super) async fn deployments(&self) -> Result<Recalled, StoreError> {
        let all = self.deployments.all().await?;
        report_unreadable(DEPLOYMENTS, &all);
        let unreadable = all.unreadable.iter().filter_map(|row| NumberKey::decode(&row.key));
        let numbers = all.rows.iter().map(|(key, _)| key.0).chain(unreadable.map(|key| key.0));
        let last = numbers.max().unwrap_or(0);
        let complete = all.unreadable.is_empty();
        let records = all.rows.into_iter().map(|(_, deployment)| deployment).collect();
        Ok(Recalled { records, last, complete })
    }

    /// What is deployed, step by step. What can't be read is passed over and left there.
    pub(super) async fn deployed(&self) -> Result<Vec<Served>, StoreError> {
        let all = self.deployed.all().await?;
        report_unreadable(DEPLOYED, &all);
        Ok(all.rows.into_iter().map(|(_, served)| served).collect())
    }

    /// Gives what is deployed to the steps of a flow to another one, with these deployments of it.
    pub(super) async fn rename(
        &self,
        from: &FlowName,
        to: &FlowName,
        renamed: &[Deployment],
    ) -> Result<(), StoreError> {
        let deployments =
            renamed.iter().map(|deployment| self.deployments.put(&NumberKey(deployment.number), deployment));
        let mut writes = deployments.collect::<Result<Vec<_>, _>>()?;
        for Served { flow, step, plugin } in self.deployed().await? {
            if flow != *from {
                continue;
            }
            let before = StepKey { flow, step: step.clone() };
            let after = StepKey { flow: to.clone(), step: step.clone() };
            writes.push(self.deployed.put(&after, &Served { flow: to.clone(), step, plugin })?);
            writes.push(self.deployed.remove(&before));
        }
        if writes.is_empty() { Ok(()) } else { self.store.kv_write(writes).await }
    }

    /// Writes a deployment, and removes those with these numbers, as one.
    pub(super) async fn write(&self, deployment: &Deployment, surplus: &[u64]) -> Result<(), StoreError> {
        self.store.kv_write(self.writes(deployment, surplus)?).await
    }

    /// The same together with what the deployment puts in force; none: what the flow's file names.
    pub(super) async fn put_in_force(
        &self,
        deployment: &Deployment,
        plugin: Option<&PluginRef>,
        surplus: &[u64],
    ) -> Result<(), StoreError> {
        let mut writes = self.writes(deployment, surplus)?;
        let flow = deployment.flow.clone();
        let step = deployment.step.clone();
        let key = StepKey { flow: flow.clone(), step: step.clone() };
        writes.push(match plugin {
            Some(plugin) => self.deployed.put(&key, &Served { flow, step, plugin: plugin.clone() })?,
            None => self.deployed.remove(&key),
        });
        self.store.kv_write(writes).await
    }

    fn writes(&self, deployment: &Deployment, surplus: &[u64]) -> Result<Vec<KvWrite>, StoreError> {
        let mut writes = vec![self.deployments.put(&NumberKey(deployment.number), deployment)?];
        writes.extend(surplus.iter().map(|number| self.deployments.remove(&NumberKey(*number))));
        Ok(writes)
    }
}

fn report_unreadable<K, T>(table: &str, all: &Rows<K, T>) {
    for row in &all.unreadable {
        tracing::warn!(table, key = row.key, error = %row.error, "a stored record can't be read; it is passed over");
    }
}
