//! From a request to an answer: find the flow, bound, verify, read the keys, hand over, and only then say `202`.

use std::sync::Arc;

use bytes::Bytes;
use gantry_core::{Clock, Digest, Headers, MessageId};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Body as _, Incoming};

use super::idempotency::{self, IdempotencyError, UnderWay};
use super::refused::Refused;
use super::routes::{MESSAGES, Route, Routes};
use super::{body, trace};
use crate::intake::{Arrival, Arrivals, IdempotencyKey, Intake, IntakeError, Receipt};

/// The media type of a message whose sender states none.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// Marks an answer as that of an earlier request with the same idempotency key.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Answers the requests of all connections.
pub(super) struct Handler {
    pub(super) routes: Arc<Routes>,
    pub(super) intake: Arc<dyn Intake>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) under_way: UnderWay,
}

impl Handler {
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let has_body = !request.body().is_end_stream();
        let path = request.uri().path();
        let answer = if let Some(id) = path.strip_prefix(MESSAGES) {
            self.state(request.method(), id).await
        } else if let Some(route) = self.routes.find(path) {
            self.receive(&route, request).await
        } else {
            Err(Refused::NotFound)
        };
        answer.unwrap_or_else(|refused| refused.into_response(has_body))
    }

    async fn receive(&self, route: &Route, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Refused> {
        let taken = self.take(route, request).await;
        if let Err(refused) = &taken {
            tracing::debug!(flow = %route.flow, reason = refused.reason(), "webhook refused");
            self.intake.refused(&route.flow, refused.reason());
        }
        taken.map(accepted)
    }

    async fn take(&self, route: &Route, request: Request<Incoming>) -> Result<Receipt, Refused> {
        if request.method() != Method::POST {
            return Err(Refused::Method { allow: "POST" });
        }
        let (head, body) = request.into_parts();
        let unverified = |refusal| Refused::Unverified { refusal, challenge: route.verifier.challenge() };
        body::check_length(&body, route)?;
        route.verifier.precheck(&head.headers).map_err(unverified)?;
        let payload = if body.is_end_stream() { Bytes::new() } else { body::read(body, route).await? };
        route.verifier.verify(&head.headers, &payload, self.clock.now()).map_err(unverified)?;
        let arrival = arrival(route, &head.headers, payload)?;
        let key = arrival.idempotency.as_ref();
        let _turn = key.map(|idempotency| self.under_way.take(&route.flow, &idempotency.key)).transpose()?;
        let arrivals = Arrivals { flow: route.flow.clone(), messages: vec![arrival] };
        let receipts = self.intake.accept(arrivals, None).await.map_err(Refused::Intake)?;
        match receipts.first() {
            Some(Receipt::Conflicting(_)) => Err(IdempotencyError::Reused.into()),
            Some(receipt) => Ok(*receipt),
            None => Err(Refused::Intake(broken_promise())),
        }
    }

    /// The state and nothing else. Everyone who knows the id may see it: ids can't be guessed.
    async fn state(&self, method: &Method, id: &str) -> Result<Response<Full<Bytes>>, Refused> {
        if method != Method::GET {
            return Err(Refused::Method { allow: "GET" });
        }
        let id: MessageId = id.parse().map_err(|_| Refused::UnknownMessage)?;
        let state = self.intake.state(id).await.map_err(Refused::Intake)?.ok_or(Refused::UnknownMessage)?;
        let mut response = json(StatusCode::OK, serde_json::json!({ "id": id, "state": state }).to_string());
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    }
}

fn arrival(route: &Route, headers: &HeaderMap, payload: Bytes) -> Result<Arrival, Refused> {
    let idempotency = idempotency::key(route.idempotency, headers)?;
    let keys = route.keys.read(|name| text(headers.get(name)?), &payload).map_err(Refused::Keys)?;
    let idempotency = idempotency.zip(route.idempotency);
    Ok(Arrival {
        idempotency: idempotency.map(|(key, rule)| IdempotencyKey {
            key,
            window: rule.window,
            fingerprint: Digest::of(&payload),
        }),
        source: route.source.clone(),
        content_type: headers.get(CONTENT_TYPE).and_then(text).unwrap_or_else(|| UNKNOWN_TYPE.to_owned()),
        headers: kept(route, headers),
        payload,
        key: keys.key,
        dedupe_key: keys.dedupe_key,
        dedupe_window: keys.dedupe_window,
        event_time: None,
        traceparent: headers.get("traceparent").and_then(|value| trace::parent(value.as_bytes())),
    })
}

fn kept(route: &Route, headers: &HeaderMap) -> Headers {
    let mut kept = Headers::new();
    for name in &route.keep_headers {
        for value in headers.get_all(name) {
            kept.push(name.as_str(), String::from_utf8_lossy(value.as_bytes()));
        }
    }
    kept
}

fn text(value: &HeaderValue) -> Option<String> {
    std::str::from_utf8(value.as_bytes()).ok().map(str::to_owned)
}

fn accepted(receipt: Receipt) -> Response<Full<Bytes>> {
    let id = receipt.id();
    let status_url = format!("{MESSAGES}{id}");
    let is_duplicate = matches!(receipt, Receipt::Duplicate(_) | Receipt::Repeated { duplicate: true, .. });
    let duplicate = if is_duplicate { r#","duplicate":true"# } else { "" };
    let mut response = json(StatusCode::ACCEPTED, format!(r#"{{"id":"{id}","status_url":"{status_url}"{duplicate}}}"#));
    if matches!(receipt, Receipt::Repeated { .. }) {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    if let Ok(location) = HeaderValue::try_from(status_url) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

fn json(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An intake that returns no receipt breaks its contract; the answer must not be "accepted".
fn broken_promise() -> IntakeError {
    IntakeError::Unavailable { retry_after: std::time::Duration::from_secs(1), cause: "no receipt was given".into() }
}
