//! The ERP: accepts debtors and sales orders over HTTP, and fails as its [`FaultPlan`] says.
//!
//! | request | answer |
//! |---|---|
//! | `POST /debtors`, `POST /sales-orders` | 201, or 200 for a repeated idempotency key, 422, 429, 503, 504 |
//! | `GET /debtors/{number}`, `GET /sales-orders/{number}` | what is booked under this number of the CRM or the shop |
//! | `DELETE /credit-holds/{customer}` | 204: the customer may order again |
//! | `GET /stats` | counts of what happened so far |
//!
//! All but `/stats` need the bearer token.

mod books;
mod faults;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use books::{Booking, Books, Kind, Record};
use faults::FaultInjector;
pub use faults::{Fault, FaultPlan};

/// How the ERP is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The token its callers must show.
    pub token: String,
    /// How it fails.
    pub faults: FaultPlan,
    /// Customers on credit hold, with the reason.
    pub holds: Vec<(String, String)>,
}

/// Counts of what happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// All requests with a record, however they were answered.
    pub requests: u64,
    /// Answered 401: no or another token.
    pub unauthorized: u64,
    /// Answered 503: closed for maintenance.
    pub maintenance: u64,
    /// Answered 429: too fast.
    pub throttled: u64,
    /// Answered 422: not acceptable.
    pub refused: u64,
    /// Answered 504 although booked.
    pub answers_lost: u64,
    /// Repeats that were recognised by their idempotency key and not booked again.
    pub repeats: u64,
    /// Debtors that came again with other data, and were merged.
    pub merged: u64,
    /// Debtors booked.
    pub debtors: usize,
    /// Sales orders booked.
    pub sales_orders: usize,
}

/// A running ERP; it stops when dropped.
#[derive(Debug)]
pub struct Erp {
    address: SocketAddr,
    stop: CancellationToken,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

#[derive(Debug)]
struct Inner {
    token: String,
    state: Mutex<Ledger>,
}

#[derive(Debug)]
struct Ledger {
    books: Books,
    faults: FaultInjector,
    stats: Stats,
}

type Shared = State<Arc<Inner>>;

impl Erp {
    /// Binds and serves.
    pub async fn start(settings: Settings) -> std::io::Result<Self> {
        let listener = TcpListener::bind(settings.listen).await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let app = router(settings);
        let stopped = stop.clone().cancelled_owned();
        let server = tokio::spawn(async move { axum::serve(listener, app).with_graceful_shutdown(stopped).await });
        Ok(Self { address, stop, server })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Erp {
    fn drop(&mut self) {
        self.stop.cancel();
        self.server.abort();
    }
}

fn router(settings: Settings) -> Router {
    let books = Books::with_holds(settings.holds);
    let state = Ledger { books, faults: FaultInjector::new(settings.faults), stats: Stats::default() };
    let inner = Arc::new(Inner { token: settings.token, state: Mutex::new(state) });
    Router::new()
        .route("/debtors", post(take_debtor))
        .route("/debtors/{number}", get(show_debtor))
        .route("/sales-orders", post(take_sales_order))
        .route("/sales-orders/{number}", get(show_sales_order))
        .route("/credit-holds/{customer}", delete(release_hold))
        .layer(middleware::from_fn_with_state(Arc::clone(&inner), authorize))
        .route("/stats", get(stats))
        .with_state(inner)
}

async fn authorize(State(erp): Shared, request: Request, next: Next) -> Response {
    let sent = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if sent.and_then(|value| value.strip_prefix("Bearer ")) == Some(erp.token.as_str()) {
        return next.run(request).await;
    }
    erp.state.lock().stats.unauthorized += 1;
    problem(StatusCode::UNAUTHORIZED, "unauthorized", "show the token as `Authorization: Bearer`")
}

async fn take_debtor(State(erp): Shared, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    erp.state.lock().take(Kind::Debtor, &headers, body)
}

async fn take_sales_order(State(erp): Shared, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    erp.state.lock().take(Kind::SalesOrder, &headers, body)
}

async fn show_debtor(State(erp): Shared, Path(number): Path<String>) -> Response {
    erp.state.lock().show(Kind::Debtor, &number)
}

async fn show_sales_order(State(erp): Shared, Path(number): Path<String>) -> Response {
    erp.state.lock().show(Kind::SalesOrder, &number)
}

async fn release_hold(State(erp): Shared, Path(customer): Path<String>) -> StatusCode {
    let released = erp.state.lock().books.release_hold(&customer);
    if released { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

async fn stats(State(erp): Shared) -> Json<Stats> {
    let ledger = erp.state.lock();
    let debtors = ledger.books.count(Kind::Debtor);
    let sales_orders = ledger.books.count(Kind::SalesOrder);
    Json(Stats { debtors, sales_orders, ..ledger.stats })
}

impl Ledger {
    fn take(&mut self, kind: Kind, headers: &HeaderMap, body: Value) -> Response {
        self.stats.requests += 1;
        let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
        let Some(key) = key.map(|key| key.trim_matches('"')) else {
            return problem(StatusCode::BAD_REQUEST, "idempotency key missing", "send `Idempotency-Key`");
        };
        match self.faults.before_booking(key) {
            Some(Fault::TooFast) => {
                self.stats.throttled += 1;
                return retry_in_a_second(StatusCode::TOO_MANY_REQUESTS, "too fast", "the ERP takes a breath");
            }
            Some(_) => {
                self.stats.maintenance += 1;
                return retry_in_a_second(StatusCode::SERVICE_UNAVAILABLE, "closed", "maintenance, back in a moment");
            }
            None => {}
        }
        let booking = self.books.book(kind, key, body);
        self.answer(booking)
    }

    fn answer(&mut self, booking: Booking) -> Response {
        match booking {
            Booking::New(_) if self.faults.after_booking().is_some() => {
                self.stats.answers_lost += 1;
                problem(StatusCode::GATEWAY_TIMEOUT, "no answer in time", "the gateway before the ERP gave up waiting")
            }
            Booking::New(number) => (StatusCode::CREATED, Json(json!({ "number": number }))).into_response(),
            Booking::Repeat(number) => {
                self.stats.repeats += 1;
                (StatusCode::OK, Json(json!({ "number": number }))).into_response()
            }
            Booking::Merged(number) => {
                self.stats.merged += 1;
                (StatusCode::OK, Json(json!({ "number": number }))).into_response()
            }
            Booking::Refused(reason) => {
                self.stats.refused += 1;
                problem(StatusCode::UNPROCESSABLE_ENTITY, "not acceptable", &reason)
            }
        }
    }

    fn show(&self, kind: Kind, number: &str) -> Response {
        match self.books.find(kind, number) {
            Some(record) => Json(record).into_response(),
            None => problem(StatusCode::NOT_FOUND, "not booked", number),
        }
    }
}

fn retry_in_a_second(status: StatusCode, title: &str, detail: &str) -> Response {
    let mut response = problem(status, title, detail);
    response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
    response
}

/// An error in the format of RFC 9457.
fn problem(status: StatusCode, title: &str, detail: &str) -> Response {
    let body = json!({ "title": title, "status": status.as_u16(), "detail": detail });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
