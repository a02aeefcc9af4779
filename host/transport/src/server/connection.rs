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
use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_util::sync::CancellationToken;

use super::body::{Arriving, Leaving};
use super::refused::Refused;
use super::slots::{Phase, Seat};
use super::{Application, ServerLimits};

/// Buffer of one connection, for reading and for answers not yet written.
const BUFFER: usize = 64 << 10;

/// How long and how far the host reads on after a refusal: an honest sender has read the answer by then.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 256 << 20;

/// How long a stop waits for what a client has to do: to send the rest of a request, or to read its answer.
const LAST_ANSWER: Duration = Duration::from_secs(1);

/// When a client shall come again whose request had no place, or came too late.
const RETRY_SECONDS: u64 = 1;

/// Serves one connection until either side ends it, or another one needs its place.
pub(super) async fn serve<S, A>(stream: S, app: Arc<A>, limits: ServerLimits, seat: Arc<Seat>, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Application,
{
    tokio::select! {
        () = talk(stream, app, limits, seat.clone(), stop) => {}
        () = seat.evicted() => tracing::debug!(client = %seat.address(), "a connection was closed in favour of a new one"),
    }
}

/// After `stop`, until the request under way is answered.
async fn talk<S, A>(stream: S, app: Arc<A>, limits: ServerLimits, seat: Arc<Seat>, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Application,
{
    let used = Arc::new(AtomicBool::new(false));
    let left_unread = Arc::new(AtomicBool::new(false));
    let service =
        Answering { app: app.clone(), used: used.clone(), left_unread: left_unread.clone(), seat: seat.clone() };
    let mut connection = builder(limits).serve_connection(TokioIo::new(stream), service);
    let ended = tokio::select! {
        ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => ended,
        () = stop.cancelled() => {
            if !used.load(Ordering::Acquire) {
                // Opened in advance, or its first request is not here yet: hyper would wait for it.
                return;
            }
            Pin::new(&mut connection).graceful_shutdown();
            match finish(poll_fn(|cx| connection.poll_without_shutdown(cx)), &seat).await {
                Ok(ended) => ended,
                Err(Phase::Receiving) => {
                    let answer = last_answer(&*app, Refused::Stopping);
                    return close(connection.into_parts().io.into_inner(), &answer).await;
                }
                Err(_) => return,
            }
        }
    };
    let parts = connection.into_parts();
    let stream = parts.io.into_inner();
    match ended {
        Err(error) if error.is_timeout() && !parts.read_buf.is_empty() => {
            close(stream, &last_answer(&*app, Refused::LateHeaders(limits.header_timeout))).await;
        }
        _ if left_unread.load(Ordering::Acquire) => close(stream, b"").await,
        Err(error) => tracing::debug!(%error, "connection broke"),
        Ok(()) => {}
    }
}

/// Lets a request be answered that is complete or soon will be. Otherwise returns how far the connection is: whatever the
/// client sends or reads meanwhile, it doesn't get more time.
async fn finish<E>(rest: impl Future<Output = Result<(), E>>, seat: &Seat) -> Result<Result<(), E>, Phase> {
    tokio::pin!(rest);
    loop {
        match tokio::time::timeout(LAST_ANSWER, &mut rest).await {
            Ok(ended) => return Ok(ended),
            Err(_) if seat.phase() == Phase::Answering => {}
            Err(_) => return Err(seat.phase()),
        }
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

/// Says that there are too many connections.
pub(super) async fn turn_away(mut stream: impl AsyncWrite + Unpin + Send, app: &impl Application) {
    let answer = last_answer(app, Refused::TooManyConnections);
    // A new connection has room for it.
    tokio::time::timeout(LAST_ANSWER, stream.write_all(&answer)).await.ok();
}

/// Sends a last answer, ends this side, and waits a moment for the peer to read it.
async fn close<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, last_answer: &[u8]) {
    let closing = async {
        stream.write_all(last_answer).await?;
        stream.shutdown().await?;
        let mut rest = (&mut stream).take(LINGER_BYTES as u64);
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await
    };
    tokio::time::timeout(LINGER, closing).await.ok();
}

/// The answer to a request that hyper has not given out.
fn last_answer(app: &impl Application, refused: Refused) -> Vec<u8> {
    let document = app.refuse(refused);
    let status = refused.status();
    let again = match refused {
        Refused::TooManyConnections | Refused::Stopping => format!("retry-after: {RETRY_SECONDS}\r\n"),
        _ => String::new(),
    };
    let head = format!(
        "HTTP/1.1 {} {}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n{again}content-length: {}\r\n\r\n",
        status.as_u16(),
        status.canonical_reason().unwrap_or_default(),
        document.len()
    );
    [head.as_bytes(), &document].concat()
}

struct Answering<A> {
    app: Arc<A>,
    /// Set with the first request.
    used: Arc<AtomicBool>,
    /// Whether the last answer said `connection: close`, which it does when a body stays unread.
    left_unread: Arc<AtomicBool>,
    seat: Arc<Seat>,
}

impl<A: Application> Service<Request<Incoming>> for Answering<A> {
    type Response = Response<Leaving<A::Body>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.used.store(true, Ordering::Release);
        let app = self.app.clone();
        let left_unread = self.left_unread.clone();
        let seat = self.seat.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let refused = Refused::of(&head);
            let body = Arriving::new(body, seat.clone());
            let response = match refused {
                Some(refused) => refusal(&*app, refused).map(Either::Left),
                None => app.answer(Request::from_parts(head, body)).await.map(Either::Right),
            };
            seat.enter(Phase::Answering);
            left_unread.store(response.headers().contains_key(CONNECTION), Ordering::Release);
            Ok(response.map(|body| Leaving::new(body, seat)))
        })
    }
}

fn refusal(app: &impl Application, refused: Refused) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(app.refuse(refused)));
    *response.status_mut() = refused.status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    // What follows could be part of the same request.
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
