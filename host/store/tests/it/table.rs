//! Tables over the key-value space: read as a whole, written with what they belong to, and never stopped by one record.

use std::collections::BTreeMap;

use gantry_store::{RowError, Store, StoreError, Table, TableKey};

use crate::support::{Bench, engine, flow, message};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Number(u64);

impl TableKey for Number {
    fn encode(&self) -> String {
        format!("{:020}", self.0)
    }

    fn decode(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

fn squares(store: &Store) -> Table<Number, u64> {
    Table::new(store.clone(), "squares")
}

#[tokio::test]
async fn a_table_of_many_pages_is_read_in_the_order_of_its_keys() {
    let bench = Bench::new();
    let store = bench.open();
    let table = squares(&store);
    let writes = (0..2500).rev().map(|n| table.put(&Number(n), &(n * n)));
    store.kv_write(writes.collect::<Result<_, _>>().unwrap()).await.unwrap();
    store.kv_put("squaresX", "1", "1".into()).await.unwrap();
    let all = table.all().await.unwrap();
    assert_eq!(all.rows, (0..2500).map(|n| (Number(n), n * n)).collect::<Vec<_>>());
    assert!(all.unreadable.is_empty());
}

#[tokio::test]
async fn a_record_rides_in_the_write_it_belongs_to_and_can_be_removed() {
    let bench = Bench::new();
    let store = bench.open();
    let table = squares(&store);
    let put = table.put(&Number(3), &9).unwrap();
    store.enqueue_with(vec![message("orders", None, "row")], vec![put]).await.unwrap();
    let killed = bench.killed();
    let store = killed.open();
    assert_eq!(store.depth(&flow("orders")).queued, 1);
    let table = squares(&store);
    assert_eq!(table.all().await.unwrap().rows, [(Number(3), 9)]);
    store.kv_write(vec![table.remove(&Number(3))]).await.unwrap();
    assert!(table.all().await.unwrap().rows.is_empty());
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_reported_with_its_key_and_hides_no_other() {
    let bench = Bench::new();
    let store = bench.open();
    let table = squares(&store);
    let writes = (1..=2).map(|n| table.put(&Number(n), &(n * n)));
    store.kv_write(writes.collect::<Result<_, _>>().unwrap()).await.unwrap();
    store.kv_put("squares", "3", "no number".into()).await.unwrap();
    store.kv_put("squares", "four", "16".into()).await.unwrap();
    store.close().await.unwrap();
    damage(&bench, &Number(1).encode());
    let store = bench.open();
    let table = squares(&store);
    let all = table.all().await.unwrap();
    assert_eq!(all.rows, [(Number(2), 4)]);
    let errors: Vec<_> = all.unreadable.iter().map(|row| (row.key.as_str(), &row.error)).collect();
    assert!(matches!(
        errors[..],
        [("00000000000000000001", RowError::Damaged(_)), ("3", RowError::Content(_)), ("four", RowError::Key)]
    ));
    store.kv_write(all.unreadable.iter().map(|row| table.remove_unreadable(row)).collect()).await.unwrap();
    assert!(table.all().await.unwrap().unreadable.is_empty());
}

#[tokio::test]
async fn a_value_that_json_cannot_hold_is_refused_and_not_stored_empty() {
    let bench = Bench::new();
    let store = bench.open();
    let table: Table<Number, BTreeMap<String, BTreeMap<Vec<u8>, u8>>> = Table::new(store, "odd");
    let odd = BTreeMap::from([("row".to_owned(), BTreeMap::from([(vec![1], 1)]))]);
    assert!(matches!(table.put(&Number(1), &odd), Err(StoreError::Unstorable(_))));
}

/// Changes a byte of the record with this key in the namespace `squares`.
fn damage(bench: &Bench, key: &str) {
    let db = engine(&bench.path());
    let found = db.iter().map(Result::unwrap).find(|(found, _)| found.ends_with(key.as_bytes()));
    let (key, value) = found.unwrap();
    let mut value = value.to_vec();
    *value.last_mut().unwrap() ^= 0x41;
    db.insert(key, value).unwrap();
    db.flush().unwrap();
}
