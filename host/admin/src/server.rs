//! The HTTP server of the admin API, and the checks of name and token. What a stranger may hold of it is bounded as for the
//! intake: see [`gantry_transport::server`].

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::{self, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use gantry_api::v1::{Code, Problem};
use gantry_core::{Clock as _, LogLimit, SystemClock, escape};
use gantry_operations::{Actor, Operations};
use gantry_runtime::HostHandle;
use gantry_security::AdminToken;
use gantry_transport::server::{self, Application, Arriving, ServerLimits};
use parking_lot::Mutex;
use tokio::net::{TcpListener, UnixListener};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use utoipa_axum::router::OpenApiRouter;

use crate::extract;
use crate::hosts;
use crate::problem::ProblemResponse;
use crate::routes;
use crate::state::Admin;
use crate::token::TokenInForce;

/// Largest request body: an edited payload in base64, or a component of at most half this size.
const MAX_BODY: usize = 64 << 20;

/// The reason of a request without the token in `gantry_requests_refused_total`.
const UNAUTHORIZED: &str = "admin_unauthorized";

/// Longest part of a path that is logged.
const SHOWN_BYTES: usize = 200;

/// Most connections at once.
const CONNECTIONS: usize = 256;

/// Longest wait for the body of a request.
const BODY_TIMEOUT: Duration = Duration::from_secs(120);

/// Where the API answers.
pub struct Listeners {
    /// For dashboards and scripts.
    pub tcp: TcpListener,
    /// For the command line on this machine; none where the data directory can't have one.
    pub socket: Option<UnixListener>,
}

/// Serves until `stop`, then finishes the requests in progress, within the deadline for stopping.
pub async fn serve(listeners: Listeners, host: HostHandle, token: AdminToken, stop: CancellationToken) {
    let limits = ServerLimits::with_connections(CONNECTIONS, host.settings().shutdown_deadline);
    let app = Arc::new(AdminApp { router: router(host.clone(), token), host });
    // Each has its own places, so that strangers at the port don't keep the command line out.
    let tcp = server::serve(listeners.tcp, Arc::clone(&app), limits, stop.clone());
    match listeners.socket {
        Some(socket) => {
            tokio::join!(tcp, server::serve(socket, app, limits, stop));
        }
        None => tcp.await,
    }
}

/// The routes behind the checks of name and token.
fn router(host: HostHandle, token: AdminToken) -> Router {
    let door =
        Arc::new(Door { token: TokenInForce::new(token, host.clone()), host: host.clone(), refused: Mutex::default() });
    let guarded = routes(routes::guarded())
        // Before the layers, so that a wrong method needs a token as well.
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(read_body))
        .layer(middleware::from_fn_with_state(Arc::clone(&door), authorize));
    let app = app(routes(routes::open()).merge(guarded), Admin::of_host(host));
    app.layer(middleware::from_fn_with_state(door, check_name))
}

struct AdminApp {
    router: Router,
    host: HostHandle,
}

impl Application for AdminApp {
    type Body = Body;

    async fn answer(&self, request: http::Request<Arriving>) -> Response {
        let Ok(mut response) = self.router.clone().oneshot(request.map(Body::new)).await;
        if response.status() == StatusCode::UNAUTHORIZED {
            // The router adds it to whatever is answered to a wrong method.
            response.headers_mut().remove(header::ALLOW);
        }
        response
    }

    fn refuse(&self, refused: server::Refused) -> Bytes {
        self.host.observe_refused_request(refused.name());
        let code = match refused {
            server::Refused::TooManyConnections => Code::TooManyConnections,
            server::Refused::Stopping => Code::Stopping,
            _ => Code::BadRequest,
        };
        let status = refused.status();
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        let problem = Problem { status: status.as_u16(), title, ..Problem::new(code, refused.to_string()) };
        serde_json::to_vec(&problem).unwrap_or_default().into()
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

/// The token of a request. The name of the scheme is not case-sensitive (RFC 9110, 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
}

/// Reads the whole body before anything is done with the request: one that doesn't arrive in time holds nothing else.
async fn read_body(request: Request, next: Next) -> Result<Response, ProblemResponse> {
    let (parts, body) = request.into_parts();
    let whole = Bytes::from_request(Request::from_parts(parts.clone(), body), &());
    let Ok(read) = tokio::time::timeout(BODY_TIMEOUT, whole).await else {
        let detail = format!("the body did not arrive within {} s", BODY_TIMEOUT.as_secs());
        return Err(ProblemResponse::bad_request(detail));
    };
    let body = extract::bytes(read)?;
    Ok(next.run(Request::from_parts(parts, Body::from(body))).await)
}

/// What the check of the token needs, and what it reports to.
struct Door {
    token: TokenInForce,
    host: HostHandle,
    refused: Mutex<LogLimit>,
}

impl Door {
    /// Counts a request without the token, and logs it once in a while: somebody tries, or a script has an old token.
    fn refuse(&self, path: &str) {
        self.host.observe_refused_request(UNAUTHORIZED);
        let shown = escape(path, SHOWN_BYTES);
        if let Some(omitted) = self.refused.lock().admit(&shown, SystemClock.now()) {
            tracing::warn!(
                path = shown,
                omitted,
                "a request to the admin API was refused: it has no token, or a wrong one"
            );
        }
    }
}

/// A request of HTTP/1.0 may have no name; no browser sends one.
async fn check_name(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let name = request.headers().get(header::HOST).map(|name| name.to_str().unwrap_or_default());
    if name.is_none_or(|name| hosts::is_taken(name, &door.host.settings().admin_hosts)) {
        return next.run(request).await;
    }
    door.host.observe_refused_request(Code::WrongHost.name());
    let detail = "the admin API does not answer under this name: send the request to an address or to `localhost`, or add \
                  the name to `admin.hosts` of the host file";
    ProblemResponse::new(Code::WrongHost, detail).into_response()
}

async fn authorize(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let presented = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match presented.and_then(bearer) {
        Some(presented) if door.token.matches(presented) => next.run(request).await,
        _ => {
            door.refuse(request.uri().path());
            let detail = "send `Authorization: Bearer TOKEN`; the token is in DATA/admin.token, or where `admin.token` of the \
                          host file says. One that was replaced there counts from the first request with it on";
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_of_the_token_is_read_in_upper_and_lower_case() {
        for value in ["Bearer t0ken", "bearer t0ken", "BEARER  t0ken"] {
            assert_eq!(bearer(value), Some("t0ken"), "{value}");
        }
        for value in ["t0ken", "Basic t0ken", "Bearert0ken"] {
            assert_eq!(bearer(value), None, "{value}");
        }
    }
}
