//! When each flow last got a message, for flows that say how long they may get none. Kept in the store, so that a restart
//! neither begins the silence anew nor ends its alert.

use std::collections::BTreeMap;
use std::time::Duration;

use gantry_core::{FlowName, Timestamp};
use gantry_engine::active_flows::ActiveFlow;
use gantry_store::{KvWrite, StoreError, Table};

use crate::view::HostView;

/// The namespace in the store.
const NAMESPACE: &str = "last-receipts";

/// How far what is in the store may lag behind.
const WRITE_INTERVAL: Duration = Duration::from_secs(60);

/// The last receipts of flows.
#[derive(Default)]
pub(super) struct Receipts {
    /// None until the first look.
    opened: Option<Opened>,
}

struct Opened {
    table: Table<FlowName, Timestamp>,
    /// When this process first looked.
    since: Timestamp,
    flows: BTreeMap<FlowName, Receipt>,
}

/// The last receipt of one flow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Receipt {
    /// When the last message came in, or the flow was first seen.
    pub(super) last: Timestamp,
    /// What its counters showed then; none: they were not looked at yet.
    counted: Option<u64>,
    /// What is in the store; none: nothing.
    written: Option<Timestamp>,
}

impl Receipts {
    /// When this process first looked.
    pub(super) fn since(&self) -> Timestamp {
        self.opened.as_ref().map_or_else(Timestamp::default, |opened| opened.since)
    }

    /// The last receipt of a flow that says how long it may get no message.
    pub(super) fn of(&self, flow: &FlowName) -> Option<Receipt> {
        self.opened.as_ref()?.flows.get(flow).copied()
    }

    /// Looks at the counters of these flows, and writes down what is to outlast a restart.
    pub(super) async fn read(
        &mut self,
        host: &HostView,
        entries: &[&ActiveFlow],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let opened = match &mut self.opened {
            Some(opened) => opened,
            None => self.opened.insert(Opened::open(host, now).await?),
        };
        let writes = opened.look(entries, now)?;
        if writes.is_empty() { Ok(()) } else { host.store.kv_write(writes).await }
    }
}

impl Opened {
    async fn open(host: &HostView, now: Timestamp) -> Result<Self, StoreError> {
        let table = Table::new(host.store.clone(), NAMESPACE);
        let rows = table.all().await?.rows.into_iter();
        let flows = rows.map(|(flow, last): (FlowName, Timestamp)| {
            // A clock that was ahead must not hide a silence.
            (flow, Receipt { last: last.min(now), counted: None, written: Some(last) })
        });
        let flows = flows.collect();
        Ok(Self { table, since: now, flows })
    }

    fn look(&mut self, entries: &[&ActiveFlow], now: Timestamp) -> Result<Vec<KvWrite>, StoreError> {
        let watched: Vec<_> = entries.iter().filter(|entry| entry.flow.silent_after.is_some()).collect();
        let gone = self.flows.extract_if(.., |flow, _| !watched.iter().any(|entry| entry.flow.name == *flow));
        let mut writes: Vec<_> = gone.map(|(flow, _)| self.table.remove(&flow)).collect();
        for entry in watched {
            let unseen = Receipt { last: now, counted: None, written: None };
            let receipt = self.flows.entry(entry.flow.name.clone()).or_insert(unseen);
            let counted = entry.metrics.arrived();
            if counted != receipt.counted.unwrap_or_default() {
                receipt.last = now;
            }
            receipt.counted = Some(counted);
            let is_due = receipt.written.is_none_or(|written| receipt.last.since(written) >= WRITE_INTERVAL);
            if is_due {
                writes.push(self.table.put(&entry.flow.name, &receipt.last)?);
                receipt.written = Some(receipt.last);
            }
        }
        Ok(writes)
    }
}
