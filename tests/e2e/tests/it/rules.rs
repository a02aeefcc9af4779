//! Messages held to the rules in a flow's file: what becomes of them, and what is counted of it.

use std::path::Path;

use gantry_control::reload::ReloadResult;
use gantry_control::rollout::DeployRequest;
use gantry_core::{Severity, Stage, rollout::TermsChange};
use gantry_e2e::{
    FlowText, HostProcess, Operator as _, Sink, TestHost, eventually, guest, replace, repository, run_gantry,
    shared_data, versioned,
};
use gantry_store::{QualityFilter, QualityReport};

/// An order has lines with a known article and a quantity; a total that isn't that of the lines is worth a look.
const RULES: &str = r#"
[[step.rule]]
field = "/lines/*/sku"
required = true
lookup = "products"

[[step.rule]]
field = "/lines/*/quantity"
type = "integer"
min = 1

[[step.rule]]
field = "/total"
sum_of = "/lines/*/amount"
severity = "warning"
"#;

const GOOD: &str = r#"{ "lines": [{"sku": "A1", "quantity": 2, "amount": 0.1}, {"sku": "B2"}], "total": 0.10 }"#;
const ODD: &str = r#"{ "lines": [{"sku": "A1", "amount": 0.1}], "total": 0.2 }"#;
const WRONG: &str = r#"{ "lines": [{"sku": "A1", "quantity": 0}, {"quantity": "1"}, {"sku": "ZZ"}], "total": 7 }"#;

fn products(folder: &Path) -> std::path::PathBuf {
    let file = folder.join("products.csv");
    std::fs::write(&file, "sku,name\nA1,Tea\nB2,Milk\n").unwrap();
    file
}

async fn quality(host: &TestHost) -> QualityReport {
    host.handle().store().quality(QualityFilter::default()).await.unwrap()
}

/// What was counted, as `step code field severity messages violations`.
fn counted(report: &QualityReport) -> Vec<String> {
    let rows = report.rows.iter().map(|row| {
        let severity = row.severity.name();
        format!("{} {} {} {severity} {} {}", row.step, row.code, row.field, row.messages, row.violations)
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort();
    rows
}

#[tokio::test]
async fn a_message_that_breaks_rules_is_a_dead_letter_with_all_of_them_and_the_others_go_through_unchanged() {
    let erp = Sink::start().await;
    let folder = tempfile::tempdir().unwrap();
    let table = products(folder.path());
    let flow = FlowText::new("in").table("products", &table, "sku").rules("plausible", RULES).target("erp", &erp, "");
    let host = TestHost::start(&[flow]).await;
    for message in [GOOD, ODD, WRONG] {
        host.post("/in", message).await;
    }
    let report = &host.settled().await[0];
    assert_eq!((report.counts.delivered, report.counts.dead_lettered), (2, 1));
    assert_eq!((report.steps.as_slice(), report.rules[0].rules), (&["plausible".to_owned()][..], 3));
    let mut sent: Vec<_> = erp.accepted().iter().map(gantry_e2e::Seen::text).collect();
    sent.sort();
    assert_eq!(sent, [ODD, GOOD], "byte for byte, warnings included");

    let dead_letter = host.dead_letters().await.remove(0);
    assert_eq!((dead_letter.stage, dead_letter.reason.code.as_str()), (Stage::Validate, "invalid"));
    assert_eq!(dead_letter.reason.text, "the message breaks 4 rules of step `plausible`");
    let found: Vec<_> = dead_letter.reason.violations.iter().map(|v| (v.path.as_str(), v.code.as_str())).collect();
    let expected = [
        ("/lines/1/sku", "missing-field"),
        ("/lines/2/sku", "unknown-key"),
        ("/lines/0/quantity", "out-of-range"),
        ("/lines/1/quantity", "wrong-type"),
    ];
    assert_eq!(found, expected);
    let expected = [
        "plausible missing-field /lines/*/sku error 1 1",
        "plausible out-of-range /lines/*/quantity error 1 1",
        "plausible unknown-key /lines/*/sku error 1 1",
        "plausible wrong-sum /total warning 2 2",
        "plausible wrong-type /lines/*/quantity error 1 1",
    ];
    assert_eq!(counted(&quality(&host).await), expected);
    let metrics = host.handle().scrape().unwrap();
    for counted in [
        r#"gantry_quality_violations_total{code="wrong-sum",flow="in",severity="warning",step="plausible"} 2"#,
        r#"gantry_rules_messages_total{flow="in",step="plausible"} 3"#,
        r#"gantry_violations_total{flow="in",rule="unknown-key"} 1"#,
    ] {
        assert!(metrics.contains(counted), "{counted} in {metrics}");
    }
    host.stop().await;
}

#[tokio::test]
async fn a_message_is_counted_once_however_often_it_is_replayed_and_tried() {
    let erp = Sink::start().await.answers(503, 2);
    let folder = tempfile::tempdir().unwrap();
    let table = products(folder.path());
    let flow = FlowText::new("in").table("products", &table, "sku").rules("plausible", RULES);
    let host = TestHost::start(&[flow.target(
        "erp",
        &erp,
        "retry = { attempts = 3, base = \"5ms\", budget = { share = 1.0 } }",
    )])
    .await;
    host.post("/in", ODD).await;
    host.post("/in", WRONG).await;
    host.settled().await;
    assert_eq!(erp.seen().len(), 3, "the one with a warning was tried again");
    let before = counted(&quality(&host).await);
    assert!(before.contains(&"plausible wrong-sum /total warning 2 2".to_owned()), "{before:?}");
    let dead_letter = host.dead_letters().await.remove(0);
    host.handle().store().replay(dead_letter.id, "olga".into(), None).await.unwrap();
    eventually("the replay to fail again", || async {
        host.dead_letters().await[0].replays.iter().any(|r| r.outcome.is_some())
    })
    .await;
    assert_eq!(counted(&quality(&host).await), before);
    let host = host.restart().await;
    assert_eq!(counted(&quality(&host).await), before, "counts outlast a restart");
    host.stop().await;
}

#[tokio::test]
async fn schemas_and_plugins_are_counted_beside_rules() {
    let erp = Sink::start().await;
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("in.json");
    std::fs::write(&schema, r#"{ "required": ["id"] }"#).unwrap();
    let flow = FlowText::new("in").source_line(&format!("schema = {:?}", schema.display().to_string()));
    let host = TestHost::start(&[flow.target("erp", &erp, "")]).await;
    host.post("/in", "{}").await;
    host.settled().await;
    assert_eq!(counted(&quality(&host).await), ["source.schema missing-field /id error 1 1"]);
    host.stop().await;
}

#[tokio::test]
async fn a_step_that_skips_says_which_messages_the_flow_is_for() {
    let erp = Sink::start().await;
    let rules = "on_violation = \"skip\"\n[[step.rule]]\nfield = \"/country\"\nrequired = true\none_of = [\"DE\"]\n";
    let host = TestHost::start(&[FlowText::new("in").rules("ours", rules).target("erp", &erp, "")]).await;
    let other = host.post("/in", r#"{"country": "FR"}"#).await;
    host.post("/in", r#"{"country": "DE"}"#).await;
    host.post("/in", "no JSON").await;
    let counts = host.settled().await[0].counts;
    assert_eq!((counts.delivered, counts.skipped, counts.dead_lettered), (1, 1, 1), "what is no JSON can't be asked");
    let timeline = host.handle().store().history(other).await.unwrap().unwrap().timeline;
    assert!(format!("{timeline:?}").contains("wrong-value"), "{timeline:?}");
    assert_eq!(counted(&quality(&host).await), ["ours not-json  error 1 1"]);
    host.stop().await;
}

#[tokio::test]
async fn rules_and_plugins_see_a_new_table_without_a_restart_and_a_broken_one_leaves_the_old_in_force() {
    let erp = Sink::start().await;
    let folder = tempfile::tempdir().unwrap();
    let table = products(folder.path());
    let known = "[[step.rule]]\nfield = \"/sku\"\nlookup = \"products\"\n";
    let ruled = FlowText::new("ruled").table("products", &table, "sku").rules("known", known).target("erp", &erp, "");
    let looked = FlowText::new("looked").table("products", &table, "sku");
    let looked = looked.step(guest("lookup_user"), "grants.lookup = [\"products\"]").target("erp", &erp, "");
    let host = TestHost::start(&[ruled, looked]).await;
    let ends = async |expected: (u64, u64), row: &str| {
        host.post("/ruled", r#"{"sku": "C3"}"#).await;
        host.post("/looked", "products C3").await;
        let reports = host.settled().await;
        let of = |name: &str| reports.iter().find(|report| report.name == name).unwrap().counts;
        assert_eq!((of("ruled").delivered, of("ruled").dead_lettered), expected);
        assert!(erp.accepted().iter().any(|seen| seen.text() == row), "{row}");
    };
    ends((0, 1), "none").await;
    replace(&table, "sku,name\nC3,Coffee\n");
    assert_eq!(host.reload().await.result, ReloadResult::Applied);
    ends((1, 1), r#"{"sku":"C3","name":"Coffee"}"#).await;
    replace(&table, "sku,name\nC3,Coffee\nC3,Cocoa\n");
    assert_eq!(host.reload().await.result, ReloadResult::Refused);
    ends((2, 1), r#"{"sku":"C3","name":"Coffee"}"#).await;
    host.stop().await;
}

#[tokio::test]
async fn a_dry_run_goes_through_rules_and_nothing_is_deployed_to_them() {
    let erp = Sink::start().await;
    let folder = tempfile::tempdir().unwrap();
    let table = products(folder.path());
    let flow = FlowText::new("in").table("products", &table, "sku").rules("plausible", RULES);
    let flow = flow.step(guest("trap_on"), "name = \"map\"").target("erp", &erp, "");
    let host = TestHost::start(&[flow]).await;
    host.post("/in", r#"{"lines": [], "note": "poison"}"#).await;
    host.post("/in", WRONG).await;
    host.settled().await;
    let dead_letters: Vec<_> = host.dead_letters().await.into_iter().map(|dead_letter| dead_letter.id).collect();
    assert_eq!(dead_letters.len(), 2);
    let new = host.publish(versioned("echo", "2.0.0")).await;
    let report = host.handle().dry_run("in".parse().unwrap(), "map".into(), &new, dead_letters.clone()).await.unwrap();
    assert_eq!((report.messages, report.newly_passing, report.same), (2, 1, 1), "{report:?}");
    let refused =
        host.handle().dry_run("in".parse().unwrap(), "plausible".into(), &new, dead_letters).await.unwrap_err();
    assert!(refused.to_string().contains("holds messages to rules, which stand in the flow's file"), "{refused}");
    let flow = "in".parse().unwrap();
    let by = "olga".to_owned();
    let request =
        DeployRequest { flow, step: "plausible".into(), plugin: new.clone(), by, terms: TermsChange::default() };
    assert_eq!(host.handle().deploy(request).await.unwrap_err().to_string(), refused.to_string());
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operators_see_rules_at_the_command_line() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let flows = dir.path().join("flows");
    std::fs::create_dir(&flows).unwrap();
    let table = products(dir.path());
    FlowText::new("in")
        .table("products", &table, "sku")
        .rules("plausible", RULES)
        .target("erp", &erp, "")
        .write(&flows);
    let said = |args: &[&str]| {
        let output = run_gantry(args);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        text
    };
    let data = dir.path().join("data").display().to_string();
    let paths = flows.display().to_string();
    let host = HostProcess::start(dir.path()).await;
    said(&["check", "--offline", &paths]);
    let diagram = said(&["flow", "diagram", &paths]);
    assert!(diagram.contains("plausible<br/>3 rules") && diagram.contains("-. lookup .->"), "{diagram}");
    let client = gantry_e2e::client_builder().build().unwrap();
    for message in [WRONG, ODD] {
        let request = client.post(format!("http://{}/in", host.intake)).header("content-type", "application/json");
        assert_eq!(request.body(message).send().await.unwrap().status(), 202);
    }
    erp.wait_for(1).await;
    let quality = |more: &[&str]| said(&[&["quality", "--data", &data][..], more].concat());
    eventually("both to be counted", || async {
        quality(&[]).contains("unknown-key") && quality(&[]).contains("2         2")
    })
    .await;
    let table = quality(&["--step", "plausible", "--since", "2h"]);
    assert!(table.contains("SEVERITY") && table.contains("/lines/*/quantity") && table.contains('█'), "{table}");
    assert!(said(&["flow", "list", "--data", &data]).contains("plausible: 3 rules"));
    host.signal("TERM");
    assert!(host.wait().success());
    let at_rest: serde_json::Value =
        serde_json::from_str(&quality(&["--code", "wrong-sum", "--format", "json"])).unwrap();
    assert_eq!((&at_rest["rows"][0]["messages"], &at_rest["rows"][0]["severity"]), (&2.into(), &"warning".into()));
    assert!(quality(&["--code", "other"]).contains("no rule was broken"));
}

/// The flow in the guide.
fn of_the_guide() -> String {
    let page = std::fs::read_to_string(repository().join("docs/guides/check-data-without-a-plugin.md")).unwrap();
    let (_, behind) = page.split_once("```toml flow\n").unwrap();
    behind.split_once("```").unwrap().0.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_guides_rules_find_what_is_wrong_with_northwinds_orders() {
    let Some(data) = shared_data("northwind") else { return };
    let erp = Sink::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut text = of_the_guide().replace("https://erp.example.com/orders", &erp.url("/orders"));
    text = text.replace("format = \"csv\"", "format = \"csv\"\npoll = \"50ms\"");
    for file in ["inbox", "customers.csv", "products.csv"] {
        let place = if file == "inbox" { folder.path().join(file) } else { data.join(file) };
        text = text.replace(&format!("\"{file}\""), &format!("{:?}", place.display().to_string()));
    }
    std::fs::create_dir(folder.path().join("inbox")).unwrap();
    std::fs::copy(data.join("orders.csv"), folder.path().join("inbox/.arriving")).unwrap();
    std::fs::rename(folder.path().join("inbox/.arriving"), folder.path().join("inbox/orders.csv")).unwrap();
    let host = TestHost::start(&[FlowText::whole("orders", &text)]).await;
    erp.wait_for(825).await;
    eventually("every order to be taken in", || async { host.handle().reports()[0].counts.received == 830 }).await;
    let counts = host.settled().await[0].counts;
    assert_eq!((counts.delivered, counts.dead_lettered), (825, 5));
    for dead_letter in host.dead_letters().await {
        assert_eq!(dead_letter.reason.violations[0].code, "wrong-postcode");
        assert!(String::from_utf8_lossy(&dead_letter.received.payload).contains("\"8022\""));
    }
    let report = quality(&host).await;
    let expected = [
        "plausible large-quantity /rows/*/Quantity warning 13 13",
        "plausible shipped-late /rows/*/ShippedDate warning 37 92",
        "plausible wrong-postcode /rows/*/ShipPostalCode error 5 8",
    ];
    assert_eq!(counted(&report), expected);
    assert_eq!(report.rows[0].severity, Severity::Warning, "those of most messages first");
    host.stop().await;
}
