//! Damaged files and records: they are repaired, put in quarantine or refused with a specific error; the others are not
//! affected.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gantry_core::{DeadLetterState, MessageId, MessageState};
use gantry_store::{OpenError, Store, StoreConfig};

use crate::support::{Bench, bury, deliver, engine, enqueue, flow, lease, lease_one, message, nothing_ready};

/// A store with a past: many restarts, much of its log rewritten; the ids that are still queued.
async fn store_with_a_past(bench: &Bench) -> Vec<MessageId> {
    let mut queued = Vec::new();
    for round in 0..4u8 {
        let store = bench.open();
        for _ in 0..10 {
            let batch: Vec<_> = (0..60).map(|n| message("orders", None, vec![round; 500 + n * 10])).collect();
            queued.extend(batch.iter().map(|new| new.envelope.message.id));
            store.enqueue(batch).await.unwrap();
        }
        for leased in lease(&store, "orders", 450).await {
            queued.retain(|id| *id != leased.envelope.message.id);
            deliver(&store, leased).await;
        }
        store.close().await.unwrap();
    }
    queued
}

async fn assert_all_queued(bench: &Bench, queued: &[MessageId]) {
    let store = bench.open();
    assert_eq!(store.depth(&flow("orders")).queued, queued.len());
    for id in queued {
        assert_eq!(store.history(*id).await.unwrap().map(|h| h.state), Some(MessageState::Queued), "{id}");
    }
    let leased = lease(&store, "orders", queued.len()).await;
    let ids: Vec<_> = leased.iter().map(|leased| leased.envelope.message.id).collect();
    assert_eq!(ids, queued);
    drop(leased);
    store.close().await.unwrap();
}

fn snapshots(dir: &Path) -> Vec<PathBuf> {
    fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).filter(|path| is_snapshot(path)).collect()
}

fn is_snapshot(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("snap."))
}

fn only_snapshot(dir: &Path) -> PathBuf {
    let [snapshot] = &snapshots(dir)[..] else { panic!("{:?}", snapshots(dir)) };
    snapshot.clone()
}

fn quarantined(dir: &Path) -> usize {
    fs::read_dir(dir.join("quarantine")).map_or(0, Iterator::count)
}

#[tokio::test]
async fn a_leftover_generating_snapshot_cut_short_loses_no_message() {
    let bench = Bench::new();
    let queued = store_with_a_past(&bench).await;
    let snapshot = only_snapshot(&bench.path());
    let bytes = fs::read(&snapshot).unwrap();
    for cut in [0, 5, bytes.len() / 2, bytes.len() - 1] {
        // It sorts behind the finished one, so the engine would take it for the newest.
        let leftover = bench.path().join("snap.FFFFFFFFFFFFFFFF.generating");
        fs::write(&leftover, &bytes[..cut]).unwrap();
        assert_all_queued(&bench, &queued).await;
        assert!(!leftover.exists());
    }
    assert_eq!(quarantined(&bench.path()), 4);
}

#[tokio::test]
async fn the_engine_alone_would_refuse_the_leftover() {
    let bench = Bench::new();
    store_with_a_past(&bench).await;
    let bytes = fs::read(only_snapshot(&bench.path())).unwrap();
    fs::write(bench.path().join("snap.FFFFFFFFFFFFFFFF.generating"), &bytes[..bytes.len() / 2]).unwrap();
    let config = sled::Config::new().path(bench.path()).segment_size(1024 * 1024);
    // A child process that another test is just starting holds the store's lock until it calls `exec`.
    let mut attempts = std::iter::repeat_with(|| config.open());
    let refused = attempts.find(|opened| !matches!(opened, Err(sled::Error::Io(_)))).unwrap();
    assert!(matches!(refused, Err(sled::Error::Corruption { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_crash_before_the_snapshot_was_renamed_loses_no_message() {
    let bench = Bench::new();
    let queued = store_with_a_past(&bench).await;
    let snapshot = only_snapshot(&bench.path());
    let mut generating = snapshot.clone().into_os_string();
    generating.push(".generating");
    fs::rename(&snapshot, PathBuf::from(generating)).unwrap();
    assert_all_queued(&bench, &queued).await;
    assert_eq!(quarantined(&bench.path()), 1);
}

#[tokio::test]
async fn a_finished_snapshot_that_is_cut_short_or_changed_loses_no_message() {
    let bench = Bench::new();
    let queued = store_with_a_past(&bench).await;
    let damages: [fn(&mut Vec<u8>); 3] =
        [|bytes| bytes.truncate(9), |bytes| bytes.truncate(bytes.len() - 40), |bytes| bytes[3] ^= 1];
    for damage in damages {
        let snapshot = only_snapshot(&bench.path());
        let mut bytes = fs::read(&snapshot).unwrap();
        damage(&mut bytes);
        fs::write(&snapshot, bytes).unwrap();
        assert_all_queued(&bench, &queued).await;
    }
    assert_eq!(quarantined(&bench.path()), 3);
}

#[tokio::test]
async fn a_sound_snapshot_is_left_alone() {
    let bench = Bench::new();
    let queued = store_with_a_past(&bench).await;
    assert_all_queued(&bench, &queued).await;
    assert_eq!(quarantined(&bench.path()), 0);
}

#[tokio::test]
async fn a_damaged_message_is_put_in_quarantine_and_the_others_go_on() {
    let bench = Bench::new();
    let store = bench.open();
    let damaged = enqueue(&store, message("orders", Some("a"), "x".repeat(20_000))).await;
    enqueue(&store, message("orders", Some("a"), "sound")).await;
    store.close().await.unwrap();
    spoil(&bench.path(), b"m", |value| value[100] ^= 1);

    let store = bench.open();
    let leased = lease_one(&store, "orders").await;
    assert_eq!(leased.envelope.message.payload, "sound");
    assert!(nothing_ready(&store, "orders"));
    assert_eq!(store.damaged_records(), 1);
    let history = store.history(damaged).await.unwrap().unwrap();
    assert_eq!((history.state, history.timeline.len()), (MessageState::DeadLettered, 1));
    deliver(&store, leased).await;
    store.close().await.unwrap();

    // The bytes are kept, all of them, and it is counted again after a restart.
    assert!(kept_bytes(&bench.path()) > 20_000);
    let store = bench.open();
    assert!(store.damaged_records() > 0);
    assert!(nothing_ready(&store, "orders"));
}

#[tokio::test]
async fn a_damaged_replay_opens_its_letter_again() {
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", None, "x")).await;
    let leased = lease_one(&store, "orders").await;
    let dead_letter = bury(&store, leased, None, "no").await;
    store.replay(dead_letter, "ann".into(), None).await.unwrap();
    store.close().await.unwrap();
    spoil(&bench.path(), b"m", |value| value.truncate(20));

    let store = bench.open();
    let next = enqueue(&store, message("orders", None, "next")).await;
    assert_eq!(lease_one(&store, "orders").await.envelope.message.id, next);
    assert_eq!(store.dead_letter(dead_letter).await.unwrap().unwrap().state, DeadLetterState::Open);
}

#[tokio::test]
async fn a_damaged_index_entry_is_put_in_quarantine_with_its_message() {
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", None, "lost to the index")).await;
    let sound = enqueue(&store, message("orders", None, "sound")).await;
    store.close().await.unwrap();
    spoil(&bench.path(), b"i", |value| value.truncate(7));
    let store = bench.open();
    assert_eq!(store.depth(&flow("orders")).queued, 1);
    assert_eq!(lease_one(&store, "orders").await.envelope.message.id, sound);
    assert_eq!(store.damaged_records(), 2);
}

#[tokio::test]
async fn a_damaged_letter_hides_no_other() {
    let bench = Bench::new();
    let store = bench.open();
    for n in ["one", "two"] {
        enqueue(&store, message("orders", None, n)).await;
        let leased = lease_one(&store, "orders").await;
        bury(&store, leased, None, "no").await;
    }
    store.close().await.unwrap();
    spoil(&bench.path(), b"l", |value| value[30] ^= 1);
    let store = bench.open();
    let page = gantry_store::Page::first(10);
    let dead_letters = store.dead_letters(gantry_store::Filter::default(), page).await.unwrap().dead_letters;
    assert_eq!(dead_letters.iter().map(|dead_letter| &dead_letter.received.payload[..]).collect::<Vec<_>>(), [b"two"]);
}

#[tokio::test]
async fn a_foreign_directory_and_a_ruined_log_are_refused_by_name() {
    let bench = Bench::new();
    let db = engine(&bench.path());
    db.insert("somebody", "else's").unwrap();
    drop(db);
    assert!(matches!(try_open(&bench), Err(OpenError::NotAStore(_))));

    let ruined = Bench::new();
    store_with_a_past(&ruined).await;
    fs::write(ruined.path().join("conf"), "no configuration at all").unwrap();
    assert!(matches!(try_open(&ruined), Err(OpenError::Engine(_))));
}

fn try_open(bench: &Bench) -> Result<Store, OpenError> {
    Store::open(&bench.path(), StoreConfig::new(Arc::new(bench.clock.clone())))
}

/// Changes the first value whose key begins with `prefix`.
fn spoil(dir: &Path, prefix: &[u8], change: impl FnOnce(&mut Vec<u8>)) {
    let db = engine(dir);
    let (key, value) = db.scan_prefix(prefix).next().unwrap().unwrap();
    let mut value = value.to_vec();
    change(&mut value);
    db.insert(key, value).unwrap();
    db.flush().unwrap();
}

fn kept_bytes(dir: &Path) -> usize {
    engine(dir).scan_prefix(b"z").map(|pair| pair.unwrap().1.len()).sum()
}
