//! Helpers of the tests: a store in a temporary directory, a manual clock, and dead letters.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gantry_core::clock::ManualClock;
use gantry_core::{
    DeadLetter, DeadLetterId, DeadLetterState, Message, MessageId, Reason, Stage, Timestamp, dead_letter,
};
use gantry_operations::{Actor, Operations};
use gantry_store::{AuditFilter, AuditRecord, Catalogue, Store, StoreConfig};
use tempfile::TempDir;

/// The time at which every test begins.
const START: Timestamp = Timestamp(1_760_000_000_000);

/// A data directory.
pub(crate) struct Bench {
    dir: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn store(&self) -> PathBuf {
        self.dir.path().join("store")
    }

    /// The operations of a stopped host on this directory, and its store.
    pub(crate) fn open(&self) -> (Operations, Store) {
        let store = Store::open(&self.store(), StoreConfig::new(Arc::new(ManualClock::at(START)))).unwrap();
        let catalogue = Catalogue::open(store.clone(), &self.dir.path().join("plugins")).unwrap();
        (Operations::at_rest(store.clone(), catalogue, None), store)
    }

    /// What a process that is killed now would leave behind.
    pub(crate) fn killed(&self) -> Self {
        let copy = Self::new();
        copy_dir(&self.store(), &copy.store());
        copy
    }
}

fn copy_dir(from: &Path, to: &Path) {
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

/// The holder of the admin token, acting for Olga.
pub(crate) fn olga() -> Actor {
    Actor::admin().on_behalf_of("olga")
}

/// The whole audit, newest first.
pub(crate) async fn audit(store: &Store) -> Vec<AuditRecord> {
    let page = store.audit(AuditFilter::default(), None, 1000).await.unwrap();
    page.entries.into_iter().map(|entry| entry.record).collect()
}

/// An open dead letter in the store.
pub(crate) async fn open_letter(store: &Store) -> DeadLetterId {
    let dead_letter = dead_letter();
    let id = dead_letter.id;
    store.import_dead_letters(vec![dead_letter]).await.unwrap();
    id
}

pub(crate) fn dead_letter() -> DeadLetter {
    let flow = "orders".parse().unwrap();
    let reason = Reason::new("broken", "it failed");
    let received = Message {
        id: MessageId::generate(),
        key: None,
        content_type: "application/json".into(),
        headers: Default::default(),
        event_time: START,
        payload: "payload".into(),
    };
    DeadLetter {
        id: DeadLetterId { message: received.id, position: None },
        fingerprint: dead_letter::fingerprint(&flow, Stage::Validate, None, &reason),
        flow,
        flow_version: "v1".into(),
        plugins: Vec::new(),
        component: None,
        stage: Stage::Validate,
        source: "webhook /orders".into(),
        received,
        received_at: START,
        dedupe_key: None,
        idempotency_key: None,
        transformed: None,
        attempts: Vec::new(),
        first_failure: START,
        last_failure: START,
        target: None,
        reason,
        traceparent: None,
        expires_at: None,
        state: DeadLetterState::Open,
        acknowledged: None,
        resolution: None,
        superseded_by: None,
        replays: Vec::new(),
        revisions: Vec::new(),
        timeline: Vec::new(),
    }
}
