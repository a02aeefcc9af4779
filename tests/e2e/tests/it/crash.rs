//! Kills the real binary at random times under load, and checks its promises afterwards.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gantry_e2e::{Answer, FlowText, HostProcess, Seen, Sink, eventually};
use tokio_util::sync::CancellationToken;

const ROUNDS: usize = 30;
const KEYS: usize = 8;

/// The messages that got 202, as the senders know them.
#[derive(Default)]
struct Acknowledged(Mutex<HashMap<(usize, u64), String>>);

/// Sends numbered messages of one key, one after the other, until told to stop; a number is used once.
async fn send(
    intake: String,
    key: usize,
    next: Arc<Mutex<u64>>,
    acknowledged: Arc<Acknowledged>,
    stop: CancellationToken,
) {
    let client = gantry_e2e::client_builder().build().unwrap();
    while !stop.is_cancelled() {
        let n = {
            let mut next = next.lock().unwrap();
            *next += 1;
            *next
        };
        let body = format!(r#"{{"key":"k{key}","n":{n}}}"#);
        let Ok(response) = client.post(&intake).header("content-type", "application/json").body(body).send().await
        else {
            continue;
        };
        if response.status() == 202
            && let Ok(answer) = response.json::<serde_json::Value>().await
        {
            acknowledged.0.lock().unwrap().insert((key, n), answer["id"].as_str().unwrap().to_owned());
        }
    }
}

/// A message whose number ends in 7 is refused for good; one that ends in 3 gets a 503 the first time.
fn refuses_some() -> impl Fn(&Seen) -> Option<Answer> + Send + Sync {
    let seen_before = Mutex::new(HashSet::new());
    move |seen| {
        let (key, n) = number(seen);
        match n % 10 {
            7 => Some(Answer::status(422)),
            3 if seen_before.lock().unwrap().insert((key, n)) => Some(Answer::status(503)),
            _ => None,
        }
    }
}

fn number(seen: &Seen) -> (usize, u64) {
    let body: serde_json::Value = serde_json::from_slice(&seen.body).unwrap();
    (body["key"].as_str().unwrap()[1..].parse().unwrap(), body["n"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_message_survives_thirty_kills() {
    let target = Sink::start().await.answers_by(refuses_some());
    let flow = FlowText::new("torture")
        .source_line("key = { pointer = \"/key\" }")
        .step(gantry_e2e::guest("echo"), "")
        .target("target", &target, "retry = { attempts = 5, base = \"5ms\" }");
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("flows")).unwrap();
    std::fs::write(dir.path().join("flows/torture.toml"), flow.render()).unwrap();

    let acknowledged = Arc::new(Acknowledged::default());
    let numbers: Vec<_> = (0..KEYS).map(|_| Arc::new(Mutex::new(0))).collect();
    for _ in 0..ROUNDS {
        let host = HostProcess::start(dir.path()).await;
        let intake = format!("http://{}/torture", host.intake);
        let stop = CancellationToken::new();
        let senders: Vec<_> = numbers
            .iter()
            .enumerate()
            .map(|(key, next)| {
                tokio::spawn(send(intake.clone(), key, Arc::clone(next), Arc::clone(&acknowledged), stop.clone()))
            })
            .collect();
        // The kill comes after a random number of deliveries: it waits for an event, not for a time.
        let seen = target.seen().len();
        target.wait_for(seen + fastrand::usize(1..400)).await;
        host.kill();
        stop.cancel();
        for sender in senders {
            sender.await.unwrap();
        }
    }
    let host = HostProcess::start(dir.path()).await;
    until_idle(&host, dir.path()).await;
    let dead = dead_letters(dir.path());
    host.signal("TERM");
    assert!(host.wait().success());
    judge(&target.seen(), &acknowledged.0.lock().unwrap(), &dead);
}

/// Acknowledged = delivered ∪ dead; one idempotency key per message; first deliveries of a key in order.
fn judge(seen: &[Seen], acknowledged: &HashMap<(usize, u64), String>, dead: &HashSet<String>) {
    assert!(acknowledged.len() > ROUNDS, "the senders got through: {}", acknowledged.len());
    let mut delivered = HashSet::new();
    let mut keys: HashMap<(usize, u64), HashSet<String>> = HashMap::new();
    let mut firsts: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
    for request in seen {
        let (key, n) = number(request);
        keys.entry((key, n)).or_default().insert(request.idempotency_key());
        if request.status == 200 && delivered.insert((key, n)) {
            firsts.entry(key).or_default().push(n);
        }
    }
    let lost: Vec<_> =
        acknowledged.iter().filter(|(number, id)| !delivered.contains(number) && !dead.contains(*id)).collect();
    assert!(lost.is_empty(), "acknowledged, but neither delivered nor dead-lettered: {lost:?}");
    assert!(keys.values().all(|keys| keys.len() == 1), "a message changed its idempotency key");
    for (key, order) in firsts {
        assert!(order.is_sorted(), "key {key} was delivered out of order: {order:?}");
    }
    let repeated = seen.iter().filter(|s| s.status == 200).count() - delivered.len();
    println!(
        "{ROUNDS} kills: {} acknowledged, {} delivered, {} dead letters, {repeated} repeated with the same key",
        acknowledged.len(),
        delivered.len(),
        dead.len()
    );
}

async fn until_idle(host: &HostProcess, dir: &std::path::Path) {
    let token = std::fs::read_to_string(dir.join("data/admin.token")).unwrap();
    let client = gantry_e2e::client_builder().timeout(Duration::from_secs(10)).build().unwrap();
    let url = format!("http://{}/v1/flows", host.admin);
    eventually("the queue to be empty", || async {
        let response = client.get(&url).bearer_auth(token.trim()).send().await.unwrap();
        let flows: serde_json::Value = response.json().await.unwrap();
        let queue = &flows[0]["queue"];
        ["queued", "leased", "scheduled"].iter().all(|state| queue[state] == 0)
    })
    .await;
}

fn dead_letters(dir: &std::path::Path) -> HashSet<String> {
    let data = dir.join("data");
    let output = gantry_e2e::run_gantry(["dlq".as_ref(), "export".as_ref(), "--data".as_ref(), data.as_os_str()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(message_id).collect()
}

fn message_id(line: &str) -> String {
    let dead_letter: serde_json::Value = serde_json::from_str(line).unwrap();
    dead_letter["received"]["id"].as_str().unwrap().to_owned()
}
