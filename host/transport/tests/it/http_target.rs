//! What an HTTP target is sent, and what is made of its answers and silences.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use gantry_config::{Auth, SecretRef, Target as Config};
use gantry_core::clock::ManualClock;
use gantry_core::{
    Clock, Delivery, ErrorClass, FailureCause, Headers, MessageId, Output, RetryPolicy, SystemClock,
    TargetHealthPolicy, Timestamp,
};
use gantry_transport::target::http::HttpTarget;
use gantry_transport::target::{self, BuildError};
use gantry_transport::{Accepted, Failure, Request, Target, TargetContext};
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const OK: &str = "HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok";

/// What the other side does with a request.
#[derive(Clone)]
pub(crate) enum Manner {
    Answer(Vec<u8>),
    /// Says this and closes.
    AnswerAndClose(&'static str),
    Silence,
    /// Answers without end.
    Endless,
}

#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    pub(crate) connections: Arc<Mutex<usize>>,
}

impl Peer {
    pub(crate) async fn with(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let peer = Self { address, requests: Arc::default(), connections: Arc::default() };
        let serving = peer.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *serving.connections.lock() += 1;
                tokio::spawn(serving.clone().serve(stream, manner.clone()));
            }
        });
        peer
    }

    pub(crate) async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        Self::with(Manner::Answer(answer.into())).await
    }

    async fn serve(self, mut stream: TcpStream, manner: Manner) {
        while let Some(request) = read_request(&mut stream).await {
            self.requests.lock().push(request);
            match &manner {
                Manner::Answer(answer) => stream.write_all(answer).await.unwrap(),
                Manner::AnswerAndClose(answer) => return stream.write_all(answer.as_bytes()).await.unwrap(),
                Manner::Silence => {}
                Manner::Endless => {
                    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                    while stream.write_all(&[b'x'; 1000]).await.is_ok() {}
                }
            }
        }
    }

    pub(crate) fn url(&self, rest: &str) -> String {
        format!("http://{}{rest}", self.address)
    }

    pub(crate) fn request(&self) -> String {
        self.requests.lock()[0].clone()
    }
}

pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut text = Vec::new();
    loop {
        let mut block = [0; 4096];
        let read = stream.read(&mut block).await.ok().filter(|read| *read > 0)?;
        text.extend_from_slice(&block[..read]);
        let so_far = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = so_far.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
        if body.len() >= length.parse().unwrap() {
            return Some(so_far);
        }
    }
}

pub(crate) fn http(url: String) -> HttpTarget {
    HttpTarget {
        connect_timeout: Duration::from_secs(20),
        timeout: Duration::from_secs(20),
        idempotency_header: "Idempotency-Key".into(),
        ..HttpTarget::to(&url)
    }
}

fn try_build(http: HttpTarget) -> Result<Arc<dyn Target>, BuildError> {
    try_build_at(http, Arc::new(SystemClock))
}

fn try_build_at(http: HttpTarget, clock: Arc<dyn Clock>) -> Result<Arc<dyn Target>, BuildError> {
    let config = Config {
        settings: Arc::new(http),
        schema: None,
        concurrency: 4,
        retry: RetryPolicy::default().into(),
        health: TargetHealthPolicy::default(),
        after: None,
    };
    target::build(&config, TargetContext { env: &crate::env, clock: &clock })
}

pub(crate) fn build(http: HttpTarget) -> Arc<dyn Target> {
    try_build(http).unwrap()
}

pub(crate) fn delivery() -> Delivery {
    let output = Output {
        route: None,
        key: Some("c 1".into()),
        idempotency_key: Some("order-1".into()),
        content_type: "application/json".into(),
        headers: Headers::new(),
        payload: r#"{"no":7}"#.into(),
    };
    Delivery::of(MessageId::from_bytes([1; 16]), None, 0, "erp".parse().unwrap(), output)
}

pub(crate) async fn send(target: &Arc<dyn Target>, delivery: &Delivery) -> Result<Accepted, Failure> {
    let flow = "orders".parse().unwrap();
    let message_id = MessageId::from_bytes([1; 16]);
    let request = Request { message_id, flow: &flow, delivery, attempt: 1, traceparent: Some("00-trace") };
    crate::soon("a verdict", target.send(request)).await
}

pub(crate) async fn verdict(answer: impl Into<Vec<u8>>) -> Result<Accepted, Failure> {
    let peer = Peer::answering(answer).await;
    send(&build(http(peer.url("/"))), &delivery()).await
}

#[tokio::test]
async fn a_request_carries_everything_in_its_place() {
    let peer = Peer::answering(OK).await;
    let config = HttpTarget {
        method: "PUT".into(),
        headers: vec![("x-system".into(), "gantry".into()), ("x-kind".into(), "configured".into())],
        auth: Auth::Bearer(SecretRef::Env("TOKEN".into())),
        ..http(peer.url("/orders/{/no}/{key}?m={id}"))
    };
    let mut delivery = delivery();
    delivery.headers =
        [("x-kind", "the guest's"), ("x-city", "Köln"), ("gantry-message-id", "forged")].into_iter().collect();
    let accepted = send(&build(config), &delivery).await.unwrap();
    assert_eq!(accepted, Accepted { status: Some(201), headers: Vec::new(), excerpt: "ok".into() });
    let request = peer.request();
    assert!(
        request.starts_with("PUT /orders/7/c%201?m=01010101-0101-0101-0101-010101010101 HTTP/1.1\r\n"),
        "{request}"
    );
    for line in [
        "content-type: application/json",
        "idempotency-key: order-1",
        "x-system: gantry",
        "x-kind: configured",
        "x-city: Köln",
        "authorization: Bearer token",
        "traceparent: 00-trace",
        "gantry-message-id: 01010101-0101-0101-0101-010101010101",
    ] {
        assert!(request.contains(&format!("\r\n{line}\r\n")), "{line} in {request}");
    }
    assert!(!request.contains("the guest's") && !request.contains("forged"));
    assert!(request.ends_with("\r\n\r\n{\"no\":7}"));
}

#[tokio::test]
async fn connections_are_used_again() {
    let peer = Peer::answering(OK).await;
    let target = build(http(peer.url("/")));
    for _ in 0..5 {
        send(&target, &delivery()).await.unwrap();
    }
    assert_eq!(*peer.connections.lock(), 1);
}

#[tokio::test]
async fn a_header_that_would_break_out_of_its_line_never_leaves_the_host() {
    let peer = Peer::answering(OK).await;
    let target = build(http(peer.url("/")));
    for (name, value) in [
        ("x-a", "1\r\nx-evil: 1"),
        ("x-a", "1\nx"),
        ("x a", "1"),
        ("x-a\r\nx-evil", "1"),
        ("host", "evil"),
        ("content-length", "0"),
        ("transfer-encoding", "chunked"),
        ("authorization", "Bearer forged"),
        ("x-a", "\u{0}"),
    ] {
        let mut delivery = delivery();
        delivery.headers = [(name, value)].into_iter().collect();
        let failure = send(&target, &delivery).await.unwrap_err();
        assert_eq!(failure.class, ErrorClass::Unsendable, "{name}: {value}");
    }
    for odd in ["k\r\nx-evil: 1", "k\u{7f}"] {
        let mut delivery = delivery();
        delivery.idempotency_key = odd.into();
        assert_eq!(send(&target, &delivery).await.unwrap_err().class, ErrorClass::Unsendable);
        delivery.idempotency_key = "k".into();
        delivery.content_type = odd.into();
        assert_eq!(send(&target, &delivery).await.unwrap_err().class, ErrorClass::Unsendable);
    }
    assert!(peer.requests.lock().is_empty());
}

#[tokio::test]
async fn a_delivery_without_what_the_url_needs_fails_for_good_and_says_so() {
    let peer = Peer::answering(OK).await;
    let failure = send(&build(http(peer.url("/{/customer}"))), &delivery()).await.unwrap_err();
    assert_eq!(failure.class, ErrorClass::Unsendable);
    assert!(failure.excerpt.contains("{/customer}"), "{}", failure.excerpt);
    assert!(peer.requests.lock().is_empty());
}

#[tokio::test]
async fn statuses_become_classes_with_the_beginning_of_the_answer() {
    for (status, class) in [
        (500, ErrorClass::Unavailable),
        (503, ErrorClass::Unavailable),
        (408, ErrorClass::Unavailable),
        (429, ErrorClass::Throttled),
        (401, ErrorClass::Unauthorized),
        (403, ErrorClass::Unauthorized),
        (404, ErrorClass::Permanent),
        (422, ErrorClass::Permanent),
    ] {
        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 8\r\n\r\nno\x1b[1m \n");
        let failure = verdict(answer).await.unwrap_err();
        assert_eq!((failure.class, failure.status), (class, Some(status)));
        assert_eq!(failure.excerpt, r"no\u{1b}[1m");
    }
}

#[tokio::test]
async fn retry_after_is_read_in_both_forms() {
    let seconds = "HTTP/1.1 429 X\r\nretry-after: 17\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(verdict(seconds).await.unwrap_err().retry_after, Some(Duration::from_secs(17)));
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(600));
    let answer = format!("HTTP/1.1 503 X\r\nretry-after: {date}\r\ncontent-length: 0\r\n\r\n");
    let requested = verdict(answer).await.unwrap_err().retry_after.unwrap();
    assert!((500..=600).contains(&requested.as_secs()), "{requested:?}");
}

#[tokio::test]
async fn a_request_is_signed_at_the_time_of_the_clock_that_was_handed_in() {
    let peer = Peer::answering(OK).await;
    let dir = tempfile::tempdir().unwrap();
    let secret = dir.path().join("secret");
    std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let config = HttpTarget { auth: Auth::StandardWebhooks(SecretRef::File(secret)), ..http(peer.url("/")) };
    let clock = Arc::new(ManualClock::at(Timestamp(1_614_265_330_000)));
    send(&try_build_at(config, clock).unwrap(), &delivery()).await.unwrap();
    assert!(peer.request().contains("\r\nwebhook-timestamp: 1614265330\r\n"), "{}", peer.request());
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_told_from_settings_that_are_wrong() {
    let lacking =
        HttpTarget { auth: Auth::Bearer(SecretRef::File("/no/such/secret".into())), ..http("http://h/".into()) };
    assert!(matches!(try_build(lacking).err(), Some(BuildError::Secret(_))));
    assert!(matches!(try_build(http("ftp://h/".into())).err(), Some(BuildError::Settings(_))));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Peer::answering(OK).await;
    let answer = format!("HTTP/1.1 307 X\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", elsewhere.url("/"));
    let failure = verdict(answer).await.unwrap_err();
    assert_eq!((failure.class, failure.status), (ErrorClass::Redirected, Some(307)));
    assert_eq!(*elsewhere.connections.lock(), 0);
}

#[tokio::test]
async fn a_target_that_never_answers_times_out() {
    let peer = Peer::with(Manner::Silence).await;
    let target = build(HttpTarget { timeout: Duration::from_millis(100), ..http(peer.url("/")) });
    let failure = send(&target, &delivery()).await.unwrap_err();
    assert_eq!((failure.class, failure.status), (ErrorClass::Timeout, None));
}

#[tokio::test]
async fn an_answer_that_stops_coming_times_out() {
    let peer = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").await;
    let target = build(HttpTarget { timeout: Duration::from_millis(100), ..http(peer.url("/")) });
    assert_eq!(send(&target, &delivery()).await.unwrap_err().class, ErrorClass::Timeout);
}

#[tokio::test]
async fn a_target_that_closes_mid_body_or_at_once_is_a_network_failure() {
    let mid_body = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
    for (said, status) in [(mid_body, Some(200)), ("", None), ("HTTP/1.1 20", None)] {
        let peer = Peer::with(Manner::AnswerAndClose(said)).await;
        let failure = send(&build(http(peer.url("/"))), &delivery()).await.unwrap_err();
        assert_eq!((failure.class, failure.status), (ErrorClass::Network, status), "{said}");
    }
    let peer = Peer::with(Manner::AnswerAndClose("HTTP/1.1 422 X\r\ncontent-length: 100\r\n\r\nhalf")).await;
    let failure = send(&build(http(peer.url("/"))), &delivery()).await.unwrap_err();
    assert_eq!((failure.class, failure.excerpt.as_str()), (ErrorClass::Permanent, "half"));
}

#[tokio::test]
async fn an_endless_answer_is_cut_off_and_its_status_counts() {
    let peer = Peer::with(Manner::Endless).await;
    let accepted = send(&build(http(peer.url("/"))), &delivery()).await.unwrap();
    assert_eq!((accepted.status, accepted.excerpt.len()), (Some(200), 512));
}

#[tokio::test]
async fn no_listener_and_no_such_host_are_network_failures_without_the_url() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for url in [format!("http://{gone}/{{key}}"), "http://no-such-host.invalid/{key}".to_owned()] {
        let target = build(http(url));
        let failure = send(&target, &delivery()).await.unwrap_err();
        assert_eq!((failure.class, failure.status), (ErrorClass::Network, None));
        assert!(!failure.excerpt.contains("c%201"), "{}", failure.excerpt);
        assert!(crate::soon("the probe", target.probe()).await.is_err());
    }
}

#[tokio::test]
async fn a_target_that_echoes_the_credentials_does_not_get_them_into_the_record() {
    let peer = Peer::answering("HTTP/1.1 400 X\r\ncontent-length: 22\r\n\r\nyou sent Bearer hunter").await;
    let config = HttpTarget { auth: Auth::Bearer(SecretRef::Env("HUNTER".into())), ..http(peer.url("/")) };
    let failure = send(&build(config), &delivery()).await.unwrap_err();
    assert_eq!(failure.excerpt, "you sent Bearer [secret]");
}

#[tokio::test]
async fn a_target_that_does_not_speak_tls_is_a_network_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let peer = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0; 3];
        stream.read_exact(&mut hello).await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        hello
    });
    let failure = send(&build(http(format!("https://{address}/"))), &delivery()).await.unwrap_err();
    assert_eq!((failure.class, failure.cause), (ErrorClass::Network, FailureCause::Handshake));
    assert!(failure.excerpt.contains("write `http://` in `url`"), "{}", failure.excerpt);
    assert_eq!(peer.await.unwrap()[..2], [0x16, 3], "a TLS handshake was begun");
}

#[tokio::test]
async fn a_probe_connects_and_sends_nothing() {
    let peer = Peer::answering(OK).await;
    crate::soon("the probe", build(http(peer.url("/{key}"))).probe()).await.unwrap();
    assert!(peer.requests.lock().is_empty());
}

#[tokio::test]
async fn a_target_that_makes_no_sense_is_not_built() {
    let fine = || http("http://127.0.0.1/".into());
    assert!(try_build(HttpTarget { method: "GE T".into(), ..fine() }).is_err());
    assert!(try_build(HttpTarget { idempotency_header: "a b".into(), ..fine() }).is_err());
    assert!(try_build(HttpTarget { headers: vec![("x".into(), "a\nb".into())], ..fine() }).is_err());
    let secret = HttpTarget { headers: vec![("Authorization".into(), "Bearer x".into())], ..fine() };
    assert!(try_build(secret).err().unwrap().to_string().contains("`auth`"));
    assert!(try_build(http("https://erp.example/".into())).is_ok());
}
