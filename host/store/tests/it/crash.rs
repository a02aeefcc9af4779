//! A killed process: a child works under load and is killed; everything that was confirmed as stored is there.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use gantry_core::clock::ManualClock;
use gantry_core::{MessageId, MessageState};
use gantry_store::{Store, StoreConfig};

use crate::support::{Bench, START, deliver, flow, lease, message};

/// Tells the child which store to work on; without it, it has nothing to do.
const STORE: &str = "GANTRY_STORE_CRASH_TEST";

const ROUNDS: usize = 8;
const CALLERS: usize = 8;

#[test]
fn a_child_works_until_it_is_killed() {
    let Some(dir) = std::env::var_os(STORE).map(PathBuf::from) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        // So little log that it is moved into the engine all the time.
        let config = StoreConfig { log_bytes: 256 << 10, ..StoreConfig::new(Arc::new(ManualClock::at(START))) };
        let store = Store::open(&dir, config).unwrap();
        let work = (0..CALLERS).map(|n| tokio::spawn(work(store.clone(), format!("key-{n}"))));
        futures_util::future::join_all(work).await;
    });
}

/// Enqueues without end and says what was stored; settles some of it.
async fn work(store: Store, key: String) {
    for n in 0u64.. {
        // Some messages take several parts.
        let mut payload = n.to_be_bytes().to_vec();
        payload.resize(if n % 10 == 0 { 30_000 } else { 600 }, 7);
        let new = message("orders", Some(&key), payload);
        let id = new.envelope.message.id;
        store.enqueue(vec![new]).await.unwrap();
        println!("stored {id}");
        if n % 2 == 0 {
            for leased in lease(&store, "orders", 2).await {
                deliver(&store, leased).await;
            }
        }
    }
}

#[tokio::test]
async fn a_kill_at_any_moment_loses_nothing_that_was_acknowledged() {
    let bench = Bench::new();
    let mut acknowledged = HashSet::new();
    for round in 0..ROUNDS {
        acknowledged.extend(run_and_kill(&bench.path(), 100 + round * 37));
        let store = bench.open();
        for id in &acknowledged {
            let history = store.history(*id).await.unwrap().unwrap_or_else(|| panic!("{id} is lost"));
            assert!(matches!(history.state, MessageState::Queued | MessageState::Delivered), "{history:?}");
        }
        assert_eq!(store.damaged_records(), 0);
        if round % 2 == 1 {
            drain_in_order(&store).await;
        }
        store.close().await.unwrap();
    }
}

/// What a child acknowledged before it was killed, some time after its `count`-th acknowledgement.
fn run_and_kill(dir: &Path, count: usize) -> Vec<MessageId> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::a_child_works_until_it_is_killed", "--exact", "--nocapture"])
        .env(STORE, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut acknowledged = Vec::new();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.map_while(Result::ok) {
        // The harness writes lines of its own; the last line may be cut short.
        let Some(id) = line.split("stored ").nth(1).and_then(|id| id.parse().ok()) else { continue };
        acknowledged.push(id);
        if acknowledged.len() == count {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(acknowledged.len() >= count, "the child ended by itself");
    acknowledged
}

/// Works off the queue; each key's messages must come in the order of each run of the child.
async fn drain_in_order(store: &Store) {
    let mut last: HashMap<String, MessageId> = HashMap::new();
    while store.depth(&flow("orders")).queued > 0 {
        for leased in lease(store, "orders", 100).await {
            let message = &leased.envelope.message;
            let before = last.insert(message.key.clone().unwrap(), message.id);
            // Each caller makes its ids one after the other, so they grow within a key.
            assert!(before.is_none_or(|before| before < message.id), "out of order");
            deliver(store, leased).await;
        }
    }
}
