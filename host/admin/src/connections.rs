//! The connections of the admin API. Each is closed when it is idle or its headers come in too slowly, and there are only
//! so many of them: whoever can reach the port can't use up the host's files or memory. The intake has the same bounds.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use axum::response::Response;
use gantry_transport::Acceptor;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// Most headers of a request, and most bytes of all of them: more is refused with 431.
const HEADERS: usize = 100;
const HEADER_BYTES: usize = 16 << 10;

/// The bounds of connections.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Most connections at once; more wait in the system's backlog.
    pub(crate) connections: usize,
    /// Longest wait for the headers of a request, and longest idle time between two.
    pub(crate) headers: Duration,
    /// Longest wait for the body of a request.
    pub(crate) body: Duration,
}

impl Default for Limits {
    /// `docs/reference/admin-api.md` states them.
    fn default() -> Self {
        Self { connections: 256, headers: Duration::from_secs(30), body: Duration::from_secs(120) }
    }
}

/// Serves until `stop`, then finishes the requests in progress.
pub(crate) async fn serve(listener: TcpListener, app: Router, limits: Limits, stop: CancellationToken) {
    let connections = TaskTracker::new();
    let acceptor = Acceptor::new(listener, limits.connections, "failed to accept a connection to the admin API");
    while let Some((stream, slot)) = acceptor.next(&stop).await {
        let served = connection(stream, app.clone(), limits, stop.clone());
        connections.spawn(async move {
            served.await;
            drop(slot);
        });
    }
    drop(acceptor);
    connections.close();
    connections.wait().await;
}

/// Serves one connection until either side ends it; after `stop`, until the request in progress is answered.
async fn connection(stream: TcpStream, app: Router, limits: Limits, stop: CancellationToken) {
    let used = AtomicBool::new(false);
    let service = service_fn(|request: Request<Incoming>| {
        used.store(true, Ordering::Release);
        answer(app.clone(), request)
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.headers);
    builder.max_headers(HEADERS).max_header_size(HEADER_BYTES);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            if !used.load(Ordering::Acquire) {
                // A connection that was opened in advance and never used: hyper would wait for its first request.
                return;
            }
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection to the admin API ended early");
    }
}

async fn answer(app: Router, request: Request<Incoming>) -> Result<Response, Infallible> {
    app.oneshot(request).await
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn started(connections: usize) -> (std::net::SocketAddr, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let limits = Limits { connections, headers: Duration::from_millis(50), body: Duration::from_millis(50) };
        let stop = CancellationToken::new();
        let app = Router::new().route("/", get(|| async { "here" }));
        tokio::spawn(serve(listener, app, limits, stop.clone()));
        (address, stop)
    }

    #[tokio::test]
    async fn a_connection_that_is_idle_or_sends_half_a_request_is_closed() {
        let (address, _stop) = started(10).await;
        for sent in ["", "GET / HT", "GET / HTTP/1.1\r\nhost: here\r\nx-half", "GET / HTTP/1.1\r\nhost: here\r\n\r\n"] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(sent.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert_eq!(answer.ends_with("here"), sent.ends_with("\r\n\r\n"), "{sent}: {answer}");
        }
    }

    #[tokio::test]
    async fn a_connection_beyond_the_limit_waits_until_another_one_is_closed() {
        let (address, _stop) = started(1).await;
        let idle = TcpStream::connect(address).await.unwrap();
        let mut other = TcpStream::connect(address).await.unwrap();
        other.write_all(b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        other.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("here"), "{answer}");
        let ended = idle.try_read(&mut [0; 1]);
        let is_open = ended.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        assert!(!is_open, "the other one was answered while this one was open");
    }
}
