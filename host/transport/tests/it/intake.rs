//! An intake in memory, with the failures a test asks for.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use gantry_core::{Digest, FlowName, MessageId, MessageState};
use gantry_transport::{Arrival, Arrivals, Intake, IntakeError, Progress, Receipt};
use parking_lot::Mutex;
use tokio::sync::Notify;

/// How `accept` behaves.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Mood {
    #[default]
    Willing,
    /// After so many calls it stores nothing more and never returns: killed before the write.
    DeadBefore(usize),
    /// The last of so many calls is stored but never answered: killed after the write.
    DeadAfter(usize),
    /// Refuses so many calls, then is willing.
    Refusing(usize, fn() -> IntakeError),
}

#[derive(Default)]
pub(crate) struct Memory {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) mood: Mood,
    pub(crate) calls: usize,
    pub(crate) chunks: Vec<usize>,
    pub(crate) arrivals: Vec<Arrival>,
    /// The flow of each of them.
    pub(crate) flows: Vec<FlowName>,
    pub(crate) ids: Vec<MessageId>,
    pub(crate) progress: HashMap<(String, String), Vec<u8>>,
    pub(crate) forgotten: usize,
    pub(crate) refused: Vec<(FlowName, &'static str)>,
    pub(crate) refused_without_flow: Vec<&'static str>,
    seen: HashMap<(FlowName, String), MessageId>,
    idempotency: HashMap<String, (MessageId, Digest)>,
}

impl Memory {
    pub(crate) fn in_the_mood(mood: Mood) -> Self {
        let memory = Self::default();
        memory.set_mood(mood);
        memory
    }

    pub(crate) fn set_mood(&self, mood: Mood) {
        let mut state = self.state.lock();
        (state.mood, state.calls) = (mood, 0);
    }

    pub(crate) fn inspect<T>(&self, at: impl FnOnce(&State) -> T) -> T {
        at(&self.state.lock())
    }

    /// Waits until the state is as wanted.
    pub(crate) async fn until(&self, what: &str, wanted: impl Fn(&State) -> bool) {
        crate::soon(what, async {
            loop {
                let change = self.changed.notified();
                tokio::pin!(change);
                change.as_mut().enable();
                if self.inspect(&wanted) {
                    return;
                }
                change.await;
            }
        })
        .await;
    }

    fn store(state: &mut State, arrivals: Arrivals, progress: Option<Progress>) -> Vec<Receipt> {
        if let Some(progress) = progress {
            state.progress.insert((progress.namespace, progress.key), progress.value);
        }
        let Arrivals { flow, messages } = arrivals;
        state.chunks.push(messages.len());
        messages.into_iter().map(|arrival| Self::store_one(state, &flow, arrival)).collect()
    }

    fn store_one(state: &mut State, flow: &FlowName, arrival: Arrival) -> Receipt {
        let idempotency = arrival.idempotency.clone();
        if let Some((id, fingerprint)) =
            idempotency.as_ref().and_then(|idempotency| state.idempotency.get(&idempotency.key))
        {
            let same = idempotency.is_some_and(|idempotency| idempotency.fingerprint == *fingerprint);
            return if same {
                Receipt::Repeated { id: *id, duplicate: false, state: None }
            } else {
                Receipt::Conflicting(*id)
            };
        }
        let key = arrival.dedupe_key.clone().map(|key| (flow.clone(), key));
        if let Some(first) = key.as_ref().and_then(|key| state.seen.get(key)) {
            return Receipt::Duplicate { first: *first, state: None };
        }
        let id = MessageId::generate();
        state.idempotency.extend(idempotency.map(|idempotency| (idempotency.key, (id, idempotency.fingerprint))));
        state.seen.extend(key.map(|key| (key, id)));
        state.arrivals.push(arrival);
        state.flows.push(flow.clone());
        state.ids.push(id);
        Receipt::Accepted { id, supersedes: None }
    }
}

#[async_trait]
impl Intake for Memory {
    async fn accept(&self, arrivals: Arrivals, progress: Option<Progress>) -> Result<Vec<Receipt>, IntakeError> {
        let receipts = {
            let mut state = self.state.lock();
            state.calls += 1;
            match state.mood {
                Mood::DeadBefore(after) if state.calls > after => None,
                Mood::DeadAfter(after) if state.calls > after => None,
                Mood::DeadAfter(after) if state.calls == after => {
                    Self::store(&mut state, arrivals, progress);
                    None
                }
                Mood::Refusing(times, error) if state.calls <= times => Some(Err(error())),
                _ => Some(Ok(Self::store(&mut state, arrivals, progress))),
            }
        };
        self.changed.notify_waiters();
        match receipts {
            Some(result) => result,
            None => std::future::pending().await,
        }
    }

    async fn progress(&self, namespace: &str, key: &str) -> Result<Option<Vec<u8>>, IntakeError> {
        Ok(self.inspect(|state| state.progress.get(&(namespace.to_owned(), key.to_owned())).cloned()))
    }

    async fn forget(&self, namespace: &str, key: &str) -> Result<(), IntakeError> {
        {
            let mut state = self.state.lock();
            state.progress.remove(&(namespace.to_owned(), key.to_owned()));
            state.forgotten += 1;
        }
        self.changed.notify_waiters();
        Ok(())
    }

    async fn state(&self, id: MessageId) -> Result<Option<MessageState>, IntakeError> {
        Ok(self.inspect(|state| state.ids.contains(&id).then_some(MessageState::Queued)))
    }

    fn refused(&self, flow: &FlowName, reason: &'static str) {
        self.state.lock().refused.push((flow.clone(), reason));
        self.changed.notify_waiters();
    }

    fn refused_without_flow(&self, reason: &'static str) {
        self.state.lock().refused_without_flow.push(reason);
        self.changed.notify_waiters();
    }
}

pub(crate) fn queue_full() -> IntakeError {
    IntakeError::QueueFull { retry_after: Duration::from_secs(30) }
}

pub(crate) fn disk_full() -> IntakeError {
    IntakeError::DiskFull { retry_after: Duration::from_millis(1500) }
}

pub(crate) fn store_broken() -> IntakeError {
    IntakeError::Unavailable { retry_after: Duration::ZERO, cause: "secret inner cause".into() }
}
