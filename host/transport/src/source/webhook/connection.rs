//! One connection, from its first byte to its close.
//!
//! Beyond what hyper does, this answers `408` when headers come in too slowly, and closes in a way that lets a refusal
//! reach its sender. Closing a socket with unread bytes resets it, and a reset can overtake the answer. So after an answer
//! that left a body unread, the host ends its side, and for a moment reads on and drops what comes.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONNECTION;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::ServerLimits;
use super::handler::Handler;
use super::refused::Refused;

/// Buffer of one connection, for reading and for answers not yet written.
const BUFFER: usize = 64 << 10;

/// How long and how far the host reads on after a refusal: an honest sender has read the answer by then.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 256 << 20;

/// Serves one connection until either side ends it; after `shutdown`, until the request under way is answered.
pub(super) async fn serve(stream: TcpStream, handler: Arc<Handler>, limits: ServerLimits, shutdown: CancellationToken) {
    let used = Arc::new(AtomicBool::new(false));
    let left_unread = Arc::new(AtomicBool::new(false));
    let service = Answering { handler, used: used.clone(), left_unread: left_unread.clone() };
    let mut connection = builder(limits).serve_connection(TokioIo::new(stream), service);
    let ended = tokio::select! {
        ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => ended,
        () = shutdown.cancelled() => {
            if !used.load(Ordering::Acquire) {
                // A connection that was opened in advance and never used: hyper would wait for its first request.
                return;
            }
            Pin::new(&mut connection).graceful_shutdown();
            poll_fn(|cx| connection.poll_without_shutdown(cx)).await
        }
    };
    let parts = connection.into_parts();
    let stream = parts.io.into_inner();
    match ended {
        Err(error) if error.is_timeout() && !parts.read_buf.is_empty() => {
            close(stream, &Refused::late_headers(limits.header_timeout)).await;
        }
        _ if left_unread.load(Ordering::Acquire) => close(stream, b"").await,
        Err(error) => tracing::debug!(%error, "connection broke"),
        Ok(()) => {}
    }
}

fn builder(limits: ServerLimits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_headers(limits.headers)
        .max_header_size(limits.header_bytes)
        .max_buf_size(BUFFER);
    builder
}

/// Sends a last answer, ends this side, and waits a moment for the peer to read it.
async fn close(mut stream: TcpStream, last_answer: &[u8]) {
    let farewell = async {
        stream.write_all(last_answer).await?;
        stream.shutdown().await?;
        let mut rest = (&mut stream).take(LINGER_BYTES as u64);
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await
    };
    tokio::time::timeout(LINGER, farewell).await.ok();
}

struct Answering {
    handler: Arc<Handler>,
    /// Set with the first request.
    used: Arc<AtomicBool>,
    /// Whether the last answer said `connection: close`, which it does when a body stays unread.
    left_unread: Arc<AtomicBool>,
}

impl Service<Request<Incoming>> for Answering {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.used.store(true, Ordering::Release);
        let handler = self.handler.clone();
        let left_unread = self.left_unread.clone();
        Box::pin(async move {
            let response = handler.answer(request).await;
            left_unread.store(response.headers().contains_key(CONNECTION), Ordering::Release);
            Ok(response)
        })
    }
}
