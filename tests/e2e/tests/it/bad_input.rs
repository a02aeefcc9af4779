//! Bad input: each is refused with a message that says what is wrong, where, and how to fix it; nothing is lost.

use std::path::Path;
use std::process::Output;

use gantry_e2e::{FlowText, HostProcess, Sink, TestHost, guest, run_gantry};

fn check(dir: &Path) -> (i32, String) {
    let output: Output = run_gantry(["check".as_ref(), "--offline".as_ref(), dir.as_os_str()]);
    // Long lines are wrapped; where depends on the length of a temporary path.
    let printed = String::from_utf8(output.stderr).unwrap().replace("\n  | ", " ");
    (output.status.code().unwrap(), printed)
}

/// Writes `text` as a flow file and checks it.
fn check_flow(text: impl AsRef<[u8]>) -> (i32, String) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("flow.toml"), text).unwrap();
    check(dir.path())
}

/// A flow whose plugin is a file with these bytes.
fn check_plugin(bytes: &[u8]) -> (i32, String) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("plugin.wasm"), bytes).unwrap();
    let flow = FlowText::new("f").step("plugin.wasm", "").target_at("t", "http://127.0.0.1:9/", "");
    std::fs::write(dir.path().join("flow.toml"), flow.render()).unwrap();
    check(dir.path())
}

fn assert_says((exit_code, printed): &(i32, String), code: i32, words: &[&str]) {
    assert_eq!(*exit_code, code, "{printed}");
    for word in words {
        assert!(printed.contains(word), "`{word}` is not in:\n{printed}");
    }
}

#[test]
fn malformed_toml_is_refused_with_its_line_and_column() {
    assert_says(&check_flow("[flow]\nname = \"a\nordering = 1"), 3, &["flow.toml:2:"]);
}

#[test]
fn an_unknown_field_is_refused_with_the_nearest_known_one() {
    let flow = FlowText::new("f").target_at("t", "http://127.0.0.1:9/", "timeuot = \"5s\"").render();
    assert_says(&check_flow(flow), 3, &["timeuot", "timeout"]);
}

#[test]
fn a_missing_plugin_is_refused_with_its_path() {
    let flow = FlowText::new("f").step("nowhere.wasm", "").target_at("t", "http://127.0.0.1:9/", "").render();
    assert_says(&check_flow(flow), 3, &["nowhere.wasm", "flow.toml:"]);
}

#[test]
fn invalid_utf_8_in_a_flow_file_is_refused_with_its_place() {
    assert_says(&check_flow(b"[flow]\nname = \"\xff\"\n"), 3, &["UTF-8", "flow.toml:2:"]);
}

#[test]
fn a_core_module_instead_of_a_component_is_refused_with_how_to_build_one() {
    assert_says(&check_plugin(b"\0asm\x01\0\0\0"), 4, &["core WebAssembly module", "wasm32-wasip2"]);
}

#[test]
fn a_component_of_another_world_is_refused_with_what_it_lacks() {
    assert_says(&check_plugin(b"\0asm\x0d\0\x01\0"), 4, &["gantry:plugin/transform"]);
}

#[test]
fn a_file_that_is_no_wasm_is_refused() {
    assert_says(&check_plugin(b"#!/bin/sh\n"), 4, &["plugin.wasm"]);
}

#[test]
fn an_ungranted_import_is_refused_with_the_line_that_would_grant_it() {
    let dir = tempfile::tempdir().unwrap();
    let flow = FlowText::new("f").step(guest("lookup_user"), "").target_at("t", "http://127.0.0.1:9/", "");
    std::fs::write(dir.path().join("flow.toml"), flow.render()).unwrap();
    assert_says(&check(dir.path()), 4, &["gantry:plugin/lookup", "grants = {", "flow.toml:"]);
}

#[tokio::test]
async fn a_100_mib_body_is_refused_with_413_before_it_is_read() {
    let erp = Sink::start().await;
    let host = TestHost::start(&[FlowText::new("in").target("erp", &erp, "")]).await;
    let response = host.send("/in", vec![b'x'; 100 << 20], &[]).await;
    assert_eq!(response.status(), 413);
    assert_eq!(host.settled().await[0].counts.received, 0);
    host.stop().await;
}

#[tokio::test]
async fn a_wrong_signature_and_a_stale_timestamp_are_refused_with_401() {
    let secrets = tempfile::tempdir().unwrap();
    let secret = secrets.path().join("s");
    std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let verify = format!("verify = {{ standard_webhooks = {{ secrets = [\"file:{}\"] }} }}", secret.display());
    let source = format!("[source.webhook]\npath = \"/in\"\n{verify}\n");
    let erp = Sink::start().await;
    let host = TestHost::start(&[FlowText::new("in").source(&source).target("erp", &erp, "")]).await;
    // The specification's own example: a right signature, of February 2021.
    let stale = [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ];
    let refused = host.send("/in", r#"{"test": 2432232314}"#, &stale).await;
    assert_eq!(refused.status(), 401);
    assert!(refused.text().await.unwrap().contains("timestamp"));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().to_string();
    let wrong = [("webhook-id", "msg_1"), ("webhook-timestamp", now.as_str()), ("webhook-signature", "v1,AAAA")];
    assert_eq!(host.send("/in", "{}", &wrong).await.status(), 401);
    assert_eq!(host.settled().await[0].counts.received, 0);
    host.stop().await;
}

#[tokio::test]
async fn a_csv_with_a_ragged_row_goes_to_failed_with_its_line_and_nothing_of_it_is_taken() {
    let erp = Sink::start().await;
    let drop = tempfile::tempdir().unwrap();
    let source = format!(
        "[source.files]\ndirectory = {:?}\npattern = \"*.csv\"\npoll = \"50ms\"\nformat = \"csv\"\n",
        drop.path().display().to_string()
    );
    let host = TestHost::start(&[FlowText::new("in").source(&source).target("erp", &erp, "")]).await;
    std::fs::write(drop.path().join(".part"), "a,b\n1,2\n3\n").unwrap();
    std::fs::rename(drop.path().join(".part"), drop.path().join("x.csv")).unwrap();
    let why = drop.path().join("failed/x.csv.error.txt");
    gantry_e2e::eventually("the file to be refused", || async { why.exists() }).await;
    assert!(std::fs::read_to_string(why).unwrap().contains("line 3"));
    assert_eq!(host.settled().await[0].counts.received, 0);
    host.stop().await;
}

#[tokio::test]
async fn a_target_that_never_answers_times_out_and_one_that_closes_mid_body_is_retried() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let flow = FlowText::new("in").target_at("t", &url, "timeout = \"100ms\"");
    let rude = FlowText::new("rude").target_at("t", &rude_target().await, "");
    let host = TestHost::start(&[flow, rude]).await;
    host.post("/in", "{}").await;
    host.post("/rude", "{}").await;
    host.settled().await;
    let mut codes: Vec<_> = host.dead_letters().await.into_iter().map(|dead_letter| dead_letter.reason.code).collect();
    codes.sort();
    assert_eq!(codes, ["retries-exhausted-network", "retries-exhausted-timeout"]);
    host.stop().await;
}

/// Promises a hundred bytes, sends three, and closes.
async fn rude_target() -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc").await;
        }
    });
    format!("http://{address}/")
}

/// A small file system that can be filled; none where this user may not mount one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(size: &str) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let options = format!("size={size}");
        let args = ["-t", "tmpfs", "-o", options.as_str(), "tmpfs"];
        let mounted = std::process::Command::new("mount").args(args).arg(dir.path()).status();
        if !mounted.is_ok_and(|status| status.success()) {
            eprintln!("not run here: this user may not mount a tmpfs");
            return None;
        }
        Some(Self(dir))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn a_disk_that_runs_full_stops_intake_and_loses_nothing_that_was_accepted() {
    let Some(disk) = SmallDisk::mount("48m") else { return };
    let dir = disk.0.path();
    // Nobody listens there, so what comes in stays.
    let flow = FlowText::new("in").target_at(
        "t",
        "http://127.0.0.1:9/",
        "retry = { attempts = 9, base = \"1h\", jitter = false }",
    );
    std::fs::create_dir(dir.join("flows")).unwrap();
    std::fs::write(dir.join("flows/in.toml"), flow.render()).unwrap();
    let host = HostProcess::start(dir).await;
    let client = gantry_e2e::client_builder().build().unwrap();
    let url = format!("http://{}/in", host.intake);
    let mut accepted = 0_u64;
    let refusal = loop {
        match client.post(&url).body(vec![b'x'; 200_000]).send().await {
            Ok(response) if response.status() == 202 => accepted += 1,
            Ok(response) => break Some(response.status().as_u16()),
            Err(_) => break None,
        }
    };
    assert!(accepted > 10, "{accepted}");
    assert!(matches!(refusal, None | Some(503)), "{refusal:?}");
    host.kill();
    // The operator frees space, and the target is back.
    let status = std::process::Command::new("mount").args(["-o", "remount,size=256m"]).arg(dir).status().unwrap();
    assert!(status.success());
    let sink = Sink::start().await;
    std::fs::write(dir.join("flows/in.toml"), FlowText::new("in").target("t", &sink, "").render()).unwrap();
    let host = HostProcess::start(dir).await;
    let token = std::fs::read_to_string(dir.join("data/admin.token")).unwrap();
    let flows = format!("http://{}/v1/flows", host.admin);
    gantry_e2e::eventually("every accepted message to be there again", || async {
        let answer = client.get(&flows).bearer_auth(token.trim()).send().await.unwrap();
        let flows: serde_json::Value = answer.json().await.unwrap();
        let waiting: u64 =
            ["queued", "leased", "scheduled"].iter().map(|s| flows[0]["queue"][s].as_u64().unwrap()).sum();
        waiting + flows[0]["counts"]["delivered"].as_u64().unwrap() >= accepted
    })
    .await;
}
