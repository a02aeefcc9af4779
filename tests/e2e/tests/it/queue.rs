//! The queue in the hands of an operator: what waits and why, taking it out, giving it to another flow, and a closed
//! intake. By the command line, at a running host and at a stopped one.

use std::path::Path;

use gantry_e2e::{Answer, FlowText, HostProcess, Sink, eventually, run_gantry};
use serde_json::{Value, json};

/// A host on a directory of flows, with an ERP that accepts everything.
struct Site {
    dir: tempfile::TempDir,
    host: Option<HostProcess>,
    client: reqwest::Client,
    erp: Sink,
}

impl Site {
    /// One flow, `orders`, ordered by the customer.
    async fn open() -> Self {
        let erp = Sink::start().await;
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("flows")).unwrap();
        let client = gantry_e2e::client_builder().build().unwrap();
        let mut site = Self { dir, host: None, client, erp };
        site.flow("orders").write(&site.flows());
        site.start().await;
        site
    }

    fn flow(&self, name: &str) -> FlowText {
        FlowText::new(name)
            .source_line("key.pointer = \"/customer\"")
            .source_line("dedupe = { pointer = \"/order\", window = \"24h\" }")
            .target("erp", &self.erp, "")
    }

    fn flows(&self) -> std::path::PathBuf {
        self.path().join("flows")
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    async fn start(&mut self) {
        self.host = Some(HostProcess::start(self.dir.path()).await);
    }

    fn stop(&mut self) {
        let host = self.host.take().unwrap();
        host.signal("TERM");
        assert!(host.wait().success());
    }

    /// Sends an order; returns the status and the answer.
    async fn send(&self, path: &str, order: u32, customer: &str) -> (u16, Value) {
        let url = format!("http://{}/{path}", self.host.as_ref().unwrap().intake);
        let answer = self.client.post(url).json(&json!({"order": order, "customer": customer})).send().await.unwrap();
        let status = answer.status().as_u16();
        let retry_after = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        let mut body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        body["retry_after"] = json!(retry_after);
        (status, body)
    }

    async fn accept(&self, order: u32, customer: &str) -> String {
        let (status, answer) = self.send("orders", order, customer).await;
        assert_eq!(status, 202, "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }

    fn gantry(&self, words: &[&str]) -> (Option<i32>, String) {
        let data = self.path().join("data").display().to_string();
        let output = run_gantry(words.iter().copied().chain(["--data", &data]));
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    }

    /// Runs a command that must succeed, and reads its JSON.
    fn json(&self, words: &[&str]) -> Value {
        let (code, text) = self.gantry(&[words, &["--format", "json"]].concat());
        assert_eq!(code, Some(0), "{words:?}: {text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// The queue, the oldest first: each message's id and why it waits.
    fn waits(&self) -> Vec<(String, String)> {
        let list = self.json(&["queue", "list", "--oldest"]);
        let messages = list["messages"].as_array().unwrap();
        messages.iter().map(|message| (text(&message["id"]), text(&message["wait"]["reason"]))).collect()
    }

    /// Waits until the queue is as expected.
    async fn queue_is(&self, expected: &[(&str, &str)]) {
        let expected: Vec<_> = expected.iter().map(|(id, why)| ((*id).to_owned(), (*why).to_owned())).collect();
        let what = format!("the queue to be {expected:?}");
        eventually(&what, || async { self.waits() == expected }).await;
    }

    fn delivered(&self) -> Vec<u64> {
        let seen = self.erp.accepted();
        seen.iter()
            .map(|seen| serde_json::from_str::<Value>(&seen.text()).unwrap()["order"].as_u64().unwrap())
            .collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_says_why_each_message_waits_and_what_is_taken_out_is_never_lost() {
    let site = Site::open().await;
    site.json(&["target", "pause", "orders/erp", "--reason", "ERP upgrade"]);
    let first = site.accept(1, "anna").await;
    let second = site.accept(2, "anna").await;
    let third = site.accept(3, "ben").await;
    site.queue_is(&[(&first, "target_paused"), (&second, "behind_message"), (&third, "target_paused")]).await;

    let (_, page) = site.gantry(&["message", "show", &second]);
    assert!(page.contains(&format!("waits: message {first} with the same key is not done")), "{page}");
    let (_, page) = site.gantry(&["message", "show", &first]);
    assert!(page.contains("was paused by") && page.contains("ERP upgrade"), "{page}");
    assert!(page.contains("next:  gantry target resume orders/erp"), "{page}");
    let by_key = site.json(&["queue", "list", "--key", "ben"]);
    assert_eq!((by_key["messages"].as_array().unwrap().len(), text(&by_key["messages"][0]["id"])), (1, third.clone()));
    assert_eq!(
        site.json(&["queue", "list", "--count", "--target", "erp"])["messages"],
        3,
        "the flow has no other target"
    );

    // Without a word of confirmation nothing is done, and without a reason neither.
    assert_eq!(site.gantry(&["queue", "withdraw", "--flow", "orders", "--reason", "x"]).0, Some(2));
    assert_eq!(site.gantry(&["queue", "withdraw", &second, "--yes", "--reason", " "]).0, Some(2));
    let change = site.json(&["queue", "withdraw", &second, "--yes", "--reason", "wrong address", "--by", "anna"]);
    assert_eq!(change["changed"], 1);
    let dead_letter = site.json(&["dlq", "show", &second]);
    assert_eq!(
        (text(&dead_letter["state"]), text(&dead_letter["reason"]["code"])),
        ("acknowledged".into(), "withdrawn".into())
    );
    site.json(&["queue", "discard", &third, "--yes", "--reason", "a test order"]);
    assert_eq!(text(&site.json(&["dlq", "show", &third])["state"]), "discarded");
    let (_, page) = site.gantry(&["message", "show", &third]);
    assert!(page.contains("taken out of the queue by") && page.contains("a test order"), "{page}");
    let audit = site.json(&["audit", "list", "--operation", "queue.withdraw", "--limit", "1"]);
    assert_eq!(
        (text(&audit["entries"][0]["subject"]), text(&audit["entries"][0]["detail"])),
        (second.clone(), "1 withdrawn: wrong address".into())
    );

    site.json(&["target", "resume", "orders/erp"]);
    eventually("the first order", || async { site.delivered() == [1] }).await;
    site.json(&["dlq", "replay", &second]);
    eventually("the withdrawn order", || async { site.delivered() == [1, 2] }).await;
    assert_eq!(site.send("orders", 3, "ben").await.0, 202, "a discarded message releases its value");
    eventually("the third order, sent again", || async { site.delivered() == [1, 2, 3] }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redrive_of_the_wrong_letters_is_taken_back() {
    let site = Site::open().await;
    site.erp.set_rule(|_| Some(Answer::status(422)));
    for order in 0..5 {
        site.accept(order, "anna").await;
    }
    eventually("five dead letters", || async { site.json(&["dlq", "list", "--count"])["open"] == 5 }).await;
    site.erp.set_rule(|_| None);
    site.json(&["target", "pause", "orders/erp", "--reason", "not now"]);
    let job = site.json(&["dlq", "redrive", "--flow", "orders", "--yes"]);
    let id = text(&job["id"]);
    eventually("all to be queued", || async {
        site.json(&["queue", "list", "--count", "--job", &id])["messages"] == 5
    })
    .await;
    let withdraw = ["queue", "withdraw", "--job", &id, "--yes", "--reason", "the wrong ones"];
    // One that is being processed stays for a moment.
    eventually("all to be withdrawn", || async { site.json(&withdraw)["stay"] == 0 }).await;
    assert_eq!(site.waits(), []);
    assert_eq!(site.json(&["dlq", "list", "--count"])["open"], 5, "they are what they were");
    let job = site.json(&["dlq", "job", &id]);
    assert_eq!((&job["withdrawn"], &job["failed_again"], &job["resolved"]), (&json!(5), &json!(0), &json!(0)));
    site.json(&["target", "resume", "orders/erp"]);
    site.json(&["dlq", "redrive", "--flow", "orders", "--yes"]);
    eventually("all orders", || async { site.delivered().len() == 5 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_removed_flow_has_is_exported_and_moved_to_another() {
    let mut site = Site::open().await;
    site.json(&["target", "pause", "orders/erp", "--reason", "the flow moves"]);
    for order in 0..3 {
        site.accept(order, "anna").await;
    }
    site.flow("shop").write(&site.flows());
    std::fs::remove_file(site.flows().join("orders.toml")).unwrap();
    site.json(&["reload"]);
    eventually("messages that nobody takes", || async {
        let waits = site.waits();
        waits.len() == 3 && waits.iter().all(|(_, why)| why == "flow_missing")
    })
    .await;
    let (_, flows) = site.gantry(&["flow", "list"]);
    assert!(
        flows.contains("next: gantry queue list --flow orders; gantry queue move --flow orders --to FLOW"),
        "{flows}"
    );
    let file = site.path().join("orders.ndjson").display().to_string();
    assert_eq!(site.gantry(&["queue", "export", "--flow", "orders", "-o", &file]).0, Some(0));
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 3);

    // Order 0 is in the other flow already.
    assert_eq!(site.send("shop", 0, "anna").await.0, 202);
    eventually("the order of the other flow", || async { site.delivered() == [0] }).await;
    assert_eq!(site.gantry(&["queue", "move", "--flow", "orders", "--to", "shoop", "--yes"]).0, Some(7));
    let moved = site.json(&["queue", "move", "--flow", "orders", "--to", "shop", "--yes"]);
    assert_eq!(
        (&moved["changed"], &moved["stay"], text(&moved["stayed"][0]["reason"])),
        (&json!(2), &json!(1), "duplicate".into())
    );
    eventually("the moved orders", || async { site.delivered() == [0, 1, 2] }).await;
    assert_eq!(site.send("shop", 1, "anna").await.1["duplicate"], true, "the dedupe value came along");

    // The same at a stopped host.
    site.stop();
    assert_eq!(text(&site.json(&["queue", "list"])["messages"][0]["wait"]["reason"]), "host_stopped");
    let discarded = site.json(&["queue", "discard", "--flow", "orders", "--yes", "--reason", "a duplicate"]);
    assert_eq!(discarded["changed"], 1);
    assert_eq!(site.json(&["queue", "list", "--count"])["messages"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_intake_refuses_over_a_restart_until_it_is_opened() {
    let mut site = Site::open().await;
    assert_eq!(site.gantry(&["flow", "close", "order", "--reason", "stocktaking"]).0, Some(7), "a misspelt name");
    site.json(&["flow", "close", "orders", "--reason", "stocktaking", "--by", "anna"]);
    let refused = site.send("orders", 1, "anna").await;
    assert_eq!(
        (refused.0, text(&refused.1["reason"]), text(&refused.1["retry_after"])),
        (503, "intake_closed".into(), "60".into())
    );
    let (_, flows) = site.gantry(&["flow", "list"]);
    assert!(flows.contains("orders takes nothing in: closed by anna at") && flows.contains(": stocktaking"), "{flows}");
    site.stop();
    site.start().await;
    assert_eq!(site.send("orders", 1, "anna").await.0, 503);
    assert_eq!(text(&site.json(&["flow", "open", "orders"])["by"]), "anna");
    site.accept(1, "anna").await;
    eventually("the order", || async { site.delivered() == [1] }).await;
    assert_eq!(site.json(&["flow", "open", "orders"]), Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redrive_goes_on_with_the_dead_letters_of_a_flow_that_is_renamed_meanwhile() {
    let site = Site::open().await;
    site.erp.set_rule(|_| Some(Answer::status(422)));
    for n in 1..=30 {
        site.accept(n, "anna").await;
    }
    eventually("dead letters", || async { site.json(&["dlq", "list", "--count"])["open"] == 30 }).await;
    site.erp.set_rule(|_| None);
    let job = text(&site.json(&["dlq", "redrive", "--flow", "orders", "--rate", "20", "--yes"])["id"]);
    std::fs::remove_file(site.flows().join("orders.toml")).unwrap();
    site.flow("shop").head("formerly = [\"orders\"]").write(&site.flows());
    assert_eq!(site.gantry(&["reload"]).0, Some(0));
    eventually("the end of the job", || async { site.json(&["dlq", "job", &job])["state"] == "finished" }).await;
    let job = site.json(&["dlq", "job", &job]);
    assert_eq!((&job["done"], &job["left_out"]), (&30.into(), &0.into()), "{job}");
    eventually("all of them", || async { site.delivered().len() == 30 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renamed_flow_takes_over_what_was_left_under_its_former_name() {
    let mut site = Site::open().await;
    site.erp.set_rule(|seen| seen.text().contains("carl").then(|| Answer::status(422)));
    site.accept(1, "anna").await;
    site.accept(2, "carl").await;
    eventually("a delivery and a dead letter", || async {
        site.delivered() == [1] && site.json(&["dlq", "list", "--count"])["open"] == 1
    })
    .await;
    let ticket = text(&site.json(&["dlq", "groups"])["groups"][0]["fingerprint"]);
    site.json(&["target", "pause", "orders/erp", "--reason", "ERP upgrade"]);
    site.accept(3, "anna").await;
    site.accept(4, "anna").await;

    site.flow("shop").head("formerly = [\"orders\", \"ordres\"]").write(&site.flows());
    let (code, refused) = site.gantry(&["reload"]);
    assert!(code == Some(3) && refused.contains("there is a flow named `orders`"), "{refused}");
    std::fs::remove_file(site.flows().join("orders.toml")).unwrap();
    let (_, reloaded) = site.gantry(&["reload"]);
    assert!(reloaded.contains("orders (shop takes over what it has)"), "{reloaded}");
    assert!(reloaded.contains("is left under `ordres`") && !reloaded.contains("is left under `orders`"), "{reloaded}");
    assert_eq!(site.send("shop", 5, "anna").await.0, 202);
    eventually("all to belong to the new name", || async {
        let list = site.json(&["queue", "list", "--flow", "shop"]);
        list["messages"].as_array().unwrap().len() == 3
    })
    .await;
    assert_eq!(site.send("shop", 1, "anna").await.1["duplicate"], true, "the window came along");
    let letters = site.json(&["dlq", "list"]);
    assert_eq!(text(&letters["dead_letters"][0]["flow"]), "shop");
    let targets = site.json(&["target", "list"]);
    assert_eq!(
        (text(&targets["targets"][0]["flow"]), text(&targets["targets"][0]["state"])),
        ("shop".into(), "paused".into())
    );

    // The next start finds everything under the new name.
    site.stop();
    site.start().await;
    site.json(&["target", "resume", "shop/erp"]);
    eventually("all in their order", || async { site.delivered() == [1, 3, 4, 5] }).await;
    site.erp.set_rule(|_| None);
    let (code, said) = site.gantry(&["dlq", "redrive", "--fingerprint", "0", "--dry-run"]);
    assert!(code == Some(7), "nothing is tried of a group that nobody knows: {said}");
    site.json(&["dlq", "redrive", "--fingerprint", &ticket, "--yes"]);
    eventually("the corrected one", || async { site.delivered() == [1, 3, 4, 5, 2] }).await;

    std::fs::remove_file(site.flows().join("shop.toml")).unwrap();
    site.flow("market").head("formerly = [\"orders\", \"shop\", \"hsop\"]").write(&site.flows());
    let (_, reloaded) = site.gantry(&["reload"]);
    assert!(reloaded.contains("shop (market takes over what it has)"), "{reloaded}");
    assert!(reloaded.contains("is left under `hsop`"), "{reloaded}");
    assert_eq!(reloaded.matches("is left under").count(), 1, "what `orders` had came to `shop` before: {reloaded}");
}
