//! The listener and its routes, and the check of the token.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use gantry_api::v1::Code;
use gantry_runtime::HostHandle;
use gantry_security::AdminToken;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::problem::ProblemResponse;
use crate::routes;

/// Longest request body: an edited payload in base64, or a component, which may be half as long.
const MAX_BODY: usize = 64 << 20;

/// Answers until `stop`, then finishes the requests under way.
pub async fn serve(listener: TcpListener, host: HostHandle, token: AdminToken, stop: CancellationToken) {
    let address = listener.local_addr().ok();
    let app = app(host, Arc::new(token));
    let served = axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, address = address.map(|a: SocketAddr| a.to_string()), "the admin API stopped");
    }
}

fn app(host: HostHandle, token: Arc<AdminToken>) -> Router {
    let (open, _) = routes::open().split_for_parts();
    let (guarded, _) = routes::guarded().split_for_parts();
    open.merge(guarded.layer(middleware::from_fn_with_state(token, authorize)))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(host)
}

async fn authorize(State(token): State<Arc<AdminToken>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match given.and_then(|value| value.strip_prefix("Bearer ")) {
        Some(given) if token.matches(given) => next.run(request).await,
        _ => {
            let detail = "send `Authorization: Bearer TOKEN`; the token is in DATA/admin.token";
            let problem = ProblemResponse::new(Code::Unauthorized, detail);
            ([(header::WWW_AUTHENTICATE, "Bearer")], problem).into_response()
        }
    }
}

async fn unknown(request: Request) -> ProblemResponse {
    ProblemResponse::not_found("resource", request.uri().path())
}

async fn wrong_method(request: Request) -> ProblemResponse {
    let detail = format!("{} does not take {}", request.uri().path(), request.method());
    ProblemResponse::new(Code::MethodNotAllowed, detail)
}
