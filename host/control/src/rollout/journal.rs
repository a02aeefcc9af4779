//! Deployments and what they put in force, in the store: written before anything follows from it.

use bytes::Bytes;
use gantry_core::PluginRef;
use gantry_engine::overrides::StepId;
use gantry_store::{KvWrite, Store, StoreError};
use serde::{Deserialize, Serialize};

use super::record::Deployment;

/// Key: the number, in twenty digits. Value: the deployment.
const DEPLOYMENTS: &str = "deployments";
/// Key: `FLOW/STEP`. Value: which plugin serves the step.
const DEPLOYED: &str = "deployed";

/// Which plugin serves a step, as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Served {
    pub(crate) flow: gantry_core::FlowName,
    pub(crate) step: String,
    pub(crate) plugin: PluginRef,
}

/// Records of one kind, as they were found.
pub struct Recalled<T = Deployment> {
    pub(crate) records: Vec<T>,
    /// The highest number among the keys, those of unreadable records included.
    pub(crate) last: u64,
    /// Whether all of them could be read.
    pub(crate) complete: bool,
}

/// The records; clones write to the same store.
#[derive(Clone)]
pub(crate) struct Journal(pub(crate) Store);

impl Journal {
    /// All deployments, in the order of their numbers.
    pub(crate) async fn deployments(&self) -> Result<Recalled, StoreError> {
        self.all(DEPLOYMENTS).await
    }

    /// What is deployed, step by step.
    pub(crate) async fn deployed(&self) -> Result<Recalled<Served>, StoreError> {
        self.all(DEPLOYED).await
    }

    pub(crate) async fn write(&self, deployment: &Deployment) -> Result<(), StoreError> {
        self.0.kv_write(vec![record(deployment)]).await
    }

    /// The deployment and what it puts in force, as one. None: what the flow's file names.
    pub(crate) async fn put_in_force(
        &self,
        deployment: &Deployment,
        plugin: Option<&PluginRef>,
    ) -> Result<(), StoreError> {
        let (flow, step) = (deployment.flow.clone(), deployment.step.clone());
        let key = format!("{flow}/{step}");
        let value = plugin.map(|plugin| json(&Served { flow, step, plugin: plugin.clone() }));
        let served = KvWrite { namespace: DEPLOYED.to_owned(), key, value };
        self.0.kv_write(vec![record(deployment), served]).await
    }

    /// What can't be read, because it is damaged or another version of Gantry wrote it, is passed over and left there.
    async fn all<T: serde::de::DeserializeOwned>(&self, namespace: &str) -> Result<Recalled<T>, StoreError> {
        let mut all = Recalled { records: Vec::new(), last: 0, complete: true };
        for key in self.0.kv_keys(namespace, None, usize::MAX).await? {
            all.last = all.last.max(key.parse().unwrap_or(0));
            let problem = match self.0.kv_get(namespace, &key).await {
                Ok(None) => continue,
                Ok(Some(value)) => match serde_json::from_slice(&value) {
                    Ok(record) => {
                        all.records.push(record);
                        continue;
                    }
                    Err(error) => error.to_string(),
                },
                Err(StoreError::Damaged(error)) => error.to_string(),
                Err(error) => return Err(error),
            };
            tracing::warn!(namespace, key, problem, "a stored record can't be read; it is passed over");
            all.complete = false;
        }
        Ok(all)
    }
}

pub(crate) fn place_of(deployment: &Deployment) -> StepId {
    (deployment.flow.clone(), deployment.step.clone())
}

fn record(deployment: &Deployment) -> KvWrite {
    let key = format!("{:020}", deployment.number);
    KvWrite { namespace: DEPLOYMENTS.to_owned(), key, value: Some(json(deployment)) }
}

fn json(value: &impl Serialize) -> Bytes {
    // Plain data: maps with text keys, numbers, texts.
    serde_json::to_vec(value).unwrap_or_default().into()
}
