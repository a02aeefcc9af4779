//! What a complete file becomes.

use std::path::Path;
use std::time::Duration;

use gantry_config::{Auth, Dedupe, Flow, OnFailure, SecretRef, ValueFrom, Verify, XmlPath, diagram};
use gantry_core::BreakerPolicy;
use gantry_transport::source::files::{FileFormat, Files};
use gantry_transport::source::webhook::{Form, Idempotency, Split, Webhook};
use gantry_transport::target::file::FileTarget;
use gantry_transport::target::http::{BodyCondition, HttpTarget, Success, ValueTest};

use super::load_flows;

fn flows() -> Vec<Flow> {
    load_flows(&["tests/cases/complete"]).unwrap().0
}

fn flow(name: &str) -> Flow {
    flows().into_iter().find(|flow| flow.name.as_str() == name).unwrap()
}

fn absolute(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/complete").join(path)
}

#[test]
fn the_head_of_a_flow_is_read() {
    let flow = flow("shop-orders-to-erp");
    assert_eq!((flow.batch_messages, flow.in_flight), (50, 500));
    assert_eq!(flow.keep_dead_letters, Some(Duration::from_secs(90 * 86_400)));
    assert_eq!((flow.retry.attempts, flow.retry.cap, flow.retry.jitter), (5, Duration::from_secs(60), false));
    assert_eq!(flow.purpose.success.p95_latency, Some(Duration::from_secs(2)));
    assert_eq!(flow.version.len(), 16);
    assert_eq!(flow.default_target.as_str(), "erp");
}

#[test]
fn a_webhook_is_read() {
    let source = flow("shop-orders-to-erp").source;
    let webhook = source.of_kind::<Webhook>().unwrap().clone();
    assert_eq!((webhook.max_bytes, webhook.timeout), (256 << 10, Duration::from_secs(5)));
    assert_eq!(webhook.key, Some(ValueFrom::Pointer("/customer/id".into())));
    let Some(Dedupe { by, window }) = webhook.dedupe else { panic!("dedupe") };
    assert_eq!((by, window), (ValueFrom::Header("webhook-id".into()), Duration::from_secs(48 * 3600)));
    let idempotency = Idempotency { required: false, window: Duration::from_secs(24 * 3600) };
    assert_eq!(webhook.idempotency, Some(idempotency));
    assert_eq!(webhook.keep_headers, ["x-github-event"]);
    let Verify::StandardWebhooks { secrets, tolerance } = webhook.verify else { panic!("standard webhooks") };
    assert_eq!(secrets, [SecretRef::Env("SHOP_SECRET".into()), SecretRef::File(absolute("old-secret"))]);
    assert_eq!(tolerance, Duration::from_secs(60));
}

#[test]
fn what_a_webhook_says_of_its_bodies_is_read() {
    let source = load_flows(&["tests/cases/content"]).unwrap().0.remove(0).source;
    let webhook = source.of_kind::<Webhook>().unwrap().clone();
    assert_eq!(webhook.content_type.as_deref(), Some("application/json"));
    assert_eq!(webhook.form, Some(Form::Fields));
    assert_eq!(webhook.split, Some(Split { pointer: "/events".into(), max_messages: 500 }));
    assert_eq!(webhook.key, XmlPath::parse("/Event/Mail").map(ValueFrom::XmlPath));
    let Some(Dedupe { by: ValueFrom::XmlPath(path), .. }) = webhook.dedupe else { panic!("dedupe") };
    assert_eq!(path.attribute(), Some("id"));
}

#[test]
fn a_step_is_read_and_dates_in_its_settings_become_text() {
    let step = flow("shop-orders-to-erp").steps.remove(0);
    let plugin = step.plugin().unwrap();
    assert_eq!((step.name.as_str(), plugin.plugin.clone()), ("order-to-erp", absolute("plugins/order-to-erp.wasm")));
    assert_eq!(plugin.settings.to_string(), r#"{"currency":"EUR","since":"2026-01-31","rates":[1,2.5]}"#);
    assert!(plugin.grants.clock && plugin.grants.lookup.contains("products"));
    let models = gantry_core::FolderGrant { path: absolute("models"), at: "/data/models".to_owned() };
    assert_eq!((&plugin.grants.files[..], plugin.grants.env["REGION"].as_str()), (&[models][..], "eu"));
    assert_eq!((plugin.limits.memory_bytes, plugin.limits.outputs), (32 << 20, 10));
    assert_eq!(step.place.to_string(), "tests/cases/complete/orders.toml:33");
}

#[test]
fn targets_are_read() {
    let flow = flow("shop-orders-to-erp");
    let target = |name: &str| flow.targets[&name.parse().unwrap()].clone();
    let erp = target("erp");
    let http = erp.settings.of_kind::<HttpTarget>().unwrap();
    assert_eq!((http.method.as_str(), http.idempotency_header.as_str()), ("PUT", "x-request-id"));
    assert_eq!(http.headers, [("x-tenant".to_owned(), "acme".to_owned())]);
    assert!(matches!(&http.auth, Auth::Bearer(SecretRef::Env(name)) if name == "ERP_TOKEN"));
    assert_eq!((http.connection_life, http.ca.as_ref().unwrap().certificates.len()), (Duration::from_secs(300), 1));
    assert_eq!(http.answer_headers, ["x-job"]);
    assert_eq!(http.error_code.as_deref(), Some("/error/code"));
    let value = |pointer: &str, test| Some(BodyCondition::Value { pointer: pointer.to_owned(), test });
    let codes = ["LOCKED", "-32000", "true"].map(str::to_owned).to_vec();
    let success = Success {
        status: vec![200, 409],
        body: value("/error", ValueTest::Present(false)),
        retries: true,
        retry: value("/error/code", ValueTest::OneOf(codes)),
    };
    assert_eq!(http.success, success);
    assert_eq!((target("erp").concurrency, target("erp").retry.network.attempts), (4, 2));
    let archive = target("archive");
    assert_eq!(archive.settings.of_kind::<FileTarget>().unwrap().path, absolute("archive.ndjson"));
}

#[test]
fn what_one_class_of_failures_does_not_state_is_as_for_the_others() {
    let retry = flow("shop-orders-to-erp").targets[&"erp".parse().unwrap()].retry;
    assert_eq!((retry.timeout.attempts, retry.timeout.cap), (6, Duration::from_secs(600)));
    assert_eq!((retry.timeout.base, retry.timeout.jitter), (retry.network.base, true));
    assert_eq!((retry.unavailable.attempts, retry.throttled.cap), (2, Duration::from_secs(300)));
}

#[test]
fn a_breaker_and_a_budget_are_read_and_can_be_left_out() {
    let flow = flow("shop-orders-to-erp");
    let health = flow.targets[&"erp".parse().unwrap()].health;
    let breaker = health.breaker.unwrap();
    assert_eq!((breaker.window, breaker.minimum, breaker.probes), (10, 10, 10));
    assert_eq!((breaker.open_for, health.budget.share), (Duration::from_secs(5), 0.1));
    assert_eq!(flow.on_failure, OnFailure::Block);
    let default = flow.targets[&"archive".parse().unwrap()].health;
    assert_eq!(default.breaker, Some(BreakerPolicy::default()));
}

#[test]
fn schemas_are_read_with_what_they_refer_to() {
    let flow = flow("shop-orders-to-erp");
    let input = flow.input_schema.unwrap();
    assert_eq!(input.file(), Some(&*absolute("schemas/order.json")));
    assert_eq!(input.check("application/json", br#"{"customer": {}}"#)[0].path, "/customer/id");
    let of = |name: &str| flow.targets[&name.parse().unwrap()].schema.clone();
    assert_eq!(of("erp").unwrap().draft().unwrap().to_string(), "draft 7");
    assert!(of("archive").is_none());
}

#[test]
fn a_directory_of_files_is_read() {
    let source = flow("customers").source;
    let files = source.of_kind::<Files>().unwrap().clone();
    assert_eq!((files.directory, files.done), (absolute("inbox"), absolute("inbox/done")));
    assert_eq!((files.pattern.as_str(), files.poll), ("*.csv", Duration::from_secs(2)));
    let FileFormat::Csv(csv) = files.format else { panic!("csv") };
    assert_eq!((csv.dialect.delimiter, csv.group_by.as_deref()), (b';', Some("customer")));
}

#[test]
fn the_diagram_shows_purpose_source_steps_tables_targets_and_dead_letters() {
    insta::assert_snapshot!(diagram::mermaid(&flows()));
}

#[test]
fn a_flows_own_words_never_leave_their_label_in_the_diagram() {
    let mut flow = flow("customers");
    flow.purpose.goal = "\"]\n  end\n  click f0 \"javascript:alert(1)\" <img>".into();
    let chart = diagram::mermaid(&[flow]);
    assert!(!chart.contains("\n  click") && !chart.contains("<img>") && !chart.contains("\"javascript"), "{chart}");
}
