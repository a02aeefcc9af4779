//! The webhook server under test, started for one test.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use gantry_config::{Flow, OnFailure, Ordering, Purpose, QueueBounds, Verify};
use gantry_core::clock::ManualClock;
use gantry_core::{RetryPolicy, Timestamp};
use gantry_transport::server::ServerLimits;
use gantry_transport::source::webhook::{RouteTable, Routes, Webhook, WebhookLimits, WebhookServer};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::intake::Memory;

/// When the tests take place.
pub(crate) const NOW: Timestamp = Timestamp(1_614_265_330_000);

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) intake: Arc<Memory>,
    pub(crate) routes: Arc<Routes>,
    pub(crate) shutdown: CancellationToken,
    pub(crate) task: JoinHandle<()>,
}

pub(crate) fn limits() -> ServerLimits {
    ServerLimits {
        header_timeout: Duration::from_secs(30),
        ..ServerLimits::with_connections(64, Duration::from_secs(30))
    }
}

pub(crate) fn webhook(path: &str) -> Webhook {
    Webhook {
        path: path.to_owned(),
        verify: Verify::None,
        max_bytes: 1 << 20,
        timeout: Duration::from_secs(30),
        key: None,
        dedupe: None,
        idempotency: None,
        accept_replays: false,
        keep_headers: Vec::new(),
        content_type: None,
        form: None,
        split: None,
        has_schema: false,
    }
}

pub(crate) fn flow(name: &str, webhook: Webhook) -> Flow {
    Flow {
        name: name.parse().unwrap(),
        version: String::new(),
        file: PathBuf::new(),
        purpose: Purpose::default(),
        ordering: Ordering::Key,
        on_failure: OnFailure::Skip,
        input_schema: None,
        source: Arc::new(webhook),
        steps: Vec::new(),
        tables: Default::default(),
        targets: Default::default(),
        default_target: "none".parse().unwrap(),
        retry: RetryPolicy::default(),
        batch_messages: 1,
        batch_bytes: 1,
        batch_wait: Duration::ZERO,
        in_flight: 1,
        in_flight_bytes: 1,
        queue: QueueBounds::default(),
        keep_dead_letters: None,
        dead_letter_bytes: 1 << 30,
        queue_age: None,
        silent_after: None,
        formerly: Vec::new(),
    }
}

impl Server {
    pub(crate) async fn start(webhook: Webhook) -> Self {
        Self::start_with(webhook, limits(), Memory::default()).await
    }

    pub(crate) async fn start_with(webhook: Webhook, server: ServerLimits, intake: Memory) -> Self {
        Self::start_within(webhook, WebhookLimits { server, body_bytes: 256 << 20 }, intake).await
    }

    pub(crate) async fn start_within(webhook: Webhook, limits: WebhookLimits, intake: Memory) -> Self {
        let table = RouteTable::build([&flow("orders", webhook)], &crate::env).0;
        let routes = Arc::new(Routes::new(table));
        let intake = Arc::new(intake);
        let clock = Arc::new(ManualClock::at(NOW));
        let server = WebhookServer::new(routes.clone(), intake.clone(), clock, limits);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(server.run(listener, shutdown.clone()));
        Self { address, intake, routes, shutdown, task }
    }
}
