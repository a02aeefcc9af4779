//! The format on disk: stores written by earlier versions stay readable, newer ones are refused by name.
//!
//! `fixtures/format-1` was written before dead letters were counted by group, `format-2` before there was a write-ahead log. When a
//! change makes this test fail, the change breaks every store in the field: raise the format and migrate instead of writing a
//! fixture anew. They were made by `write_the_fixture`, which still runs, into a directory of its own, so that it stays a correct
//! description.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gantry_core::clock::ManualClock;
use gantry_core::{DeadLetterId, DeadLetterState, Event, MessageId, MessageState, TimelineEntry};
use gantry_store::{Enqueued, Filter, GroupFilter, NewMessage, OpenError, Page, Settlement, Store, StoreConfig};

use crate::support::{
    Bench, START, copy_dir, dead_letter, deliver, engine, envelope, flow, lease_one, new, nothing_ready, open,
};

/// Messages have fixed ids in the fixture.
fn id(n: u8) -> MessageId {
    let mut bytes = [0; 16];
    (bytes[6], bytes[8], bytes[15]) = (0x70, 0x80, n);
    MessageId::from_bytes(bytes)
}

fn fixed(n: u8, flow_name: &str, key: Option<&str>, payload: &str) -> NewMessage {
    let mut envelope = envelope(flow_name, key, payload.to_owned());
    envelope.message.id = id(n);
    envelope.timeline = vec![TimelineEntry { at: START, event: Event::Received }];
    new(envelope)
}

async fn write_the_fixture(store: &Store) {
    // 1 delivered; 2 waits for a retry, 3 behind it; 4 dead; 5 dead in one delivery and replayed; 6 large.
    store.enqueue(vec![fixed(1, "orders", None, "delivered")]).await.unwrap();
    deliver(store, lease_one(store, "orders").await).await;

    store
        .enqueue(vec![fixed(2, "orders", Some("k"), "scheduled"), fixed(3, "orders", Some("k"), "behind")])
        .await
        .unwrap();
    let leased = lease_one(store, "orders").await;
    let envelope = Box::new(leased.envelope);
    let due = START.after(Duration::from_secs(30));
    store.settle(leased.ticket, Settlement::Later { envelope, due }).await.unwrap();

    for (n, position) in [(4, None), (5, Some(1))] {
        store.enqueue(vec![fixed(n, "customers", None, "dead")]).await.unwrap();
        let leased = lease_one(store, "customers").await;
        crate::support::bury(store, leased, position, "erp-said-no").await;
    }
    store.replay(DeadLetterId { message: id(5), position: Some(1) }, "ann".into(), None).await.unwrap();

    let mut large = fixed(6, "large", None, &"large ".repeat(4_000));
    large.envelope.dedupe_key = Some("only-once".into());
    large.dedupe_window = Some(Duration::from_secs(3600));
    store.enqueue(vec![large]).await.unwrap();
    store.kv_put("file-drop", "orders.csv", "17".into()).await.unwrap();
}

async fn check(dir: &Path) {
    let clock = ManualClock::at(START);
    let store = open(dir, &clock);
    let delivered = store.history(id(1)).await.unwrap().unwrap();
    assert_eq!((delivered.state, delivered.source.as_str()), (MessageState::Delivered, "webhook /orders"));

    assert!(nothing_ready(&store, "orders"));
    clock.advance(Duration::from_secs(30));
    for (n, payload) in [(2, "scheduled"), (3, "behind")] {
        let leased = lease_one(&store, "orders").await;
        assert_eq!((leased.envelope.message.id, &leased.envelope.message.payload[..]), (id(n), payload.as_bytes()));
        assert_eq!(leased.envelope.timeline[0].event, Event::Received);
        deliver(&store, leased).await;
    }

    let dead = store.dead_letter(DeadLetterId { message: id(4), position: None }).await.unwrap().unwrap();
    let expected = dead_letter(&fixed(4, "customers", None, "dead").envelope, None, "erp-said-no");
    assert_eq!(dead, expected);
    let groups = store.dead_letter_groups(GroupFilter::default()).await.unwrap();
    let counted: Vec<_> = groups.iter().map(|group| (group.counts.open, group.counts.replaying)).collect();
    assert_eq!(counted, [(1, 0), (0, 1)], "{groups:?}");
    let found = store.dead_letter_summaries(Filter::default(), Page::first(9)).await.unwrap();
    assert_eq!(
        found.dead_letters.iter().map(|summary| summary.flow_version.as_str()).collect::<Vec<_>>(),
        ["v1", "v1"]
    );
    let replayed = lease_one(&store, "customers").await;
    let dead_letter = DeadLetterId { message: id(5), position: Some(1) };
    assert_eq!(replayed.envelope.replay.as_ref().unwrap().dead_letter, dead_letter);
    assert_eq!(store.dead_letter(dead_letter).await.unwrap().unwrap().state, DeadLetterState::Replaying);
    let counts = store.dead_letter_counts(&flow("customers"));
    assert_eq!((counts.open, counts.replaying), (1, 1));

    let mut duplicate = fixed(7, "large", None, "small");
    duplicate.envelope.dedupe_key = Some("only-once".into());
    duplicate.dedupe_window = Some(Duration::from_secs(3600));
    assert_eq!(
        store.enqueue(vec![duplicate]).await.unwrap(),
        [Enqueued::Duplicate { first: id(6), state: Some(MessageState::Queued) }]
    );
    let large = lease_one(&store, "large").await;
    assert_eq!(large.envelope.message.payload, "large ".repeat(4_000));
    assert_eq!(store.kv_get("file-drop", "orders.csv").await.unwrap(), Some("17".into()));
    assert_eq!(store.damaged_records(), 0);
    drop((replayed, large));
    store.close().await.unwrap();
}

#[tokio::test]
async fn stores_of_earlier_formats_are_read_and_worked_on() {
    for format in ["format-1", "format-2"] {
        let bench = Bench::new();
        copy_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(format), &bench.path());
        check(&bench.path()).await;
    }
}

#[tokio::test]
async fn a_store_of_today_reads_like_the_fixture() {
    let bench = Bench::new();
    let store = bench.open();
    write_the_fixture(&store).await;
    store.close().await.unwrap();
    // Set to a directory to keep what was written: how a fixture of a new format comes about.
    if let Some(keep) = std::env::var_os("GANTRY_STORE_KEEP_FIXTURE") {
        copy_dir(&bench.path(), Path::new(&keep));
    }
    check(&bench.path()).await;
}

#[tokio::test]
async fn a_newer_format_is_refused_by_name() {
    let bench = Bench::new();
    bench.open().close().await.unwrap();
    engine(&bench.path()).insert(b"\0format", &7u32.to_be_bytes()).unwrap();
    let refused = Store::open(&bench.path(), StoreConfig::new(Arc::new(bench.clock.clone())));
    assert!(matches!(refused, Err(OpenError::NewerFormat { found: 7, known: 3 })));
}
