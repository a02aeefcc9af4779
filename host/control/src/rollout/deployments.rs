//! Every deployment: in memory for those who read, in the journal for the next start; and the way to those that are
//! under way. A deployment is never written but through here.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use gantry_core::{Digest, FlowName, PluginRef};
use gantry_engine::overrides::StepId;
use gantry_store::{Store, StoreError};
use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::error::DeployError;
use super::journal::{Journal, Recalled};
use super::order::Order;
use super::record::Deployment;
use super::retention;
use super::rolled_back::RolledBack;

/// All deployments of a host; clones show the same ones.
#[derive(Clone)]
pub struct Deployments {
    journal: Journal,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    records: BTreeMap<u64, Deployment>,
    /// The highest number there was at the start, those of unreadable records included.
    last_recalled: u64,
    /// Whether all records could be read at the start.
    complete: bool,
    /// Where those under way take orders.
    orders: BTreeMap<u64, mpsc::UnboundedSender<Order>>,
}

impl Deployments {
    /// Deployments in this store; none before they are recalled.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { journal: Journal::new(store), state: Arc::default() }
    }

    /// Takes over what the journal holds.
    pub(super) fn recall(&self, recalled: Recalled) {
        let mut state = self.state.lock();
        state.last_recalled = recalled.last;
        state.complete = recalled.complete;
        state.records = recalled.records.into_iter().map(|record| (record.number, record)).collect();
    }

    /// Gives the deployments of a flow, and what they put in force, to another one. One that is under way stays: it ends with
    /// the flow that it began with.
    pub(crate) async fn rename(&self, from: &FlowName, to: &FlowName) -> Result<(), StoreError> {
        let mut renamed: Vec<_> =
            self.all().into_iter().filter(|record| record.flow == *from && record.phase.is_over()).collect();
        renamed.iter_mut().for_each(|record| record.flow = to.clone());
        self.journal.rename(from, to, &renamed).await?;
        let mut state = self.state.lock();
        state.records.extend(renamed.into_iter().map(|record| (record.number, record)));
        Ok(())
    }

    /// All of them, in the order of their beginning.
    pub(super) fn all(&self) -> Vec<Deployment> {
        self.state.lock().records.values().cloned().collect()
    }

    /// One of them as it stands.
    pub(super) fn find(&self, number: u64) -> Result<Deployment, DeployError> {
        self.state.lock().records.get(&number).cloned().ok_or(DeployError::NoDeployment(number))
    }

    /// For each step the last version that the host itself rolled back, unless one was deployed since.
    pub(super) fn rolled_back(&self) -> Vec<RolledBack> {
        RolledBack::among(self.state.lock().records.values())
    }

    /// The versions that records name. None: there are records that can't be read, and nobody knows which they name.
    pub(super) fn named(&self) -> Option<HashSet<Digest>> {
        let state = self.state.lock();
        if !state.complete {
            return None;
        }
        Some(state.records.values().flat_map(|record| [record.from.digest, record.to.digest]).collect())
    }

    /// The number of the next one.
    pub(super) fn next_number(&self) -> u64 {
        let state = self.state.lock();
        let last = state.records.keys().last().copied().unwrap_or(0);
        last.max(state.last_recalled) + 1
    }

    /// Refuses a step that has a deployment under way.
    pub(super) fn refuse_a_second(&self, step: &StepId) -> Result<(), DeployError> {
        let state = self.state.lock();
        let busy = state.records.values().find(|record| record.step_id() == *step && !record.phase.is_over());
        busy.map_or(Ok(()), |record| Err(DeployError::Busy { number: record.number, phase: record.phase }))
    }

    /// Adds one: on disk first, where the oldest of its step make room for it in the same write.
    pub(super) async fn add(&self, record: &Deployment) -> Result<(), StoreError> {
        let surplus = self.surplus(record);
        self.journal.write(record, &surplus).await?;
        self.forget(&surplus);
        self.show(record);
        Ok(())
    }

    /// Writes down that this deployment is in force, and what serves its step by it; none: what the flow's file names.
    /// Nobody sees it before [`Self::show`].
    pub(super) async fn record_in_force(
        &self,
        record: &Deployment,
        plugin: Option<&PluginRef>,
    ) -> Result<(), StoreError> {
        let surplus = self.surplus(record);
        self.journal.put_in_force(record, plugin, &surplus).await?;
        self.forget(&surplus);
        Ok(())
    }

    /// Shows the record as it is now, and writes it down.
    pub(super) async fn save(&self, record: &Deployment) -> Result<(), StoreError> {
        self.show(record);
        self.journal.write(record, &[]).await
    }

    /// Shows the record as it is now. One that is over takes no more orders.
    pub(super) fn show(&self, record: &Deployment) {
        let mut state = self.state.lock();
        state.records.insert(record.number, record.clone());
        if record.phase.is_over() {
            state.orders.remove(&record.number);
        }
    }

    /// Where the orders for one under way arrive: those that are sent before it is over.
    pub(super) fn take_orders(&self, number: u64) -> mpsc::UnboundedReceiver<Order> {
        let (sender, orders) = mpsc::unbounded_channel();
        self.state.lock().orders.insert(number, sender);
        orders
    }

    /// Sends an order to a deployment under way.
    pub(super) fn order(&self, number: u64, order: Order) -> Result<Deployment, DeployError> {
        let state = self.state.lock();
        let record = state.records.get(&number).ok_or(DeployError::NoDeployment(number))?;
        match state.orders.get(&number).map(|orders| orders.send(order)) {
            Some(Ok(())) => Ok(record.clone()),
            Some(Err(_)) | None => Err(DeployError::Over { number, phase: record.phase }),
        }
    }

    fn surplus(&self, record: &Deployment) -> Vec<u64> {
        retention::surplus(self.state.lock().records.values(), record)
    }

    fn forget(&self, surplus: &[u64]) {
        let mut state = self.state.lock();
        for number in surplus {
            state.records.remove(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gantry_core::Timestamp;
    use gantry_core::clock::ManualClock;
    use gantry_store::StoreConfig;
    use tempfile::TempDir;

    use super::super::record::{Phase, samples};
    use super::super::retention::KEPT;
    use super::*;

    fn open(dir: &TempDir) -> Store {
        Store::open(dir.path(), StoreConfig::new(Arc::new(ManualClock::at(Timestamp(1))))).unwrap()
    }

    async fn recalled(store: &Store) -> Deployments {
        let deployments = Deployments::new(store.clone());
        deployments.recall(Journal::new(store.clone()).deployments().await.unwrap());
        deployments
    }

    fn numbers(deployments: &Deployments) -> Vec<u64> {
        deployments.all().iter().map(|record| record.number).collect()
    }

    #[tokio::test]
    async fn a_deployment_beyond_the_last_ones_of_its_step_makes_the_oldest_go_from_disk_too() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&dir);
        let deployments = recalled(&store).await;
        for number in 1..=KEPT as u64 + 2 {
            assert_eq!(deployments.next_number(), number);
            deployments.add(&samples::deployment(number, Phase::Refused)).await.unwrap();
        }
        let expected: Vec<_> = (3..=KEPT as u64 + 2).collect();
        assert_eq!(numbers(&deployments), expected);
        let after_a_restart = recalled(&store).await;
        assert_eq!(numbers(&after_a_restart), expected);
        assert_eq!(after_a_restart.next_number(), KEPT as u64 + 3);
    }

    #[tokio::test]
    async fn a_deployment_that_is_over_takes_no_orders_and_those_sent_before_still_arrive() {
        let dir = tempfile::tempdir().unwrap();
        let deployments = recalled(&open(&dir)).await;
        let mut record = samples::deployment(1, Phase::Watching);
        deployments.add(&record).await.unwrap();
        let mut orders = deployments.take_orders(1);
        let roll_back = || Order::RollBack { by: "ops".into(), reason: "wrong totals".into() };
        deployments.order(1, roll_back()).unwrap();
        record.enter(Phase::Deployed, Timestamp(2), "gantry", "in force");
        deployments.show(&record);
        assert!(matches!(deployments.order(1, roll_back()), Err(DeployError::Over { phase: Phase::Deployed, .. })));
        assert!(matches!(orders.recv().await, Some(Order::RollBack { .. })));
        assert!(orders.recv().await.is_none(), "nothing is kept of its orders");
    }
}
