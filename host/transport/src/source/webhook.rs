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
mod budget;
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

use gantry_config::HostConfig;
use gantry_core::Clock;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::intake::Intake;
use crate::server::{self, ServerLimits};
use budget::Budget;
pub use form::Form;
use handler::Handler;
use idempotency::UnderWay;
use refused_paths::RefusedPaths;
pub use routes::{MESSAGES, RouteError, RouteProblem, RouteTable, Routes};
pub(crate) use settings::Kind;
pub use settings::{Idempotency, Webhook};
pub use split::Split;

/// The limits of the intake, as the operator states them.
#[derive(Clone, Copy, Debug)]
pub struct WebhookLimits {
    /// Those of connections.
    pub server: ServerLimits,
    /// Most bytes of all bodies that are read or verified at once; beyond, requests are refused with 503. One address may
    /// have the same share of it as of the connections.
    pub body_bytes: usize,
}

impl WebhookLimits {
    /// The operator's limits, and for the others defaults that are generous to senders.
    #[must_use]
    pub fn of(host: &HostConfig) -> Self {
        let connections = host.intake_connections;
        let server = ServerLimits {
            connections_per_address: host.intake_connections_per_address().min(connections),
            ..ServerLimits::with_connections(connections, host.shutdown_deadline)
        };
        Self { server, body_bytes: host.intake_body_bytes }
    }

    fn bodies(&self) -> Arc<Budget> {
        let ServerLimits { connections, connections_per_address, .. } = self.server;
        let share = connections_per_address as f64 / connections as f64;
        Budget::new(self.body_bytes, (self.body_bytes as f64 * share) as usize)
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
    pub fn new(routes: Arc<Routes>, intake: Arc<dyn Intake>, clock: Arc<dyn Clock>, limits: WebhookLimits) -> Self {
        let under_way = UnderWay::default();
        let refused_paths = RefusedPaths::default();
        let handler = Handler { routes, intake, clock, under_way, refused_paths, bodies: limits.bodies() };
        Self { handler: Arc::new(handler), limits: limits.server }
    }

    /// Serves until `shutdown`, then finishes the requests under way within the drain limit.
    pub async fn run(self, listener: TcpListener, shutdown: CancellationToken) {
        server::serve(listener, self.handler, self.limits, shutdown).await;
    }
}
