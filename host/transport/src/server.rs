//! The HTTP/1.1 server of both listeners, the intake's and the admin API's: all that concerns connections, and nothing
//! about what requests are for.
//!
//! Everything a stranger can hold is bounded: connections in all and from one address, the bytes and the number of
//! headers, and the time for them. A connection without a complete request is closed when its place is needed. Requests
//! that could be read in two ways are refused. After a stop no client keeps the host from ending: connections without a
//! request are closed, requests under way have until the deadline.

mod body;
mod connection;
mod door;
mod refused;
mod slots;

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Body;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use body::Arriving;
pub use door::Door;
pub use refused::Refused;
use slots::Slots;

/// Pause after a failed accept: the usual cause, too many open files, doesn't go away at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Limits for one client and for all of them together.
#[derive(Clone, Copy, Debug)]
pub struct ServerLimits {
    /// Most connections at once; more wait in the system's backlog while all of these are being answered.
    pub connections: usize,
    /// Most connections of one address; more are refused with 503 while all of these are being answered.
    pub connections_per_address: usize,
    /// Most bytes of all headers of a request; more is refused with 431.
    pub header_bytes: usize,
    /// Most headers of a request; more is refused with 431.
    pub headers: usize,
    /// Longest wait for the headers of a request, and longest idle time between two; longer is refused with 408, or
    /// closed when nothing has come.
    pub header_timeout: Duration,
    /// How long shutdown waits for requests under way.
    pub drain: Duration,
}

impl ServerLimits {
    /// Limits with so many connections, which one address may have all of.
    #[must_use]
    pub const fn with_connections(connections: usize, drain: Duration) -> Self {
        Self {
            connections,
            connections_per_address: connections,
            header_bytes: 16 << 10,
            headers: 100,
            header_timeout: Duration::from_secs(10),
            drain,
        }
    }
}

/// What answers the requests.
pub trait Application: Send + Sync + 'static {
    /// The body of an answer.
    type Body: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static;

    /// Answers one request. An answer that leaves a body unread says `connection: close`.
    fn answer(&self, request: Request<Arriving>) -> impl Future<Output = Response<Self::Body>> + Send;

    /// Counts a request that goes no further, and returns the problem document for its client.
    fn refuse(&self, refused: Refused) -> Bytes;
}

/// Serves until `stop`, then finishes the requests under way within the drain limit.
pub async fn serve<A: Application>(door: impl Door, app: Arc<A>, limits: ServerLimits, stop: CancellationToken) {
    let connections = TaskTracker::new();
    let abandon = CancellationToken::new();
    let slots = Slots::new(limits.connections, limits.connections_per_address);
    let admitting = admit(&door, &app, &slots, |stream, seat| {
        let served = connection::serve(stream, app.clone(), limits, seat, stop.clone());
        connections.spawn(abandon.clone().run_until_cancelled_owned(served));
    });
    stop.run_until_cancelled(admitting).await;
    drop(door);
    connections.close();
    if tokio::time::timeout(limits.drain, connections.wait()).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "closing connections whose requests did not end before the shutdown deadline"
        );
        abandon.cancel();
        connections.wait().await;
    }
}

/// Accepts connections for ever, each once there is a place for it.
async fn admit<D: Door>(
    door: &D,
    app: &Arc<impl Application>,
    slots: &Arc<Slots>,
    serve: impl Fn(D::Stream, Arc<slots::Seat>),
) {
    loop {
        match door.accept().await {
            Ok((stream, address)) => match slots.take(address).await {
                Ok(seat) => serve(stream, seat),
                Err(slots::AddressFull) => connection::turn_away(stream, &**app).await,
            },
            Err(error) => {
                tracing::warn!(%error, "failed to accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
