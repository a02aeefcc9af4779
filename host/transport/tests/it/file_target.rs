//! The file target: whole lines, on disk, whatever happened before.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use gantry_config::Target as Config;
use gantry_core::{
    Clock, Delivery, ErrorClass, Headers, MessageId, Output, RetryPolicy, SystemClock, TargetHealthPolicy,
};
use gantry_transport::target::file::FileTarget;
use gantry_transport::{Accepted, Failure, Request, Target, TargetContext, target};
use serde_json::{Value, json};

fn build(path: &Path) -> Arc<dyn Target> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    target::build(
        &Config {
            settings: Arc::new(FileTarget { path: path.to_owned() }),
            schema: None,
            concurrency: 4,
            retry: RetryPolicy::default().into(),
            health: TargetHealthPolicy::default(),
            after: None,
        },
        TargetContext { env: &crate::env, clock: &clock },
    )
    .unwrap()
}

fn delivery(content_type: &str, payload: &[u8]) -> Delivery {
    let output = Output {
        route: None,
        key: Some("k".into()),
        idempotency_key: Some("i".into()),
        content_type: content_type.into(),
        headers: Headers::new(),
        payload: payload.to_vec().into(),
    };
    Delivery::of(MessageId::from_bytes([0; 16]), None, 0, "out".parse().unwrap(), output)
}

async fn send(target: &Arc<dyn Target>, delivery: &Delivery) -> Result<Accepted, Failure> {
    let flow = "orders".parse().unwrap();
    let message_id = MessageId::from_bytes([0; 16]);
    let request = Request { message_id, flow: &flow, delivery, attempt: 1, traceparent: None };
    crate::soon("a verdict", target.send(request)).await
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_delivery_is_one_line_with_its_keys_and_its_payload_readable() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out.ndjson");
    let target = build(&path);
    let pretty = b"{\n  \"total\": 1.50,\n  \"big\": 12345678901234567890\n}";
    for (content_type, payload) in [
        ("application/json; charset=utf-8", &pretty[..]),
        ("application/vnd.shop+json", b"[1]"),
        ("text/csv", b"a\nb"),
        ("application/json", b"not json"),
        ("application/octet-stream", b"\xff\n"),
    ] {
        send(&target, &delivery(content_type, payload)).await.unwrap();
    }
    let text = fs::read_to_string(&path).unwrap();
    let first = r#"{"id":"00000000-0000-0000-0000-000000000000","key":"k","idempotency_key":"i","content_type":"application/json; charset=utf-8","payload":{"total":1.50,"big":12345678901234567890}}"#;
    assert_eq!(text.lines().next(), Some(first));
    let payloads: Vec<Value> = lines(&path).into_iter().skip(1).map(|line| line["payload"].clone()).collect();
    assert_eq!(payloads, [json!([1]), json!("a\nb"), json!("not json"), json!({ "base64": "/wo=" })]);
}

#[tokio::test]
async fn headers_are_written_where_there_are_any() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out.ndjson");
    let mut with_headers = delivery("text/plain", b"x");
    with_headers.headers = [("a", "1"), ("a", "2")].into_iter().collect();
    send(&build(&path), &with_headers).await.unwrap();
    assert_eq!(lines(&path)[0]["headers"], json!([["a", "1"], ["a", "2"]]));
}

/// Cuts the last bytes of a file off, as a crash in the middle of a write does.
fn tear(path: &Path, bytes: u64) {
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(file.metadata().unwrap().len() - bytes).unwrap();
}

#[tokio::test]
async fn a_torn_last_line_that_the_host_wrote_is_cut_before_anything_is_appended() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out.ndjson");
    send(&build(&path), &delivery("application/json", b"1")).await.unwrap();
    let first = fs::read(&path).unwrap();
    let has_attributes = rustix::fs::setxattr(&path, "user.gantry.test", b"", rustix::fs::XattrFlags::empty()).is_ok();
    for torn in [1, 20, first.len() as u64 - 1] {
        fs::write(&path, &first).unwrap();
        send(&build(&path), &delivery("application/json", b"2")).await.unwrap();
        tear(&path, torn);
        send(&build(&path), &delivery("application/json", b"3")).await.unwrap();
        let now = fs::read(&path).unwrap();
        assert!(now.starts_with(&first));
        if has_attributes {
            assert_eq!(lines(&path).len(), 2, "{torn}");
        }
    }
}

#[tokio::test]
async fn what_others_wrote_is_never_cut_and_a_new_line_is_begun_behind_it() {
    let dir = tempfile::tempdir().unwrap();
    for left in ["{\"n\":1}\n{\"n\":2}", "{\"torn", "", "{\"n\":1}\n", "{\"id\":\"another host's", "a\r"] {
        let path = dir.path().join("out.ndjson");
        fs::write(&path, left).unwrap();
        send(&build(&path), &delivery("application/json", b"3")).await.unwrap();
        let now = fs::read_to_string(&path).unwrap();
        let end = if left.is_empty() || left.ends_with('\n') { "" } else { "\n" };
        assert!(now.starts_with(&format!("{left}{end}{{\"id\":")), "{left}: {now}");
        fs::remove_file(&path).unwrap();
    }
}

#[tokio::test]
async fn what_others_append_or_put_in_place_of_a_line_of_the_host_stays() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out.ndjson");
    for foreign in ["{\"n\":2}", "x"] {
        send(&build(&path), &delivery("application/json", b"1")).await.unwrap();
        let mut both = fs::read(&path).unwrap();
        both.extend(foreign.as_bytes());
        fs::write(&path, &both).unwrap();
        send(&build(&path), &delivery("application/json", b"3")).await.unwrap();
        assert!(fs::read(&path).unwrap().starts_with(&both));
        // Written anew in place, shorter than what the host last wrote.
        fs::write(&path, foreign).unwrap();
        send(&build(&path), &delivery("application/json", b"4")).await.unwrap();
        assert!(fs::read_to_string(&path).unwrap().starts_with(&format!("{foreign}\n")));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_at_once_through_two_targets_of_one_file_all_arrive_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out.ndjson");
    let targets = [build(&path), build(&path)];
    let sends = (0..200).map(|n| {
        let target = targets[n % 2].clone();
        tokio::spawn(async move {
            let payload = format!(r#"{{"n":{n},"pad":"{}"}}"#, "x".repeat(n * 50));
            send(&target, &delivery("application/json", payload.as_bytes())).await
        })
    });
    for send in sends.collect::<Vec<_>>() {
        send.await.unwrap().unwrap();
    }
    let mut numbers: Vec<_> = lines(&path).iter().map(|line| line["payload"]["n"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..200).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_file_that_was_moved_away_is_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out.ndjson");
    let target = build(&path);
    send(&target, &delivery("application/json", b"1")).await.unwrap();
    fs::rename(&path, dir.path().join("out.1")).unwrap();
    send(&target, &delivery("application/json", b"2")).await.unwrap();
    assert_eq!((lines(&path).len(), lines(&dir.path().join("out.1")).len()), (1, 1));
}

#[tokio::test]
async fn a_missing_directory_is_trouble_that_may_pass_and_the_probe_tells() {
    let dir = tempfile::tempdir().unwrap();
    let inner = dir.path().join("inner");
    let target = build(&inner.join("out.ndjson"));
    assert!(target.probe().await.is_err());
    let failure = send(&target, &delivery("application/json", b"1")).await.unwrap_err();
    assert_eq!(failure.class, ErrorClass::Unavailable);
    fs::create_dir(&inner).unwrap();
    target.probe().await.unwrap();
    send(&target, &delivery("application/json", b"1")).await.unwrap();
    assert_eq!(lines(&inner.join("out.ndjson")).len(), 1, "the failed one left nothing behind");
}

#[tokio::test]
async fn a_disk_without_space_is_told_from_other_trouble_and_harms_no_host() {
    let full = build(Path::new("/dev/full"));
    let failure = send(&full, &delivery("application/json", b"1")).await.unwrap_err();
    assert_eq!(failure.class, ErrorClass::NoSpace);
    assert!(failure.excerpt.contains("No space left"), "{}", failure.excerpt);
}
