//! What the tests share: a store in a directory of its own, and messages and dead letters with as little text as possible.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use bytes::Bytes;
use gantry_core::clock::ManualClock;
use gantry_core::{
    DeadLetter, DeadLetterId, DeadLetterState, Envelope, FlowName, Headers, Message, MessageId, MessageState, Reason,
    Stage, Timestamp, dead_letter,
};
use gantry_store::{Enqueued, Leased, NewMessage, Settlement, Store, StoreConfig};
use tempfile::TempDir;

/// The time at which every test begins.
pub(crate) const START: Timestamp = Timestamp(1_760_000_000_000);

/// No wait in a test that passes comes near this.
pub(crate) const TOO_LONG: Duration = Duration::from_secs(60);

/// A directory with a store in it and a clock that stands still.
pub(crate) struct Bench {
    pub(crate) dir: TempDir,
    pub(crate) clock: ManualClock,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), clock: ManualClock::at(START) }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().join("store")
    }

    pub(crate) fn open(&self) -> Store {
        open(&self.path(), &self.clock)
    }

    /// What a process that is killed now would leave behind.
    pub(crate) fn killed(&self) -> Self {
        // What a start found in the log is moved into the engine first: files that change can't be copied. No test writes as much
        // as would be moved later.
        let began = std::time::Instant::now();
        while std::fs::read_dir(self.path().join("log")).unwrap().count() > 1 {
            assert!(began.elapsed() < TOO_LONG, "the log is never moved");
            std::thread::yield_now();
        }
        let copy = Self { dir: tempfile::tempdir().unwrap(), clock: self.clock.clone() };
        copy_dir(&self.path(), &copy.path());
        copy
    }
}

pub(crate) fn open(dir: &Path, clock: &ManualClock) -> Store {
    Store::open(dir, StoreConfig::new(Arc::new(clock.clone()))).unwrap()
}

pub(crate) fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub(crate) fn flow(name: &str) -> FlowName {
    name.parse().unwrap()
}

pub(crate) fn envelope(flow_name: &str, key: Option<&str>, payload: impl Into<Bytes>) -> Envelope {
    let message = Message {
        id: MessageId::generate(),
        key: key.map(str::to_owned),
        content_type: "application/json".into(),
        headers: [("x-shop", "north")].into_iter().collect::<Headers>(),
        event_time: START,
        payload: payload.into(),
    };
    Envelope { timeline: Vec::new(), ..Envelope::received(message, flow(flow_name), "webhook /orders".into(), START) }
}

pub(crate) fn new(envelope: Envelope) -> NewMessage {
    NewMessage { envelope, dedupe_window: None, idempotency: None, signed: None }
}

pub(crate) fn message(flow_name: &str, key: Option<&str>, payload: impl Into<Bytes>) -> NewMessage {
    new(envelope(flow_name, key, payload))
}

/// Stores one message; its id.
pub(crate) async fn enqueue(store: &Store, message: NewMessage) -> MessageId {
    match store.enqueue(vec![message]).await.unwrap()[..] {
        [Enqueued::Stored { message, .. }] => message,
        ref other => panic!("not stored: {other:?}"),
    }
}

/// Leases up to `max` messages; there must be at least one.
pub(crate) async fn lease(store: &Store, flow_name: &str, max: usize) -> Vec<Leased> {
    let leased = tokio::time::timeout(TOO_LONG, store.lease(&flow(flow_name), max, usize::MAX)).await;
    leased.expect("a message is ready").unwrap()
}

pub(crate) async fn lease_one(store: &Store, flow_name: &str) -> Leased {
    lease(store, flow_name, 1).await.remove(0)
}

/// Whether a lease would have to wait. Claims are made when a lease is first polled, so one look is enough.
pub(crate) fn nothing_ready(store: &Store, flow_name: &str) -> bool {
    let before = store.depth(&flow(flow_name)).leased;
    let flow_name = flow(flow_name);
    let mut lease = Box::pin(store.lease(&flow_name, 1, usize::MAX));
    waits(lease.as_mut()) && store.depth(&flow_name).leased == before
}

/// Whether a future is not ready after one look.
pub(crate) fn waits(future: Pin<&mut impl Future>) -> bool {
    future.poll(&mut Context::from_waker(Waker::noop())).is_pending()
}

pub(crate) fn finished(state: MessageState) -> Settlement {
    Settlement::Finished { state, timeline: Vec::new(), dead_letters: Vec::new(), resolved: None }
}

pub(crate) async fn deliver(store: &Store, leased: Leased) {
    store.settle(leased.ticket, finished(MessageState::Delivered)).await.unwrap();
}

/// Gives a leased message up, in whole or for one delivery.
pub(crate) async fn bury(store: &Store, leased: Leased, position: Option<u32>, code: &str) -> DeadLetterId {
    let dead_letter = dead_letter(&leased.envelope, position, code);
    let id = dead_letter.id;
    let settlement = Settlement::Finished {
        state: MessageState::DeadLettered,
        timeline: leased.envelope.timeline.clone(),
        dead_letters: vec![dead_letter],
        resolved: None,
    };
    store.settle(leased.ticket, settlement).await.unwrap();
    id
}

/// Leases the message of a replayed dead letter and delivers it.
pub(crate) async fn resolve(store: &Store, id: DeadLetterId) {
    let leased = lease_one(store, "orders").await;
    assert_eq!(leased.envelope.replay.as_ref().map(|replay| replay.dead_letter), Some(id));
    resolve_leased(store, leased, id).await;
}

pub(crate) async fn resolve_leased(store: &Store, leased: Leased, id: DeadLetterId) {
    let timeline = leased.envelope.timeline.clone();
    let settlement =
        Settlement::Finished { state: MessageState::Delivered, timeline, dead_letters: Vec::new(), resolved: Some(id) };
    store.settle(leased.ticket, settlement).await.unwrap();
}

/// A message that ends as a dead letter with this code.
pub(crate) async fn dead_with(store: &Store, code: &str) -> DeadLetterId {
    enqueue(store, message("orders", None, "payload")).await;
    bury(store, lease_one(store, "orders").await, None, code).await
}

/// Imports this many dead letters, of as many messages, without using the queue.
pub(crate) async fn import(store: &Store, dead_letters: Vec<DeadLetter>) {
    for some in dead_letters.chunks(1000) {
        store.import_dead_letters(some.to_vec()).await.unwrap();
    }
}

pub(crate) fn dead_letter(envelope: &Envelope, position: Option<u32>, code: &str) -> DeadLetter {
    let reason = Reason::new(code, format!("it failed: {code}"));
    let stage = if position.is_some() { Stage::Deliver } else { Stage::Validate };
    let target = position.map(|_| "erp".parse().unwrap());
    DeadLetter {
        id: DeadLetterId { message: envelope.message.id, position },
        flow: envelope.flow.clone(),
        flow_version: "v1".into(),
        plugins: Vec::new(),
        component: None,
        stage,
        source: envelope.source.clone(),
        received: envelope.message.clone(),
        received_at: envelope.received_at,
        dedupe_key: envelope.dedupe_key.clone(),
        idempotency_key: None,
        transformed: None,
        attempts: Vec::new(),
        first_failure: START,
        last_failure: START,
        fingerprint: dead_letter::fingerprint(&envelope.flow, stage, target.as_ref(), &reason),
        target,
        reason,
        traceparent: None,
        expires_at: None,
        state: DeadLetterState::Open,
        acknowledged: None,
        resolution: None,
        superseded_by: None,
        replays: Vec::new(),
        revisions: Vec::new(),
        timeline: envelope.timeline.clone(),
    }
}

/// The engine under a closed store, to damage what it holds.
pub(crate) fn engine(dir: &Path) -> sled::Db {
    let config = sled::Config::new().path(dir).segment_size(1024 * 1024).flush_every_ms(None);
    // Threads of the engine may hold its lock for a moment after it was dropped.
    let began = std::time::Instant::now();
    loop {
        match config.open() {
            Ok(db) => return db,
            Err(_) if began.elapsed() < TOO_LONG => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}
