//! The HTTP server of the admin API, and the check of the token.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{self, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use gantry_api::v1::Code;
use gantry_operations::{Actor, Operations};
use gantry_runtime::HostHandle;
use gantry_security::AdminToken;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use utoipa_axum::router::OpenApiRouter;

use crate::problem::ProblemResponse;
use crate::routes;
use crate::state::Admin;

/// Largest request body: an edited payload in base64, or a component of at most half this size.
const MAX_BODY: usize = 64 << 20;

/// Serves until `stop`, then finishes the requests in progress.
pub async fn serve(listener: TcpListener, host: HostHandle, token: AdminToken, stop: CancellationToken) {
    let address = listener.local_addr().ok();
    let admin = Admin::of_host(host);
    let guarded = routes(routes::guarded()).layer(middleware::from_fn_with_state(Arc::new(token), authorize));
    let app = app(routes(routes::open()).merge(guarded), admin);
    let served = axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, address = address.map(|a: SocketAddr| a.to_string()), "the admin API stopped because of an error");
    }
}

/// The routes for a stopped host, for a user who can open its store: answered in this process, without a token or a
/// port. Requests that need a running host are refused.
#[must_use]
pub fn in_process(operations: Operations, actor: Actor) -> InProcess {
    InProcess(app(routes(routes::guarded()), Admin::at_rest(operations, actor)))
}

/// Routes that are answered in this process.
#[derive(Clone)]
pub struct InProcess(Router);

impl InProcess {
    /// Answers a request. After an internal failure, the extensions of the answer contain a [`crate::Cause`].
    pub async fn answer<B>(&self, request: http::Request<B>) -> Result<http::Response<Bytes>, axum::Error>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let Ok(response) = self.0.clone().oneshot(request.map(Body::new)).await;
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await?;
        Ok(http::Response::from_parts(parts, body))
    }
}

fn app(routes: Router<Admin>, admin: Admin) -> Router {
    routes
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(admin)
}

fn routes(described: OpenApiRouter<Admin>) -> Router<Admin> {
    described.split_for_parts().0
}

async fn authorize(State(token): State<Arc<AdminToken>>, request: Request, next: Next) -> Response {
    let presented = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match presented.and_then(|value| value.strip_prefix("Bearer ")) {
        Some(presented) if token.matches(presented) => next.run(request).await,
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
