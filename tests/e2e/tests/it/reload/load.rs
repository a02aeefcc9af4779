//! Twenty versions of a plugin, one after the other, while messages flow.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use gantry_control::reload::ReloadResult;
use gantry_core::{Event, MessageId};
use gantry_e2e::{Answer, FlowText, Seen, Sink, TestHost, another_version, guest, replace};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::own_plugin;

const SWAPS: u8 = 20;
const KEYS: usize = 6;

/// The first attempt of every third message gets a 503, so that at every swap some deliveries wait.
fn flaky() -> impl Fn(&Seen) -> Option<Answer> + Send + Sync {
    let seen_before = Mutex::new(HashSet::new());
    move |seen| {
        let first = number(seen).1.is_multiple_of(3) && seen_before.lock().unwrap().insert(seen.idempotency_key());
        first.then(|| Answer::status(503))
    }
}

fn number(seen: &Seen) -> (usize, u64) {
    let body: serde_json::Value = serde_json::from_slice(&seen.body).unwrap();
    (body["key"].as_u64().unwrap() as usize, body["n"].as_u64().unwrap())
}

/// Sends numbered messages of one key until `stop`. Every message must be accepted: a swap refuses no sender.
async fn send(host: Arc<TestHost>, key: usize, stop: CancellationToken) -> Vec<MessageId> {
    let mut sent = Vec::new();
    while !stop.is_cancelled() {
        sent.push(host.post("/in", json!({"key": key, "n": sent.len()}).to_string()).await);
    }
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_replaced_twenty_times_under_load_loses_nothing_and_sends_nothing_twice() {
    let erp = Sink::start().await.answers_by(flaky());
    let dir = tempfile::tempdir().unwrap();
    let plugin = own_plugin(dir.path(), "echo");
    let flow = FlowText::new("in").source_line("key = { pointer = \"/key\" }").step(&plugin, "").target(
        "erp",
        &erp,
        "retry = { attempts = 5, base = \"20ms\", budget = { share = 1.0 } }",
    );
    let host = Arc::new(TestHost::start(&[flow]).await);
    let stop = CancellationToken::new();
    let senders: Vec<_> = (0..KEYS).map(|key| tokio::spawn(send(Arc::clone(&host), key, stop.clone()))).collect();
    for swap in 0..SWAPS {
        // A swap comes after a random number of deliveries: it waits for an event, not for a time.
        erp.wait_for(erp.seen().len() + fastrand::usize(1..20)).await;
        replace(&plugin, another_version(&guest("echo"), swap));
        assert_eq!(host.reload().await.result, ReloadResult::Applied);
    }
    erp.wait_for(erp.seen().len() + 10).await;
    stop.cancel();
    let mut sent = Vec::new();
    for sender in senders {
        sent.push(sender.await.unwrap());
    }
    let counts = host.settled().await[0].counts;
    let all: usize = sent.iter().map(Vec::len).sum();
    assert_eq!((counts.delivered, counts.dead_lettered, host.dead_letters().await.len()), (all as u64, 0, 0));
    judge(&erp, &sent);
    let handled = digests(&host, sent.iter().flatten()).await;
    assert!(handled > 10, "many versions made deliveries, not {handled}");
    Arc::into_inner(host).unwrap().stop().await;
}

/// Checks that each message was accepted once, in the order of its key, and that attempts had the same body.
fn judge(erp: &Sink, sent: &[Vec<MessageId>]) {
    let mut order: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
    let mut bodies: HashMap<String, Seen> = HashMap::new();
    let mut accepted = HashSet::new();
    for seen in erp.seen() {
        let first = bodies.entry(seen.idempotency_key()).or_insert_with(|| seen.clone());
        assert_eq!(first.body, seen.body, "another attempt, another body");
        if seen.status == 200 {
            assert!(accepted.insert(seen.idempotency_key()), "accepted twice: {}", seen.text());
            let (key, n) = number(&seen);
            order.entry(key).or_default().push(n);
        }
    }
    for (key, sent) in sent.iter().enumerate() {
        assert_eq!(order[&key], (0..sent.len() as u64).collect::<Vec<_>>(), "key {key}");
    }
}

/// How many versions of the plugin made deliveries, by the histories.
async fn digests<'a>(host: &TestHost, messages: impl Iterator<Item = &'a MessageId>) -> usize {
    let mut digests = HashSet::new();
    for id in messages {
        let history = host.handle().store().history(*id).await.unwrap().unwrap();
        let runs: Vec<_> =
            history.timeline.iter().filter(|entry| matches!(entry.event, Event::Transformed { .. })).collect();
        assert_eq!(runs.len(), 1, "transformed once, whatever came after");
        if let Event::Transformed { plugins, .. } = &runs[0].event {
            digests.extend(plugins.iter().copied());
        }
    }
    digests.len()
}
