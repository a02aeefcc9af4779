//! No false all-clear: what would read as "nothing is wrong", and isn't, is an error of the real binary.

use std::path::Path;

use gantry_e2e::{Answer, FlowText, HostProcess, PATIENCE, Sink, TestHost, eventually, guest, run_gantry};
use gantry_runtime::NotReady;

/// A folder with one flow, `orders`.
fn site(erp: &Sink) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("flows")).unwrap();
    FlowText::new("orders")
        .step(guest("echo"), "name = \"translate\"")
        .target("erp", erp, "")
        .write(&dir.path().join("flows"));
    dir
}

/// The exit code of a command at this folder's data directory, and everything that it prints.
fn gantry(dir: &Path, command: &str) -> (i32, String) {
    let data = dir.join("data");
    let output = run_gantry(command.split(' ').chain(["--data", data.to_str().unwrap()]));
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code().unwrap(), text)
}

/// Sends an order that becomes a dead letter.
async fn fails(dir: &Path, host: &HostProcess, flow: &str) {
    let client = gantry_e2e::client_builder().build().unwrap();
    let sent = client.post(format!("http://{}/{flow}", host.intake)).body("{}").send().await.unwrap();
    assert_eq!(sent.status(), 202);
    let listed = format!("dlq list --flow {flow}");
    eventually("a dead letter", || async { gantry(dir, &listed).1.contains("target-refused-422") }).await;
}

fn log(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("log")).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_says_once_that_its_data_directory_is_new() {
    let erp = Sink::start().await;
    let dir = site(&erp);
    for _ in 0..2 {
        let host = HostProcess::start(dir.path()).await;
        host.signal("TERM");
        assert!(host.wait().success());
    }
    assert_eq!(log(dir.path()).matches("the data directory is new").count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_nobody_knows_is_an_error_with_the_one_that_was_meant() {
    let erp = Sink::start().await.answers_by(|_| Some(Answer::status(422)));
    let dir = site(&erp);
    let flows = dir.path().join("flows");
    FlowText::new("stock").target("erp", &erp, "").write(&flows);
    let host = HostProcess::start(dir.path()).await;
    fails(dir.path(), &host, "stock").await;
    std::fs::remove_file(flows.join("stock.toml")).unwrap();
    assert_eq!(gantry(dir.path(), "reload").0, 0);

    let unknown = [
        ("dlq list --flow ordres", "no flow `ordres` is in force", "did you mean `orders`?"),
        ("dlq list --count --flow ordres", "no flow `ordres`", "`orders`?"),
        ("dlq list --format json --flow stocks", "no flow `stocks`", "`stock`?"),
        ("dlq groups --flow ordres", "no flow `ordres`", "`orders`?"),
        ("dlq groups --target erpp", "no flow in force has a target `erpp`", "`erp`?"),
        ("dlq export --flow ordres", "no flow `ordres`", "`orders`?"),
        ("dlq list --flow orders --target erpp", "the flow `orders` does not have a target `erpp`", "`erp`?"),
        ("dlq redrive --yes --flow ordres", "no flow `ordres`", "`orders`?"),
        ("dlq discard --all --yes --reason x --flow ordres", "no flow `ordres`", "`orders`?"),
        ("dlq replay --all --yes --flow ordres", "no flow `ordres`", "`orders`?"),
        ("quality --flow ordres", "no flow `ordres`", "`orders`?"),
        (
            "quality --flow orders --step transalte",
            "the flow `orders` does not have a step `transalte`",
            "`translate`?",
        ),
    ];
    let known = [
        "dlq list --flow orders",
        "dlq list --flow orders --target erp",
        "dlq list --flow stock",
        "dlq list --flow stock --target erp",
        "dlq groups --flow stock",
        "quality --flow orders --step translate",
        "quality --step target.erp.schema",
    ];
    let look = || {
        for (command, what, meant) in unknown {
            let (code, text) = gantry(dir.path(), command);
            assert!(code == 7 && text.contains(what) && text.contains(meant), "{command}: {code} {text}");
        }
        for command in known {
            let (code, text) = gantry(dir.path(), command);
            assert_eq!(code, 0, "{command}: {text}");
        }
    };
    look();
    let (code, text) = gantry(dir.path(), "deploy history ordres/translate");
    assert!(code == 7 && text.contains("did you mean `orders`?"), "{text}");
    assert!(gantry(dir.path(), "dlq jobs").1.contains("no jobs"), "nothing was begun");

    host.signal("TERM");
    assert!(host.wait().success());
    look();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_put_back_into_a_flow_that_is_not_there_and_an_import_says_so() {
    let erp = Sink::start().await.answers_by(|_| Some(Answer::status(422)));
    let dir = site(&erp);
    let flows = dir.path().join("flows");
    FlowText::new("stock").target("erp", &erp, "").write(&flows);
    let host = HostProcess::start(dir.path()).await;
    fails(dir.path(), &host, "stock").await;
    fails(dir.path(), &host, "orders").await;
    let (_, listed) = gantry(dir.path(), "dlq list --flow stock --format json");
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let id = listed["dead_letters"][0]["id"].as_str().unwrap();
    let export = dir.path().join("stock.ndjson");
    let export = export.to_str().unwrap();
    assert_eq!(gantry(dir.path(), &format!("dlq export --flow stock -o {export}")).0, 0);
    std::fs::remove_file(flows.join("stock.toml")).unwrap();
    assert_eq!(gantry(dir.path(), "reload").0, 0);

    let look = || {
        for command in [
            &format!("dlq replay {id}"),
            "dlq redrive --yes --flow stock",
            "dlq redrive --yes",
            "dlq replay --all --yes --flow stock",
        ] {
            let (code, text) = gantry(dir.path(), command);
            assert!(code == 2 && text.contains("no flow `stock` is in force"), "{command}: {code} {text}");
            assert!(text.contains("put a flow of this name in place"), "{command}: {text}");
        }
        let (code, text) = gantry(dir.path(), &format!("dlq import {export}"));
        assert!(code == 0 && text.contains("no flow `stock` is in force here"), "{code} {text}");
        assert!(
            gantry(dir.path(), "dlq list --count --flow stock").1.contains("replaying     0"),
            "nothing was queued"
        );
    };
    look();
    host.signal("TERM");
    assert!(host.wait().success());
    look();

    FlowText::new("stock").target("erp", &erp, "").write(&flows);
    erp.set_rule(|_| None);
    let _host = HostProcess::start(dir.path()).await;
    let (code, text) = gantry(dir.path(), "dlq redrive --yes --wait");
    assert!(code == 0 && text.contains("finished"), "{code} {text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_whose_store_was_removed_takes_nothing_more_and_breaks() {
    let erp = Sink::start().await;
    let host = TestHost::start(&[FlowText::new("orders").target("erp", &erp, "")]).await;
    host.post("/orders", "{}").await;
    std::fs::remove_dir_all(host.scratch().join("data/store")).unwrap();
    assert_eq!(host.send("/orders", "{}", &[]).await.status(), 503);
    assert_eq!(host.handle().ready(), Err(NotReady::StoreUnavailable));
    assert!(host.breaks_within(PATIENCE).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_host_whose_store_was_replaced_ends_with_the_code_of_a_failed_store() {
    let erp = Sink::start().await;
    let dir = site(&erp);
    let host = HostProcess::start(dir.path()).await;
    let store = dir.path().join("data/store");
    std::fs::rename(&store, dir.path().join("moved")).unwrap();
    std::fs::create_dir(&store).unwrap();
    assert_eq!(host.wait().code(), Some(6));
    let log = log(dir.path());
    assert!(log.contains("was removed or replaced while it was open") && log.contains("its files are gone"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_of_strangers_are_counted_and_logged_once_with_their_path() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("flows")).unwrap();
    std::fs::write(dir.path().join("token"), "a token that nobody has").unwrap();
    let source = format!(
        "[source.webhook]\npath = \"/orders\"\nverify.bearer.tokens = [\"file:{}\"]\n",
        dir.path().join("token").display()
    );
    FlowText::new("orders").source(&source).target("erp", &erp, "").write(&dir.path().join("flows"));
    let host = HostProcess::start(dir.path()).await;
    let client = gantry_e2e::client_builder().build().unwrap();
    for _ in 0..3 {
        for (url, status) in [
            (format!("http://{}/orders", host.intake), 401),
            (format!("http://{}/order", host.intake), 404),
            (format!("http://{}/v1/reload", host.admin), 401),
        ] {
            let asked = client.post(url).bearer_auth("a wrong one").body("{}").send().await.unwrap();
            assert_eq!(asked.status(), status);
        }
    }
    let log = log(dir.path());
    for line in [
        "a request was refused: its sender is not authenticated",
        "a request came for a path that no flow listens on",
        "a request to the admin API was refused: it has no token, or a wrong one",
    ] {
        assert_eq!(log.matches(line).count(), 1, "{line}: {log}");
    }
    let metrics = client.get(format!("http://{}/metrics", host.admin)).send().await.unwrap().text().await.unwrap();
    for reason in ["unknown_path", "admin_unauthorized"] {
        assert!(metrics.contains(&format!("gantry_requests_refused_total{{reason=\"{reason}\"}} 3")), "{metrics}");
    }
}
