//! The webhook source: one HTTP/1.1 server for all flows of the host, each flow at its own path.
//!
//! It answers `202` with the message's id only after [`Intake::accept`] returned, that is after the message is on
//! disk. Everything a stranger can send is bounded: connections, header bytes and count, the time for headers, body
//! bytes and time. A request is verified over its raw bytes before anything looks into them. Neither credentials nor
//! signatures are kept or logged. TLS is left to a proxy in front of the host.
//!
//! A packed body is unpacked, JSON becomes UTF-8, and forms and arrays are taken apart where the flow says so. Otherwise a
//! payload is taken as bytes: it must be valid JSON only if the flow says that its messages are JSON, or declares a JSON
//! Pointer.

mod body;
mod connection;
mod content;
mod content_error;
mod encoding;
mod form;
mod handler;
mod idempotency;
mod refused;
mod refused_paths;
mod routes;
mod settings;
mod split;
mod table;
mod trace;

mod verify;

use std::sync::Arc;
use std::time::Duration;

use gantry_config::HostConfig;
use gantry_core::Clock;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::acceptor::Acceptor;
use crate::intake::Intake;
pub use form::Form;
use handler::Handler;
use idempotency::UnderWay;
use refused_paths::RefusedPaths;
pub use routes::{MESSAGES, RouteError, RouteProblem, RouteTable, Routes};
pub(crate) use settings::Kind;
pub use settings::{Idempotency, Webhook};
pub use split::Split;

/// Limits for one client and for all of them together.
#[derive(Clone, Copy, Debug)]
pub struct ServerLimits {
    /// Most connections at once; more wait in the system's backlog.
    pub connections: usize,
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
    /// The operator's limits, and for the others defaults that are generous to senders.
    #[must_use]
    pub const fn of(host: &HostConfig) -> Self {
        Self {
            connections: host.intake_connections,
            header_bytes: 16 << 10,
            headers: 100,
            header_timeout: Duration::from_secs(30),
            drain: host.shutdown_deadline,
        }
    }
}

/// The server for all webhook flows of a host.
pub struct WebhookServer {
    handler: Arc<Handler>,
    limits: ServerLimits,
}

impl WebhookServer {
    /// A server that answers for `routes`, which may be replaced while it runs.
    #[must_use]
    pub fn new(routes: Arc<Routes>, intake: Arc<dyn Intake>, clock: Arc<dyn Clock>, limits: ServerLimits) -> Self {
        let under_way = UnderWay::default();
        let refused_paths = RefusedPaths::default();
        Self { handler: Arc::new(Handler { routes, intake, clock, under_way, refused_paths }), limits }
    }

    /// Serves until `shutdown`, then finishes the requests under way within the drain limit.
    pub async fn run(self, listener: TcpListener, shutdown: CancellationToken) {
        let connections = TaskTracker::new();
        let abandon = CancellationToken::new();
        let acceptor = Acceptor::new(listener, self.limits.connections, "failed to accept a connection");
        while let Some((stream, slot)) = acceptor.next(&shutdown).await {
            let served = connection::serve(stream, self.handler.clone(), self.limits, shutdown.clone());
            let abandoned = abandon.clone().cancelled_owned();
            connections.spawn(async move {
                tokio::select! { () = served => {}, () = abandoned => {} }
                drop(slot);
            });
        }
        drop(acceptor);
        connections.close();
        if tokio::time::timeout(self.limits.drain, connections.wait()).await.is_err() {
            tracing::warn!(
                connections = connections.len(),
                "closing connections whose requests did not end before the shutdown deadline"
            );
            abandon.cancel();
            connections.wait().await;
        }
    }
}
