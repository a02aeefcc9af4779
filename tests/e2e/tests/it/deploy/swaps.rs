//! A hundred versions, one after the other, under full load: nothing lost, nothing twice, order kept.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use gantry_control::rollout::Phase;
use gantry_core::MessageId;
use gantry_e2e::{FlowText, Sink, TestHost, guest, versioned};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{NAMED, at_once, deploy, serving};

const SWAPS: usize = 100;
const KEYS: usize = 8;

/// Sends numbered messages of one key until told to stop. Every one must be taken: no swap refuses a sender.
async fn send(host: Arc<TestHost>, key: usize, stop: CancellationToken) -> Vec<MessageId> {
    let mut sent = Vec::new();
    while !stop.is_cancelled() {
        sent.push(host.post("/in", json!({"key": key.to_string(), "n": sent.len()}).to_string()).await);
    }
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_deployments_under_full_load_lose_nothing_and_send_nothing_twice() {
    let erp = Sink::start().await;
    let flow = FlowText::new("in").source_line("key = { pointer = \"/key\" }");
    let host = TestHost::start(&[flow.step(guest("echo"), NAMED).target("erp", &erp, "")]).await;
    // Two versions to and fro, each with a component of its own: compiling a hundred is another test's business.
    let versions = [host.publish(versioned("echo", "2.0.0")).await, host.publish(versioned("echo", "3.0.0")).await];
    let host = Arc::new(host);
    let stop = CancellationToken::new();
    let senders: Vec<_> = (0..KEYS).map(|key| tokio::spawn(send(Arc::clone(&host), key, stop.clone()))).collect();
    for swap in 0..SWAPS {
        // The moment of a swap is a number of deliveries: an event, not a time.
        erp.wait_for(erp.seen().len() + fastrand::usize(1..10)).await;
        let version = &versions[swap % 2];
        assert_eq!(deploy(&host, version, at_once()).await.phase, Phase::Deployed);
        assert_eq!(serving(&host), *version);
    }
    stop.cancel();
    let mut sent = Vec::new();
    for sender in senders {
        sent.push(sender.await.unwrap());
    }
    let counts = host.settled().await[0].counts;
    let all: usize = sent.iter().map(Vec::len).sum();
    assert_eq!((counts.delivered, counts.dead_lettered), (all as u64, 0));
    judge(&erp, &sent);
    let deployments = host.handle().deployments();
    assert_eq!(deployments.last().map(|last| last.number), Some(SWAPS as u64), "each was on record");
    assert_eq!(deployments.len(), 20, "the last of them still are");
    Arc::into_inner(host).unwrap().stop().await;
}

/// One delivery a message, in the order of its key.
fn judge(erp: &Sink, sent: &[Vec<MessageId>]) {
    let mut order: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut keys = HashSet::new();
    for seen in erp.seen() {
        assert!(keys.insert(seen.idempotency_key()), "sent twice: {}", seen.text());
        let body: serde_json::Value = serde_json::from_slice(&seen.body).unwrap();
        order.entry(body["key"].as_str().unwrap().to_owned()).or_default().push(body["n"].as_u64().unwrap());
    }
    for (key, sent) in sent.iter().enumerate() {
        assert_eq!(order[&key.to_string()], (0..sent.len() as u64).collect::<Vec<_>>(), "key {key}");
    }
}
