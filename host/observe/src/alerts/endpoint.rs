//! The conditions that fire at one endpoint, in memory and in the store.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use gantry_config::Alert;
use gantry_core::alert::{
    AlertKey, AlertKind, AlertState, Firing, Notification, NotificationKind, Observation, Origin,
};
use gantry_core::{Envelope, Headers, Message, MessageId, Timestamp};
use gantry_store::{KvWrite, NewMessage, Store, StoreError, Table, TableKey};
use serde_json::Map;

/// The namespace in the store.
const NAMESPACE: &str = "alerts";

/// The conditions that fire at one endpoint.
#[derive(Clone, Default)]
pub(crate) struct EndpointState {
    pub(super) firing: AlertState,
    /// When the last heartbeat was queued by this process.
    pub(super) heartbeat_at: Option<Timestamp>,
}

/// The notifications to queue for an endpoint, and what fires there once they are queued.
pub(super) struct Notifications {
    pub(super) kinds: Vec<NotificationKind>,
    pub(super) firing: AlertState,
    /// When a heartbeat is among them.
    pub(super) heartbeat_at: Option<Timestamp>,
    messages: Vec<NewMessage>,
    writes: Vec<KvWrite>,
}

/// The firing conditions of all alerts, in the store; clones use the same store.
#[derive(Clone)]
pub(crate) struct FiringTable {
    store: Store,
    table: Table<FiringKey, Firing>,
}

/// One condition at one alert: `ALERT/KIND/FLOW/ABOUT`.
struct FiringKey {
    alert: String,
    condition: String,
}

impl TableKey for FiringKey {
    fn encode(&self) -> String {
        format!("{}/{}", self.alert, self.condition)
    }

    fn decode(text: &str) -> Option<Self> {
        let (alert, condition) = text.split_once('/')?;
        Some(Self { alert: alert.to_owned(), condition: condition.to_owned() })
    }
}

impl FiringKey {
    fn of(alert: &str, firing: &Firing) -> Self {
        Self { alert: alert.to_owned(), condition: firing.key.to_string() }
    }
}

/// Why notifications can't be queued.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotifyError {
    /// A notification can't be encoded.
    #[error("failed to encode a notification")]
    Encode(#[from] serde_json::Error),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl EndpointState {
    pub(super) fn of(firing: Vec<Firing>) -> Self {
        Self { firing: firing.into_iter().collect(), heartbeat_at: None }
    }

    /// The interval of heartbeats if one is due. An endpoint that is down gets one when it is back, not all of them.
    pub(super) fn heartbeat_due(&self, alert: &Alert, waiting: u64, now: Timestamp) -> Option<Duration> {
        let every = alert.endpoint.heartbeat.filter(|_| waiting == 0)?;
        let is_due = self.heartbeat_at.is_none_or(|last| last > now || now.since(last) >= every);
        is_due.then_some(every)
    }

    /// The notifications that follow from the observed conditions. Changes nothing until they are queued. `over` says what
    /// is the case instead of a condition that is over.
    pub(super) fn evaluate(
        &self,
        alert: &Alert,
        observed: &BTreeMap<AlertKey, Observation>,
        origin: Origin<'_>,
        now: Timestamp,
        table: &FiringTable,
        over: impl Fn(&Firing) -> String,
    ) -> Result<Notifications, NotifyError> {
        let mut firing = self.firing.clone();
        let changes = firing.look(now, observed, alert.terms);
        let mut notifications =
            Notifications { kinds: Vec::new(), firing, heartbeat_at: None, messages: Vec::new(), writes: Vec::new() };
        for (kind, firing) in changes {
            let mut notification = Notification::of(&firing, kind, origin, now);
            if kind == NotificationKind::Resolve {
                notification.summary = over(&firing);
                notification.details =
                    Map::from_iter([("lasted_seconds".to_owned(), firing.lasted(now).as_secs().into())]);
            }
            notifications.kinds.push(kind);
            notifications.messages.push(message(alert, &notification, now)?);
            notifications.writes.push(table.write_of(&alert.name, &firing, kind)?);
        }
        Ok(notifications)
    }
}

impl Notifications {
    /// Adds a heartbeat.
    pub(super) fn add_heartbeat(
        &mut self,
        alert: &Alert,
        every: Duration,
        origin: Origin<'_>,
        now: Timestamp,
    ) -> Result<(), NotifyError> {
        self.kinds.push(NotificationKind::Trigger);
        self.messages.push(message(alert, &Notification::heartbeat(every, origin, now), now)?);
        Ok(())
    }

    /// Queues the messages and records them as sent, in one write.
    pub(super) async fn write(&mut self, store: &Store) -> Result<(), StoreError> {
        if self.kinds.is_empty() {
            return Ok(());
        }
        let messages = std::mem::take(&mut self.messages);
        let writes = std::mem::take(&mut self.writes);
        store.enqueue_with(messages, writes).await.map(|_| ())
    }
}

impl FiringTable {
    /// The table in this store.
    pub(super) fn new(store: Store) -> Self {
        let table = Table::new(store.clone(), NAMESPACE);
        Self { store, table }
    }

    /// The conditions that fired when the host stopped, by alert. Removes what can't be read.
    pub(super) async fn load(&self) -> Result<BTreeMap<String, Vec<Firing>>, StoreError> {
        let all = self.table.all().await?;
        let mut firing_by_alert: BTreeMap<String, Vec<Firing>> = BTreeMap::new();
        for (key, firing) in all.rows {
            firing_by_alert.entry(key.alert).or_default().push(firing);
        }
        for row in &all.unreadable {
            tracing::warn!(key = row.key, error = %row.error, "failed to read a firing alert from the store; no resolve is sent for it");
        }
        let removals: Vec<_> = all.unreadable.iter().map(|row| self.table.remove_unreadable(row)).collect();
        if !removals.is_empty() {
            self.store.kv_write(removals).await?;
        }
        Ok(firing_by_alert)
    }

    /// Removes what fired at endpoints that were removed, since no resolve can be sent to them.
    pub(super) async fn forget(&self, removed: BTreeMap<String, Vec<Firing>>) -> Result<(), StoreError> {
        for (alert, firing) in removed {
            tracing::warn!(
                alert,
                firing = firing.len(),
                "alert was removed from the host file while it fired; no resolve is sent"
            );
            let removals = firing.iter().map(|firing| self.table.remove(&FiringKey::of(&alert, firing)));
            self.store.kv_write(removals.collect()).await?;
        }
        Ok(())
    }

    fn write_of(&self, alert: &str, firing: &Firing, kind: NotificationKind) -> Result<KvWrite, StoreError> {
        let key = FiringKey::of(alert, firing);
        match kind {
            NotificationKind::Trigger => self.table.put(&key, firing),
            NotificationKind::Resolve => Ok(self.table.remove(&key)),
        }
    }
}

/// A notification as a message of the alert's flow. Messages about the same condition are delivered in order.
fn message(alert: &Alert, notification: &Notification, now: Timestamp) -> Result<NewMessage, serde_json::Error> {
    let source = format!("alert {}", alert.name);
    let envelope = Envelope::received(message_of(notification, now)?, alert.flow.clone(), source, now);
    Ok(NewMessage { envelope, dedupe_window: None, idempotency: None, signed: None })
}

/// The message that carries a notification.
pub(super) fn message_of(notification: &Notification, now: Timestamp) -> Result<Message, serde_json::Error> {
    Ok(Message {
        id: MessageId::generate(),
        key: Some(notification.dedup_key.clone()),
        content_type: "application/json".to_owned(),
        headers: Headers::new(),
        event_time: now,
        payload: Bytes::from(serde_json::to_vec(notification)?),
    })
}

/// The notifications that test an endpoint: a trigger and its resolve.
pub(super) fn test_notifications(alert: &Alert, origin: Origin<'_>, now: Timestamp) -> [Notification; 2] {
    let firing = Firing {
        key: AlertKey {
            kind: AlertKind::DeadLetters,
            flow: None,
            about: Some(format!("test-{}", MessageId::generate())),
        },
        summary: format!("This is a test of the alert `{}`. Nothing is wrong.", alert.name),
        details: Map::from_iter([("test".to_owned(), true.into())]),
        owner: None,
        next: "gantry alert list".to_owned(),
        occurrence: None,
        since: now,
        notified_at: now,
        repeats: 0,
        gone: None,
    };
    [NotificationKind::Trigger, NotificationKind::Resolve].map(|kind| Notification::of(&firing, kind, origin, now))
}
