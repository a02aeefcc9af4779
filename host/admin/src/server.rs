//! The listener and its routes, and the check of the token.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use gantry_runtime::HostHandle;
use gantry_security::AdminToken;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::problem::Problem;
use crate::{dead_letters, flows, messages, observe, reload};

/// Longest request body: an edited payload in base64.
const MAX_BODY: usize = 64 << 20;

/// Answers until `stop`, then finishes the requests under way.
pub async fn serve(listener: TcpListener, host: HostHandle, token: AdminToken, stop: CancellationToken) {
    let address = listener.local_addr().ok();
    let app = routes(host, Arc::new(token));
    let served = axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, address = address.map(|a: SocketAddr| a.to_string()), "the admin API stopped");
    }
}

fn routes(host: HostHandle, token: Arc<AdminToken>) -> Router {
    let guarded = Router::new()
        .route("/v1/flows", get(flows::list))
        .route("/v1/reload", get(reload::last).post(reload::reload))
        .route("/v1/dead-letters", get(dead_letters::list))
        .route("/v1/dead-letters/{id}", get(dead_letters::show))
        .route("/v1/dead-letters/{id}/replay", post(dead_letters::replay))
        .route("/v1/dead-letters/{id}/discard", post(dead_letters::discard))
        .route("/v1/dead-letters/{id}/acknowledge", post(dead_letters::acknowledge))
        .route("/v1/messages/{id}", get(messages::show))
        .layer(middleware::from_fn_with_state(token, authorize));
    Router::new()
        .route("/healthz", get(observe::healthz))
        .route("/readyz", get(observe::readyz))
        .route("/metrics", get(observe::metrics))
        .merge(guarded)
        .fallback(unknown)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(host)
}

async fn authorize(State(token): State<Arc<AdminToken>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match given.and_then(|value| value.strip_prefix("Bearer ")) {
        Some(given) if token.matches(given) => next.run(request).await,
        _ => {
            let detail = "send `Authorization: Bearer TOKEN`; the token is in DATA/admin.token";
            let problem = Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail);
            ([(header::WWW_AUTHENTICATE, "Bearer")], problem).into_response()
        }
    }
}

async fn unknown(request: Request) -> Problem {
    Problem::not_found("resource", request.uri().path())
}
