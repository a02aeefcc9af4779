//! What strangers do at the doors of the real host: the webhook listener, the admin API, and the port that a host had.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use gantry_core::Timestamp;
use gantry_e2e::{FlowText, HostProcess, PATIENCE, Sink, eventually, gantry, guest};
use gantry_security::sign;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;

const HALF: &str = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-half";
const WHOLE: &str = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";

fn write_flow(dir: &Path, flow: &FlowText) {
    std::fs::create_dir_all(dir.join("flows")).unwrap();
    flow.write(&dir.join("flows"));
}

fn simple(dir: &Path) {
    write_flow(dir, &FlowText::new("in").step(guest("echo"), "").file_target("out", &dir.join("out")));
}

/// A connection with this sent, and nothing else.
fn sent(to: SocketAddr, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.write_all(bytes.as_bytes()).unwrap();
    stream
}

/// A connection whose first request was answered, and of whose second one half is sent.
fn half_of_the_second(to: SocketAddr) -> TcpStream {
    let mut stream = sent(to, WHOLE);
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    stream.write_all(HALF.as_bytes()).unwrap();
    stream
}

/// Waits for the end of the host, and returns after how long it came.
async fn ended(host: HostProcess) -> (bool, Duration) {
    let began = Instant::now();
    let waiting = tokio::task::spawn_blocking(move || host.wait());
    let status = tokio::time::timeout(PATIENCE, waiting).await.expect("the host ends").unwrap();
    (status.success(), began.elapsed())
}

#[tokio::test]
async fn half_a_request_keeps_neither_listener_from_stopping() {
    let dir = tempfile::tempdir().unwrap();
    simple(dir.path());
    let host = HostProcess::start_with(dir.path(), "[shutdown]\ndeadline = \"50s\"\n").await;
    let doors = [host.admin, host.intake];
    let _held = doors.map(|door| (sent(door, ""), sent(door, HALF), half_of_the_second(door)));
    host.signal("TERM");
    let (has_succeeded, took) = ended(host).await;
    assert!(has_succeeded && took < Duration::from_secs(30), "{took:?}");
}

/// A request that is never complete, as far as the host can know.
fn half_a_body(to: SocketAddr, path: &str, head: &str, length: &str, half: &str) -> TcpStream {
    sent(to, &format!("POST {path} HTTP/1.1\r\nhost: localhost\r\n{head}{length}\r\n\r\n{half}"))
}

#[tokio::test]
async fn half_a_body_keeps_neither_listener_from_stopping_and_its_sender_is_told_to_send_again() {
    let dir = tempfile::tempdir().unwrap();
    simple(dir.path());
    let host = HostProcess::start_with(dir.path(), "[shutdown]\ndeadline = \"50s\"\n").await;
    let token = std::fs::read_to_string(dir.path().join("data/admin.token")).unwrap();
    let credentials = format!("authorization: Bearer {}\r\n", token.trim_end());
    let counted = "content-length: 9000";
    let mut held = half_a_body(host.intake, "/in", "", counted, "{");
    let mut dripping = half_a_body(host.intake, "/in", "", "transfer-encoding: chunked", "1\r\n{\r\n");
    let mut admin = half_a_body(host.admin, "/v1/reload", &credentials, counted, "{");
    // That they are under way is seen from others that came later and were answered.
    let _later = [host.intake, host.admin].map(half_of_the_second);
    let drip = dripping.try_clone().unwrap();
    let drips = std::thread::spawn(move || {
        // As often as the host takes it, until it closes the connection.
        while (&drip).write_all(b"1\r\n \r\n").is_ok() {
            std::thread::park_timeout(Duration::from_millis(100));
        }
    });
    host.signal("TERM");
    let (has_succeeded, took) = ended(host).await;
    assert!(has_succeeded && took < Duration::from_secs(30), "{took:?}");
    drips.join().unwrap();
    for (stream, of) in [(&mut held, "held"), (&mut admin, "admin"), (&mut dripping, "dripping")] {
        let mut answer = Vec::new();
        // Of the dripping sender the answer may be lost: it writes on after the host has gone.
        let read = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let is_told =
            answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 1") && answer.contains("stopping");
        assert!(is_told || of == "dripping" && answer.is_empty(), "{of}: {answer}, {read:?}");
    }
}

#[tokio::test]
async fn a_secret_that_is_never_read_to_its_end_keeps_no_host_from_stopping_before_it_is_ready() {
    let dir = tempfile::tempdir().unwrap();
    let secret = dir.path().join("secret");
    // Whoever opens it to read waits for somebody who writes.
    assert!(std::process::Command::new("mkfifo").arg(&secret).status().unwrap().success());
    let source = format!("[source.webhook]\npath = \"/in\"\nverify.bearer.tokens = [\"file:{}\"]\n", secret.display());
    let flow = FlowText::new("in").source(&source).step(guest("echo"), "");
    write_flow(dir.path(), &flow.file_target("out", &dir.path().join("out")));
    std::fs::write(dir.path().join("gantry.toml"), "[intake]\nlisten = \"127.0.0.1:0\"\n").unwrap();
    let log = dir.path().join("log");
    let output = std::fs::File::create(&log).unwrap();
    let mut host = std::process::Command::new(gantry())
        .args(["run", "flows", "--config", "gantry.toml", "--data", "data"])
        .current_dir(dir.path())
        .stdout(output.try_clone().unwrap())
        .stderr(output)
        .spawn()
        .unwrap();
    eventually("the host to open its store", || async {
        std::fs::read_to_string(&log).is_ok_and(|log| log.contains("a store was created"))
    })
    .await;
    let killed = std::process::Command::new("kill").args(["-TERM", &host.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let waiting = tokio::task::spawn_blocking(move || host.wait());
    let status = tokio::time::timeout(PATIENCE, waiting).await.expect("the host ends").unwrap().unwrap();
    assert!(status.success(), "{}", std::fs::read_to_string(&log).unwrap());
}

#[tokio::test]
async fn a_crowd_of_half_sent_requests_keeps_no_other_sender_out() {
    let dir = tempfile::tempdir().unwrap();
    simple(dir.path());
    let host = HostProcess::start(dir.path()).await;
    let half = "POST /in HTTP/1.1\r\nhost: localhost\r\nx-half";
    let mut crowd = Vec::new();
    for _ in 0..1100 {
        crowd.push(sent(host.intake, half));
    }
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 2], 0).into()).unwrap();
    let began = Instant::now();
    let mut other = socket.connect(host.intake).await.unwrap();
    let request = "POST /in HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
    other.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    other.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    drop(crowd);
    host.signal("TERM");
    assert!(ended(host).await.0);
}

#[tokio::test]
async fn the_command_line_sends_nothing_to_the_port_that_a_killed_host_had() {
    let dir = tempfile::tempdir().unwrap();
    simple(dir.path());
    let host = HostProcess::start(dir.path()).await;
    let port = host.admin;
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(gantry());
        command
            .args(args)
            .arg("--config")
            .arg(dir.path().join("gantry.toml"))
            .arg("--data")
            .arg(dir.path().join("data"));
        command.output().unwrap()
    };
    assert!(run(&["flow", "list"]).status.success(), "the command line reaches the host");
    host.kill();
    assert!(dir.path().join("data/host.json").exists() && dir.path().join("data/admin.sock").exists());
    let stranger = TcpListener::bind(port).unwrap();
    stranger.set_nonblocking(true).unwrap();
    let listed = run(&["dlq", "list"]);
    assert!(listed.status.success(), "it opens the store: {}", String::from_utf8_lossy(&listed.stderr));
    let flows = run(&["flow", "list"]);
    let said = String::from_utf8_lossy(&flows.stderr).into_owned();
    assert_eq!(flows.status.code(), Some(5), "{said}");
    assert!(said.contains("no host runs on the data directory"), "{said}");
    let met = stranger.accept();
    assert!(met.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "nobody came to the stranger");
    drop(stranger);
    // The next host takes the place of the socket that was left.
    let host = HostProcess::start(dir.path()).await;
    assert!(run(&["flow", "list"]).status.success());
    std::fs::rename(dir.path().join("data/admin.sock"), dir.path().join("data/gone")).unwrap();
    let without = run(&["dlq", "list"]);
    let said = String::from_utf8_lossy(&without.stderr).into_owned();
    assert!(without.status.code() == Some(5) && said.contains("has no socket"), "{said}");
    host.signal("TERM");
    assert!(ended(host).await.0);
    assert!(!dir.path().join("data/admin.sock").exists());
}

#[tokio::test]
async fn a_recorded_request_is_a_duplicate_whatever_its_unsigned_headers_say() {
    let erp = Sink::start().await;
    let dir = tempfile::tempdir().unwrap();
    let secret = dir.path().join("secret");
    std::fs::write(&secret, "c2VjcmV0c2VjcmV0c2VjcmV0").unwrap();
    let source = |name: &str, verify: &str| {
        format!(
            "[source.webhook]\npath = \"/{name}\"\nverify.{verify} = {{ secrets = [\"file:{}\"] }}\n",
            secret.display()
        )
    };
    let github = source("github", "github") + "dedupe.header = \"x-github-delivery\"\n";
    write_flow(dir.path(), &FlowText::new("github").source(&github).step(guest("echo"), "").target("erp", &erp, ""));
    let standard = source("standard", "standard_webhooks");
    write_flow(
        dir.path(),
        &FlowText::new("standard").source(&standard).step(guest("echo"), "").target("erp", &erp, ""),
    );
    let host = HostProcess::start(dir.path()).await;
    let client = gantry_e2e::client_builder().build().unwrap();
    let send = async |path: &str, headers: &[(&str, &str)]| -> Value {
        let mut request = client.post(format!("http://{}{path}", host.intake)).body("{}");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 202);
        answer.json().await.unwrap()
    };
    let signature = sign::github("c2VjcmV0c2VjcmV0c2VjcmV0", b"{}");
    let first = send("/github", &[("x-hub-signature-256", &signature), ("x-github-delivery", "d-1")]).await;
    for delivery in ["d-2", "d-3"] {
        let again = send("/github", &[("x-hub-signature-256", &signature), ("x-github-delivery", delivery)]).await;
        assert_eq!((&again["id"], &again["duplicate"]), (&first["id"], &Value::Bool(true)));
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = Timestamp(u64::try_from(now.as_millis()).unwrap());
    let signature = sign::standard("c2VjcmV0c2VjcmV0c2VjcmV0", "m-1", now, b"{}").unwrap();
    let time = sign::webhook_timestamp(now);
    let headers = [("webhook-id", "m-1"), ("webhook-timestamp", &time), ("webhook-signature", &signature)];
    let first = send("/standard", &headers).await;
    let again = send("/standard", &headers).await;
    assert_eq!((&again["id"], &again["duplicate"]), (&first["id"], &Value::Bool(true)));
    erp.wait_for(2).await;
    host.signal("TERM");
    assert!(ended(host).await.0);
    assert_eq!(erp.seen().len(), 2);
}

#[tokio::test]
async fn the_admin_api_tells_nothing_under_a_strange_name_or_without_a_token() {
    let dir = tempfile::tempdir().unwrap();
    simple(dir.path());
    let host = HostProcess::start(dir.path()).await;
    let client = gantry_e2e::client_builder().build().unwrap();
    let url = |path: &str| format!("http://{}{path}", host.admin);
    let status = async |method: &str, path: &str, name: &str| {
        let request = client.request(method.parse().unwrap(), url(path)).header("host", name);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status("GET", "/metrics", "evil.example").await, 421);
    assert_eq!(status("GET", "/metrics", "localhost:9").await, 200);
    assert_eq!(status("OPTIONS", "/v1/flows", "localhost").await, 401);
    assert_eq!(status("OPTIONS", "/v1/nothing", "localhost").await, 404);
    let answer = client.request(reqwest::Method::OPTIONS, url("/v1/flows")).send().await.unwrap();
    assert!(!answer.headers().contains_key("allow"));
    // A name that the operator states counts without a restart.
    let file = dir.path().join("gantry.toml");
    let text = std::fs::read_to_string(&file).unwrap().replace("[admin]\n", "[admin]\nhosts = [\"evil.example\"]\n");
    std::fs::write(&file, text).unwrap();
    host.signal("HUP");
    eventually("the name to count", || async { status("GET", "/metrics", "evil.example").await == 200 }).await;
    host.signal("TERM");
    assert!(ended(host).await.0);
}
