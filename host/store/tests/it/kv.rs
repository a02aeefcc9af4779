//! The key-value space, and that its writes ride along with an enqueue.

use bytes::Bytes;
use gantry_core::MessageId;
use gantry_store::{KvWrite, StoreError};

use crate::support::{Bench, flow, message};

fn cursor(value: &str) -> KvWrite {
    KvWrite {
        namespace: "file-drop".into(),
        key: "orders.csv".into(),
        value: Some(Bytes::copy_from_slice(value.as_bytes())),
    }
}

#[tokio::test]
async fn values_are_set_replaced_listed_and_deleted_over_restarts() {
    let bench = Bench::new();
    let store = bench.open();
    let large = Bytes::from(vec![7; 50_000]);
    store.kv_put("a", "one", large.clone()).await.unwrap();
    store.kv_put("a", "two", "2".into()).await.unwrap();
    store.kv_put("ab", "one", "other".into()).await.unwrap();
    store.close().await.unwrap();
    let store = bench.open();
    assert_eq!(store.kv_get("a", "one").await.unwrap(), Some(large));
    assert_eq!(store.kv_keys("a", None, 10).await.unwrap(), ["one", "two"]);
    assert_eq!(store.kv_keys("a", Some("one"), 10).await.unwrap(), ["two"]);
    store.kv_put("a", "one", "1".into()).await.unwrap();
    assert_eq!(store.kv_get("a", "one").await.unwrap(), Some("1".into()));
    store.kv_delete("a", "one").await.unwrap();
    assert_eq!(store.kv_get("a", "one").await.unwrap(), None);
    assert_eq!(store.kv_get("ab", "one").await.unwrap(), Some("other".into()));
}

#[tokio::test]
async fn rows_and_the_cursor_behind_them_are_stored_together() {
    let bench = Bench::new();
    let store = bench.open();
    let rows = (0..3).map(|n| message("orders", None, vec![n])).collect();
    store.enqueue_with(rows, vec![cursor("3")]).await.unwrap();
    let killed = bench.killed();
    let store = killed.open();
    assert_eq!(store.kv_get("file-drop", "orders.csv").await.unwrap(), Some("3".into()));
    assert_eq!(store.depth(&flow("orders")).queued, 3);
}

#[tokio::test]
async fn a_name_beyond_the_limits_changes_nothing() {
    let bench = Bench::new();
    let store = bench.open();
    let long = KvWrite { key: "k".repeat(1025), ..cursor("1") };
    let row = message("orders", None, "row");
    let id: MessageId = row.envelope.message.id;
    let refused = store.enqueue_with(vec![row], vec![cursor("1"), long]).await;
    assert!(matches!(refused, Err(StoreError::NameTooLong { namespace: 9, key: 1025 })));
    assert_eq!(store.history(id).await.unwrap(), None);
    assert_eq!(store.kv_get("file-drop", "orders.csv").await.unwrap(), None);
}
