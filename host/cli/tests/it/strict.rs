//! `gantry check --strict` and `gantry run --strict` agree, and what only the check warns of.

use crate::commands::{FLOW, directory, gantry, outcome, plugin};

/// A fault: a file and its text beside `flow.toml`, what is added to the flow, and what both commands say.
struct Fault {
    beside: (&'static str, &'static str),
    flow: String,
    said: &'static str,
}

fn added(lines: &str, beside: (&'static str, &'static str), said: &'static str) -> Fault {
    Fault { beside, flow: format!("{FLOW}{lines}"), said }
}

fn replaced(from: &str, to: &str, said: &'static str) -> Fault {
    Fault { beside: ("unused.txt", ""), flow: FLOW.replace(from, to), said }
}

fn faults() -> Vec<Fault> {
    let table = "[table.prices]\nfile = \"prices.csv\"\nkey = \"sku\"\n";
    let step = "[[step]]\nplugin = \"p.wasm\"\n";
    let schema = "schema = \"order.json\"\npath = \"/orders\"";
    let http = "[target.erp.http]\nurl = \"https://erp.example\"\nca = \"ca.pem\"\n";
    vec![
        replaced("name = \"orders\"", "name = \"orders\"\nnmae = 1", "nmae"),
        replaced("[flow]", "[flow", "flow.toml:2:"),
        replaced("name = \"orders\"\n", "", "needs the key `name`"),
        replaced("env:GANTRY_TEST_TOKEN", "file:no-such-secret", "no-such-secret"),
        replaced("env:GANTRY_TEST_TOKEN", "env:GANTRY_TEST_ABSENT", "GANTRY_TEST_ABSENT is not set"),
        replaced("env:GANTRY_TEST_TOKEN", "a literal secret", "a secret must be a reference"),
        added(table, ("unused.txt", ""), "prices.csv does not exist"),
        added(table, ("prices.csv", "sku,name\n"), "failed to load table `prices`"),
        added(table, ("prices.csv", "sku,name\n1,\"a\n"), "failed to load table `prices`"),
        added(step, ("unused.txt", ""), "p.wasm does not exist"),
        added(step, ("p.wasm", "(module)"), "WebAssembly text"),
        added(http, ("ca.pem", "no certificate"), "holds no certificate"),
        Fault { beside: ("order.json", "{"), flow: FLOW.replace("path = \"/orders\"", schema), said: "order.json" },
        Fault { beside: ("other.toml", FLOW), flow: FLOW.to_owned(), said: "there is another flow named `orders`" },
    ]
}

/// The text without the places at which it was wrapped.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !"|│".contains(*c)).collect()
}

#[test]
fn whatever_keeps_a_strict_run_from_starting_fails_a_strict_check_in_the_same_words() {
    for Fault { beside, flow, said } in faults() {
        let directory = directory(&[("flows/flow.toml", &flow), (&format!("flows/{}", beside.0), beside.1)]);
        let (checked, _, check) = outcome(&gantry(directory.path(), &["check", "--strict", "--offline", "flows"]));
        let run = ["run", "--strict", "--log-format", "human", "--data", "data", "flows"];
        let (ran, _, run) = outcome(&gantry(directory.path(), &run));
        assert!(checked == ran && (ran == 3 || ran == 4), "{said}: check {checked}, run {ran}\n{check}\n{run}");
        assert!(plain(&check).contains(&plain(said)), "{said}: {check}");
        assert!(plain(&run).contains(&plain(said)), "{said}: {run}");
    }
    let sound = directory(&[("flow.toml", FLOW)]);
    assert_eq!(outcome(&gantry(sound.path(), &["check", "--strict", "--offline", "flow.toml"])).0, 0);
}

#[test]
fn check_warns_of_references_that_nobody_resolves_and_of_paths_that_differ_by_a_slash() {
    let target = "[target.erp.http]\nurl = \"https://erp.example\"\nheaders = { x-key = \"env:ERP_KEY\" }\n";
    let step = "[[step]]\nplugin = \"p.wasm\"\nsettings = { login = { token = \"file:token\" }, note = \"file: see below\" }\n";
    let flow = FLOW
        .replace("goal = ", "as_is = \"\"\ngoal = ")
        .replace("[target.archive", &format!("{target}default = true\n[target.archive"));
    let other = FLOW
        .replace("\"orders\"", "\"other\"")
        .replace("/orders", "/orders/")
        .replace("archive.ndjson", "other.ndjson");
    let directory = directory(&[("flows/flow.toml", &(flow + step)), ("flows/other.toml", &other)]);
    std::fs::write(directory.path().join("flows/p.wasm"), gantry_guests::ECHO).unwrap();
    let (code, out, err) = outcome(&gantry(directory.path(), &["check", "--offline", "flows", "--format", "json"]));
    let (_, _, human) = outcome(&gantry(directory.path(), &["check", "--offline", "flows"]));
    assert_eq!(code, 0, "{out}{err}{human}");
    assert_eq!(out.matches("unresolved_reference").count(), 2, "{out}");
    assert!(human.contains("`settings.login.token` looks like a reference"), "{human}");
    assert!(human.contains("the value of this header looks like a reference"), "{human}");
    assert!(out.contains("similar_path") && human.contains("differs from `/orders`"), "{human}");
}

#[test]
fn check_warns_of_patterns_that_overlap_and_of_alerts_for_flows_that_there_are_none_of() {
    let webhook = FLOW.find("[source.webhook]").unwrap()..FLOW.find("[target.archive").unwrap();
    let files = |name: &str, pattern: &str| {
        let source = format!("[source.files]\ndirectory = \"inbox\"\npattern = \"{pattern}\"\nformat = \"csv\"\n");
        let mut flow = FLOW.to_owned();
        flow.replace_range(webhook.clone(), &source);
        flow.replace("\"orders\"", &format!("\"{name}\"")).replace("archive.ndjson", &format!("{name}.ndjson"))
    };
    let alert =
        "[[alert]]\nname = \"pager\"\nurl = \"https://example.com\"\nflows = [\"pirces\"]\nowners = [\"nobody\"]\n";
    let directory = directory(&[
        ("flows/orders.toml", &files("orders", "orders-*.csv")),
        ("flows/prices.toml", &files("prices", "prices-*.csv")),
        ("flows/rest.toml", &files("rest", "*-2026.csv")),
        ("gantry.toml", &format!("[admin]\ntoken = \"env:GANTRY_TEST_ABSENT\"\n{alert}")),
    ]);
    let (code, out, err) = outcome(&gantry(directory.path(), &["check", "--offline", "flows", "--format", "json"]));
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(out.matches("overlapping_patterns").count(), 1, "the last one with both of the others: {out}");
    assert!(out.contains("`orders-*.csv` to the flow at") && out.contains("`prices-*.csv` to the flow at"), "{out}");
    for number in 0..10 {
        let file = directory.path().join(format!("flows/a{number}.toml"));
        std::fs::write(file, files(&format!("a{number}"), &format!("a{number}-*"))).unwrap();
    }
    let (_, out_of_many, _) = outcome(&gantry(directory.path(), &["check", "--offline", "flows", "--format", "json"]));
    assert!(out_of_many.contains("and 2 more"), "{out_of_many}");
    assert_eq!(out.matches("unknown_flow").count(), 2, "{out}");
    assert!(out.contains("did you mean `prices`?") && out.contains("the token of the admin API"), "{out}");
}

#[test]
fn a_mistake_in_the_host_file_hides_none_of_the_flows() {
    let wrong = FLOW.replace("name = \"orders\"", "name = \"orders\"\nnmae = 1");
    let directory = directory(&[("flow.toml", &wrong), ("gantry.toml", "[intake]\nlisten = \"nowhere\"\n")]);
    let (code, _, err) = outcome(&gantry(directory.path(), &["check", "--offline", "flow.toml"]));
    assert!(code == 3 && err.contains("nmae") && err.contains("gantry.toml:2:10"), "{err}");
}

#[test]
fn check_holds_the_routes_of_golden_cases_to_the_targets_of_the_flow() {
    let case = r#"{"description": "goes to the archive", "input": [{"payload": 1}], "expected": [{"emit": [{"route": "archive", "payload": 1}]}]}"#;
    let elsewhere = case.replace("\"archive\"", "\"warehouse\"");
    let (author, component) = plugin(&[("cases/archive.json", case), ("cases/elsewhere.json", &elsewhere)]);
    let words = ["plugin", "build", ".", "--component", component.to_str().unwrap()];
    let (code, out, err) = outcome(&gantry(author.path(), &words));
    assert_eq!(code, 0, "{out}{err}");
    let flow = FLOW.to_owned() + "[[step]]\nplugin = \"p.wasm\"\n";
    let directory = directory(&[("flow.toml", &flow)]);
    std::fs::copy(author.path().join("dist/echo.wasm"), directory.path().join("p.wasm")).unwrap();
    let (code, _, err) = outcome(&gantry(directory.path(), &["check", "--offline", "flow.toml"]));
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("the golden case `elsewhere` of p.wasm expects the target `warehouse`"), "{err}");
    assert!(err.contains("flow.toml:") && !err.contains("golden case `archive`"), "{err}");
    let (code, _, _) = outcome(&gantry(directory.path(), &["check", "--offline", "--strict", "flow.toml"]));
    assert_eq!(code, 3);
}
