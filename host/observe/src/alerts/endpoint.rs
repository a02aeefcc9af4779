//! What fires at one endpoint, in memory and in the store.

use std::collections::BTreeMap;

use bytes::Bytes;
use gantry_config::Alert;
use gantry_core::alert::{AlertBook, AlertKey, AlertKind, Firing, Notice, Said, Sighting};
use gantry_core::{Envelope, Headers, Message, MessageId, Timestamp};
use gantry_store::{KvWrite, NewMessage, Store, StoreError};
use serde_json::Map;

/// Key: `ALERT/KIND/FLOW/ABOUT`. Value: what fires.
const NAMESPACE: &str = "alerts";

/// Records read at once at the start.
const PAGE: usize = 1000;

/// What fires at one endpoint.
#[derive(Clone, Default)]
pub(crate) struct EndpointState {
    pub(super) book: AlertBook,
}

/// What is to be said, and the book as it is once that is written down.
pub(super) struct Notifications {
    pub(super) said: Vec<Said>,
    pub(super) book: AlertBook,
    messages: Vec<NewMessage>,
    writes: Vec<KvWrite>,
}

impl EndpointState {
    pub(super) fn of(firing: Vec<Firing>) -> Self {
        Self { book: firing.into_iter().collect() }
    }

    /// One look at the host: changes nothing until the words are written down.
    pub(super) fn look(
        &self,
        alert: &Alert,
        seen: &BTreeMap<AlertKey, Sighting>,
        instance: &str,
        now: Timestamp,
    ) -> Notifications {
        let mut book = self.book.clone();
        let said = book.look(now, seen, alert.terms);
        let mut words = Notifications { said: Vec::new(), book, messages: Vec::new(), writes: Vec::new() };
        for (action, firing) in said {
            words.said.push(action);
            words.messages.push(message(alert, &Notice::of(&firing, action, instance, now), now));
            words.writes.push(record(alert, &firing, action));
        }
        words
    }
}

impl Notifications {
    /// Queues what is said and notes that it was said, as one.
    pub(super) async fn write(&mut self, store: &Store) -> Result<(), StoreError> {
        if self.said.is_empty() {
            return Ok(());
        }
        let (messages, writes) = (std::mem::take(&mut self.messages), std::mem::take(&mut self.writes));
        store.enqueue_with(messages, writes).await.map(|_| ())
    }
}

fn record(alert: &Alert, firing: &Firing, action: Said) -> KvWrite {
    let value = match action {
        // Plain data always becomes JSON.
        Said::Trigger => Some(serde_json::to_vec(firing).unwrap_or_default().into()),
        Said::Resolve => None,
    };
    KvWrite { namespace: NAMESPACE.to_owned(), key: format!("{}/{}", alert.name, firing.key), value }
}

/// A notice as a message of the alert's flow: one alert's go in order.
fn message(alert: &Alert, notice: &Notice, now: Timestamp) -> NewMessage {
    let message = Message {
        id: MessageId::generate(),
        key: Some(notice.dedup_key.clone()),
        content_type: "application/json".to_owned(),
        headers: Headers::new(),
        event_time: now,
        payload: Bytes::from(serde_json::to_vec(notice).unwrap_or_default()),
    };
    let envelope = Envelope::received(message, alert.flow.clone(), format!("alert {}", alert.name), now);
    NewMessage { envelope, dedupe_window: None, idempotency: None }
}

/// What fired when the host stopped, by the alert's name.
pub(super) async fn recall(store: &Store) -> Result<BTreeMap<String, Vec<Firing>>, StoreError> {
    let mut fired: BTreeMap<String, Vec<Firing>> = BTreeMap::new();
    let mut after: Option<String> = None;
    loop {
        let keys = store.kv_keys(NAMESPACE, after.as_deref(), PAGE).await?;
        for key in &keys {
            let Some(value) = store.kv_get(NAMESPACE, key).await? else { continue };
            let alert = key.split('/').next().unwrap_or_default().to_owned();
            match serde_json::from_slice(&value) {
                Ok(firing) => fired.entry(alert).or_default().push(firing),
                Err(error) => {
                    tracing::warn!(key, %error, "what fires can't be read; its resolve is not sent");
                    store.kv_delete(NAMESPACE, key).await?;
                }
            }
        }
        match keys.into_iter().last() {
            Some(last) => after = Some(last),
            None => return Ok(fired),
        }
    }
}

/// Forgets what fired at endpoints that are no longer there: nobody can be told that it is over.
pub(super) async fn forget(store: &Store, fired: BTreeMap<String, Vec<Firing>>) -> Result<(), StoreError> {
    for (alert, firing) in fired {
        tracing::warn!(
            alert,
            firing = firing.len(),
            "an alert is gone from the host file while it fired; nobody is told that it is over"
        );
        let write = |firing: &Firing| KvWrite {
            namespace: NAMESPACE.to_owned(),
            key: format!("{alert}/{}", firing.key),
            value: None,
        };
        store.kv_write(firing.iter().map(write).collect()).await?;
    }
    Ok(())
}

/// What is said to try an endpoint: a trigger, and the resolve of it.
pub(super) fn trial(alert: &Alert, instance: &str, now: Timestamp) -> [Notice; 2] {
    let firing = Firing {
        key: AlertKey {
            kind: AlertKind::DeadLetters,
            flow: None,
            about: Some(format!("test-{}", MessageId::generate())),
        },
        summary: format!("This is a test of the alert `{}`. Nothing is wrong.", alert.name),
        details: Map::from_iter([("test".to_owned(), true.into())]),
        since: now,
        told: now,
        repeats: 0,
        gone: None,
    };
    [Said::Trigger, Said::Resolve].map(|action| Notice::of(&firing, action, instance, now))
}

/// The message a trial would have been.
pub(super) fn trial_message(alert: &Alert, notice: &Notice, now: Timestamp) -> Message {
    message(alert, notice, now).envelope.message
}
