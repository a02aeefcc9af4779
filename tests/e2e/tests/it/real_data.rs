//! Real data from other projects, through real plugins: every message that comes in is delivered or is a dead letter,
//! complete. The data is beside the checkout (`../shared/data`); if it is absent, the tests say so and pass.

use std::collections::{BTreeMap, BTreeSet};

use gantry_e2e::{FlowText, Sink, TestHost, plugin, shared_data};
use gantry_security::sign;
use serde_json::Value;

fn drop_source(directory: &std::path::Path, csv: &str) -> String {
    format!(
        "[source.files]\ndirectory = {:?}\npattern = \"*.csv\"\npoll = \"50ms\"\nformat = \"csv\"\n{csv}\n",
        directory.display().to_string()
    )
}

fn rows(file: &std::path::Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read(file).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_slice());
    let header = reader.headers().unwrap().clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.unwrap();
        rows.push(header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect());
    }
    rows
}

/// Puts a file into the watched directory as senders should: under another name first, then renamed.
fn drop_file(from: &std::path::Path, directory: &std::path::Path) {
    std::fs::create_dir_all(directory).unwrap();
    let part = directory.join(".arriving");
    std::fs::copy(from, &part).unwrap();
    std::fs::rename(part, directory.join(from.file_name().unwrap())).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_northwind_customers_and_orders_reach_the_erp() {
    let Some(data) = shared_data("northwind") else { return };
    let customers = Sink::start().await;
    let orders = Sink::start().await;
    let drop = tempfile::tempdir().unwrap();
    let customers_in = drop.path().join("customers");
    let orders_in = drop.path().join("orders");
    let customer_flow = FlowText::new("customers")
        .source(&drop_source(&customers_in, ""))
        .step(plugin("customer-to-erp"), "settings = { input = \"northwind\", phones = \"keep\" }")
        .target("erp", &customers, "");
    let order_flow = FlowText::new("orders")
        .source(&drop_source(&orders_in, "csv = { group_by = \"OrderID\" }"))
        .table("products", &data.join("products.csv"), "ProductID")
        .step(
            plugin("order-to-erp"),
            "settings = { input = \"northwind\", default_currency = \"USD\" }\ngrants = { lookup = [\"products\"] }",
        )
        .target("erp", &orders, "");
    let host = TestHost::start(&[customer_flow, order_flow]).await;
    drop_file(&data.join("customers.csv"), &customers_in);
    drop_file(&data.join("orders.csv"), &orders_in);
    customers.wait_for(91).await;
    orders.wait_for(830).await;
    let reports = host.settled().await;
    for (report, expected) in reports.iter().zip([91, 830]) {
        let counts = report.counts;
        assert_eq!(counts.received, expected, "{}", report.name);
        assert_eq!(counts.delivered + counts.dead_lettered, expected, "{}: none lost", report.name);
    }
    assert!(host.dead_letters().await.is_empty(), "{:#?}", host.dead_letters().await[0].reason);

    let names: BTreeSet<_> =
        rows(&data.join("customers.csv")).into_iter().map(|row| row["CompanyName"].clone()).collect();
    let sent = customers.accepted();
    let texts: Vec<_> = sent.iter().map(gantry_e2e::Seen::text).collect();
    for name in names {
        let quoted = Value::from(name.as_str()).to_string();
        assert!(texts.iter().any(|text| text.contains(&quoted)), "{name} arrived with its accents");
    }
    let lines: usize = orders.accepted().iter().map(lines_of).sum();
    assert_eq!(lines, rows(&data.join("orders.csv")).len(), "every order line");
    let keys: BTreeSet<_> = orders.accepted().iter().map(gantry_e2e::Seen::idempotency_key).collect();
    assert_eq!(keys.len(), 830, "each order once");
    host.stop().await;
}

fn lines_of(seen: &gantry_e2e::Seen) -> usize {
    let order: Value = serde_json::from_slice(&seen.body).unwrap();
    order["lines"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_recorded_github_webhooks_arrive_byte_for_byte() {
    let Some(file) = shared_data("github-webhooks/examples.json") else { return };
    let events: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let payloads: Vec<(String, String)> = events
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|event| {
            let name = event["name"].as_str().unwrap().to_owned();
            event["examples"].as_array().unwrap().iter().map(move |example| (name.clone(), example.to_string()))
        })
        .collect();
    assert_eq!(payloads.len(), 329);
    let secrets = tempfile::tempdir().unwrap();
    let secret = secrets.path().join("hook");
    std::fs::write(&secret, "It's a Secret to Everybody").unwrap();
    // Some recordings are equal: as requests, they would be replays.
    let source = format!(
        "[source.webhook]\npath = \"/github\"\nmax_bytes = \"25MiB\"\nkeep_headers = [\"x-github-event\"]\n\
         accept_replays = true\n\
         verify = {{ github = {{ secrets = [\"file:{}\"] }} }}\n",
        secret.display()
    );
    let target = Sink::start().await;
    let flow = FlowText::new("github").source(&source).step(plugin("echo"), "").target("store", &target, "");
    let host = TestHost::start(&[flow]).await;
    for (event, payload) in &payloads {
        let signature = sign::github("It's a Secret to Everybody", payload.as_bytes());
        let headers = [("x-github-event", event.as_str()), ("x-hub-signature-256", signature.as_str())];
        let response = host.send("/github", payload.clone(), &headers).await;
        assert_eq!(response.status(), 202, "{event}");
    }
    target.wait_for(329).await;
    host.settled().await;
    let mut sent: Vec<_> = payloads.iter().map(|(_, payload)| payload.clone().into_bytes()).collect();
    let mut arrived: Vec<_> = target.accepted().iter().map(|seen| seen.body.to_vec()).collect();
    sent.sort();
    arrived.sort();
    assert!(sent == arrived, "every payload arrived, byte for byte");
    host.stop().await;
}
