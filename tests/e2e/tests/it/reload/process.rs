//! All ways to trigger a reload of the real binary, and the state after a crash that follows one.

use std::path::Path;

use gantry_e2e::{FlowText, HostProcess, Sink, eventually, guest, replace, run_gantry};
use reqwest::Client;
use serde_json::Value;

fn client() -> Client {
    gantry_e2e::client_builder().build().unwrap()
}

fn flow(name: &str, erp: &Sink) -> FlowText {
    FlowText::new(name).step(guest("echo"), "").target("erp", erp, "")
}

fn directory(flows: &[FlowText]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("flows")).unwrap();
    flows.iter().for_each(|flow| flow.write(&dir.path().join("flows")));
    dir
}

async fn status(host: &HostProcess, path: &str) -> u16 {
    client().post(format!("http://{}{path}", host.intake)).body("{}").send().await.unwrap().status().as_u16()
}

async fn ask(host: &HostProcess, dir: &Path, post: bool, path: &str) -> (u16, Value) {
    let client = client();
    let url = format!("http://{}{path}", host.admin);
    let token = std::fs::read_to_string(dir.join("data/admin.token")).unwrap();
    let request = if post { client.post(url) } else { client.get(url) };
    let response = request.bearer_auth(token.trim()).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

fn reload(dir: &Path) -> std::process::Output {
    run_gantry(["reload".as_ref(), "--data".as_ref(), dir.join("data").as_os_str()])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_the_api_and_sighup_reload_and_a_crash_after_it_restarts_with_the_new_files() {
    let erp = Sink::start().await;
    let top = directory(&[flow("one", &erp)]);
    let dir = top.path();
    let flows = top.path().join("flows");
    assert_eq!(reload(dir).status.code(), Some(5), "there is no host yet");
    let host = HostProcess::start(dir).await;

    flow("two", &erp).write(&flows);
    let done = reload(dir);
    let printed = String::from_utf8(done.stdout).unwrap();
    assert!(
        done.status.success() && printed.contains("added      two") && printed.contains("unchanged  one"),
        "{printed}"
    );
    assert_eq!(status(&host, "/two").await, 202);

    std::fs::write(flows.join("three.toml"), "[flow]\nname = \"three\"\nnmae = 3\n").unwrap();
    let refused = reload(dir);
    let printed = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(3), "{printed}");
    assert!(printed.contains("three.toml:3:1: ") && printed.contains("nothing changed"), "{printed}");
    let (code, problem) = ask(&host, dir, true, "/v1/reload").await;
    assert_eq!((code, problem["code"].as_str()), (422, Some("reload-refused")), "{problem}");
    let found = problem["diagnostics"].as_array().unwrap();
    assert!(found.iter().any(|mistake| mistake["line"] == 3 && mistake["column"] == 1), "{problem}");
    let (code, ready) = ask(&host, dir, false, "/readyz").await;
    assert_eq!((code, ready["last_reload"]["result"].as_str()), (200, Some("refused")), "{ready}");

    flow("three", &erp).write(&flows);
    host.signal("HUP");
    eventually("SIGHUP to add the flow", || async { status(&host, "/three").await == 202 }).await;
    let (_, last) = ask(&host, dir, false, "/v1/reload").await;
    assert_eq!((last["trigger"].as_str(), last["result"].as_str()), (Some("signal"), Some("applied")), "{last}");

    host.kill();
    let host = HostProcess::start(dir).await;
    for path in ["/one", "/two", "/three"] {
        assert_eq!(status(&host, path).await, 202, "{path}");
    }
    host.signal("TERM");
    assert!(host.wait().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_watches_its_files_takes_an_edit_in_force_by_itself() {
    let erp = Sink::start().await;
    let top = directory(&[flow("one", &erp)]);
    let dir = top.path();
    let flows = top.path().join("flows");
    let host = HostProcess::start_with(dir, "[reload]\nwatch = true\n").await;
    flow("two", &erp).write(&flows);
    eventually("the new flow to take in", || async { status(&host, "/two").await == 202 }).await;
    std::fs::write(flows.join("two.toml"), "nonsense").unwrap();
    eventually("the broken edit to be refused", || async {
        ask(&host, dir, false, "/v1/reload").await.1["result"] == "refused"
    })
    .await;
    assert_eq!(status(&host, "/two").await, 202, "the old version is still there");
    std::fs::remove_file(flows.join("two.toml")).unwrap();
    eventually("the removed flow to stop", || async { status(&host, "/two").await == 404 }).await;
    assert_eq!(status(&host, "/one").await, 202);
    host.signal("TERM");
    assert!(host.wait().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_watches_its_files_notices_replaced_certificates_of_a_target() {
    let certificates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../host/transport/tests/tls/authority.pem");
    let good = std::fs::read(certificates).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let ca = elsewhere.path().join("ca.pem");
    std::fs::write(&ca, &good).unwrap();
    let top = directory(&[FlowText::new("in").target_at("erp", "https://localhost:1/", &format!("ca = {ca:?}"))]);
    let dir = top.path();
    let host = HostProcess::start_with(dir, "[reload]\nwatch = true\n").await;
    replace(&ca, "no certificate");
    eventually("the broken file to be refused", || async {
        ask(&host, dir, false, "/v1/reload").await.1["result"] == "refused"
    })
    .await;
    replace(&ca, [&good[..], &good].concat());
    eventually("the good one to be taken up", || async {
        ask(&host, dir, false, "/v1/reload").await.1["result"] == "applied"
    })
    .await;
    host.signal("TERM");
    assert!(host.wait().success());
}
