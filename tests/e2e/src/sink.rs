//! A target that records what it gets and answers by a script.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, Response};
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::PATIENCE;

/// One request a sink got.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Path and query.
    pub path: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub body: Bytes,
    /// The status of the answer.
    pub status: u16,
}

impl Seen {
    /// The idempotency key it carried.
    #[must_use]
    pub fn idempotency_key(&self) -> String {
        self.header("idempotency-key")
    }

    /// The value of a header; empty if there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// How a sink answers one request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// `Retry-After`, as sent.
    pub retry_after: Option<String>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// An answer with this status and nothing else.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { status, retry_after: None, body: String::new() }
    }
}

type Rule = Arc<dyn Fn(&Seen) -> Option<Answer> + Send + Sync>;

#[derive(Default)]
struct Script {
    seen: Vec<Seen>,
    next: VecDeque<Answer>,
    rule: Option<Rule>,
}

struct Inner {
    script: Mutex<Script>,
    count: watch::Sender<usize>,
}

/// A target that records what it gets. It answers 200 unless a test says otherwise.
#[derive(Clone)]
pub struct Sink {
    inner: Arc<Inner>,
    address: SocketAddr,
}

impl Sink {
    /// Listens on a free port until the test ends.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let inner = Arc::new(Inner { script: Mutex::default(), count: watch::Sender::new(0) });
        let app = Router::new().fallback(answer).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { inner, address }
    }

    /// Answers the next `times` requests with this status.
    #[must_use]
    pub fn answers(self, status: u16, times: usize) -> Self {
        self.script().next.extend(std::iter::repeat_n(Answer::status(status), times));
        self
    }

    /// Answers the next request like this.
    #[must_use]
    pub fn answers_once(self, answer: Answer) -> Self {
        self.script().next.push_back(answer);
        self
    }

    /// Answers by a rule, unless it returns none.
    #[must_use]
    pub fn answers_by(self, rule: impl Fn(&Seen) -> Option<Answer> + Send + Sync + 'static) -> Self {
        self.set_rule(rule);
        self
    }

    /// Changes the rule while the sink runs.
    pub fn set_rule(&self, rule: impl Fn(&Seen) -> Option<Answer> + Send + Sync + 'static) {
        self.script().rule = Some(Arc::new(rule));
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Everything it got so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.script().seen.clone()
    }

    /// What it accepted with 2xx.
    #[must_use]
    pub fn accepted(&self) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| (200..300).contains(&seen.status)).collect()
    }

    /// Waits until it got at least `n` requests, and returns them.
    pub async fn wait_for(&self, n: usize) -> Vec<Seen> {
        self.wait_until(n).await;
        self.seen()
    }

    /// Waits until it got at least `n` requests.
    pub async fn wait_until(&self, n: usize) {
        let mut count = self.inner.count.subscribe();
        let waited = tokio::time::timeout(PATIENCE, count.wait_for(|count| *count >= n)).await;
        assert!(waited.is_ok(), "waited {PATIENCE:?} in vain for {n} requests; there were {}", self.seen().len());
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.inner.script.lock().expect("no test panics while it holds the script")
    }
}

/// The URL of a target that accepts every connection and never answers, until the test ends.
pub async fn hanging() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound address");
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            open.push(stream);
        }
    });
    format!("http://{address}/")
}

async fn answer(State(inner): State<Arc<Inner>>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let path = head.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let mut seen = Seen { path, headers: head.headers, body, status: 0 };
    let answer = {
        let mut script = inner.script.lock().expect("no test panics while it holds the script");
        let by_rule = script.rule.as_ref().and_then(|rule| rule(&seen));
        let answer = by_rule.or_else(|| script.next.pop_front()).unwrap_or_else(|| Answer::status(200));
        seen.status = answer.status;
        script.seen.push(seen);
        answer
    };
    inner.count.send_modify(|count| *count += 1);
    let mut response = Response::builder().status(answer.status);
    if let Some(retry_after) = answer.retry_after {
        response = response.header("retry-after", retry_after);
    }
    response.body(Body::from(answer.body)).expect("a valid response")
}
