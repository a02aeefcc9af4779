//! From a request to an answer: find the flow, bound, verify, read the keys, hand over, and only then say `202`.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gantry_core::{Clock, Digest, FlowName, Headers, MessageId};
use gantry_security::{Refusal, Signed as Verified};
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION,
};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Body as _;

use super::budget::{Budget, Held};
use super::content::{self, Content};
use super::encoding::Coding;
use super::idempotency::{self, IdempotencyError, UnderWay};
use super::refused::Refused;
use super::refused_paths::RefusedPaths;
use super::routes::{Endpoint, MESSAGES, Route, Routes};
use super::{body, encoding, trace};
use crate::intake::{Arrival, Arrivals, IdempotencyKey, Intake, IntakeError, Receipt, Signed};
use crate::keys::KeyError;
use crate::server::{self, Application, Arriving};

/// Marks an answer as that of an earlier request with the same idempotency key.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The state of the message of a repeated request. The body is the one of the first answer.
const STATE: HeaderName = HeaderName::from_static("gantry-message-state");

/// How long a signature is remembered that never gets old by itself.
const REPLAY_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// A body longer than this is verified off the async threads.
const LONG: usize = 256 << 10;

/// Answers the requests of all connections.
pub(super) struct Handler {
    pub(super) routes: Arc<Routes>,
    pub(super) intake: Arc<dyn Intake>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) under_way: UnderWay,
    pub(super) refused_paths: RefusedPaths,
    pub(super) bodies: Arc<Budget>,
}

/// What is answered to a request that was accepted.
enum Taken {
    /// It was one message.
    One(Receipt),
    /// It was taken apart.
    Several(Vec<Receipt>),
}

impl Application for Handler {
    type Body = Full<Bytes>;

    async fn answer(&self, request: Request<Arriving>) -> Response<Full<Bytes>> {
        let has_body = !request.body().is_end_stream();
        let path = request.uri().path();
        let answer = if let Some(id) = path.strip_prefix(MESSAGES) {
            self.state(request.method(), id).await
        } else {
            match self.routes.find(path) {
                Some(Endpoint::Open(route)) => self.receive(route, request).await,
                Some(Endpoint::Shut(flow)) => Err(self.shut(&flow)),
                None => Err(self.not_found(path)),
            }
        };
        answer.unwrap_or_else(|refused| refused.into_response(has_body))
    }

    fn refuse(&self, refused: server::Refused) -> Bytes {
        let refused = Refused::Server(refused);
        tracing::debug!(reason = refused.reason(), "webhook refused");
        self.intake.refused_without_flow(refused.reason());
        refused.document()
    }
}

impl Handler {
    fn not_found(&self, path: &str) -> Refused {
        self.intake.refused_without_flow(Refused::NotFound.reason());
        self.refused_paths.log_unknown(path, &self.routes, self.clock.now());
        Refused::NotFound
    }

    /// Nobody can be verified here: the flow's secrets may be what is missing.
    fn shut(&self, flow: &FlowName) -> Refused {
        tracing::debug!(%flow, reason = Refused::FlowBroken.reason(), "webhook refused");
        self.intake.refused_without_flow(Refused::FlowBroken.reason());
        Refused::FlowBroken
    }

    async fn receive(&self, route: Arc<Route>, request: Request<Arriving>) -> Result<Response<Full<Bytes>>, Refused> {
        let uri = request.uri().clone();
        let taken = self.take(&route, request).await;
        if let Err(refused) = &taken {
            if refused.is_unauthorized() {
                self.refused_paths.log_unauthorized(uri.path(), &route.flow, refused.reason(), self.clock.now());
            }
            tracing::debug!(flow = %route.flow, reason = refused.reason(), "webhook refused");
            self.intake.refused(&route.flow, refused.reason());
        }
        taken.map(accepted)
    }

    async fn take(&self, route: &Arc<Route>, request: Request<Arriving>) -> Result<Taken, Refused> {
        if request.method() != Method::POST {
            return Err(Refused::Method { allow: "POST" });
        }
        let (head, body) = request.into_parts();
        let headers = &head.headers;
        let limit = body::limit(route, &self.bodies);
        // Released with the answer: by then the message is on disk.
        let mut held = self.bodies.of(body.address());
        body::check_length(&body, &held, limit)?;
        route.verifier.precheck(headers).map_err(|refusal| route.unverified(refusal))?;
        let codings = encoding::of(headers)?;
        let packed =
            if body.is_end_stream() { Bytes::new() } else { body::read(body, route, &mut held, limit).await? };
        let signed = self.verify(route, headers, &packed).await.map_err(|refusal| route.unverified(refusal))?;
        let signed = signed.filter(|_| !route.accept_replays).map(remembered);
        let body = unpack(packed, codings, limit, &mut held).await?;
        let content = content::read(route, headers, body)?;
        match &route.splitter {
            Some(splitter) => {
                let items = splitter.split(&content.payload)?;
                self.take_items(route, headers, items, (&content.content_type, signed)).await
            }
            None => self.take_whole(route, headers, (content, signed)).await,
        }
    }

    /// Verifies the sender; of a long body on a thread for computations, because it takes milliseconds.
    async fn verify(&self, route: &Arc<Route>, headers: &HeaderMap, body: &Bytes) -> Result<Option<Verified>, Refusal> {
        let now = self.clock.now();
        if body.len() <= LONG {
            return route.verifier.verify(headers, body, now);
        }
        let route = Arc::clone(route);
        let headers = headers.clone();
        let body = body.clone();
        let verifying = tokio::task::spawn_blocking(move || route.verifier.verify(&headers, &body, now));
        // What could not be verified is not verified.
        verifying.await.unwrap_or(Err(Refusal::Mismatch))
    }

    async fn take_whole(
        &self,
        route: &Route,
        headers: &HeaderMap,
        (content, signed): (Content, Option<Signed>),
    ) -> Result<Taken, Refused> {
        let idempotency = idempotency::key(route.idempotency, headers)?.zip(route.idempotency);
        let arrival = arrival(route, headers, content).map_err(Refused::Keys)?;
        let idempotency = idempotency.map(|(key, rule)| {
            let fingerprint = Digest::of(&arrival.payload);
            IdempotencyKey { key, window: rule.window, fingerprint }
        });
        let key = idempotency.as_ref();
        let _turn = key.map(|idempotency| self.under_way.take(&route.flow, &idempotency.key)).transpose()?;
        match self.accept(route, vec![Arrival { idempotency, signed, ..arrival }]).await?.first() {
            Some(Receipt::Conflicting(_)) => Err(IdempotencyError::Reused.into()),
            Some(receipt) => Ok(Taken::One(*receipt)),
            None => Err(Refused::Intake(broken_promise())),
        }
    }

    /// All items become messages, or none.
    async fn take_items(
        &self,
        route: &Route,
        headers: &HeaderMap,
        items: Vec<Bytes>,
        (content_type, signed): (&str, Option<Signed>),
    ) -> Result<Taken, Refused> {
        let count = items.len();
        let messages = items.into_iter().enumerate().map(|(index, payload)| {
            let content = Content { content_type: content_type.to_owned(), payload };
            let arrival = arrival(route, headers, content);
            let arrival = arrival.map_err(|error| Refused::KeysOf { message: index + 1, error })?;
            Ok(Arrival { signed: signed.map(|signed| item_of(signed, index)), ..arrival })
        });
        let messages = messages.collect::<Result<_, Refused>>()?;
        let receipts = self.accept(route, messages).await?;
        if receipts.len() == count { Ok(Taken::Several(receipts)) } else { Err(Refused::Intake(broken_promise())) }
    }

    async fn accept(&self, route: &Route, messages: Vec<Arrival>) -> Result<Vec<Receipt>, Refused> {
        let arrivals = Arrivals { flow: route.flow.clone(), messages };
        self.intake.accept(arrivals, None).await.map_err(Refused::Intake)
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

/// For how long it is remembered what was signed.
fn remembered(verified: Verified) -> Signed {
    Signed { digest: verified.digest, window: verified.valid_for.unwrap_or(REPLAY_WINDOW) }
}

/// One message among several that were signed together.
fn item_of(signed: Signed, index: usize) -> Signed {
    let item = [signed.digest.as_bytes().as_slice(), &(index as u64).to_be_bytes()].concat();
    Signed { digest: Digest::of(&item), ..signed }
}

/// Unpacks a body. Nobody knows how long it becomes, so that there must be room for the longest.
async fn unpack(packed: Bytes, codings: Vec<Coding>, limit: usize, held: &mut Held) -> Result<Bytes, Refused> {
    let limit = limit.min(held.most_more());
    if !codings.is_empty() && !packed.is_empty() {
        held.grow(limit)?;
    }
    Ok(encoding::unpack(packed, codings, limit).await?)
}

fn arrival(route: &Route, headers: &HeaderMap, content: Content) -> Result<Arrival, KeyError> {
    let keys = route.keys.read(|name| text(headers.get(name)?), &content.payload)?;
    Ok(Arrival {
        idempotency: None,
        signed: None,
        source: route.source.clone(),
        content_type: content.content_type,
        headers: kept(route, headers),
        payload: content.payload,
        key: keys.key,
        dedupe_key: keys.dedupe_key,
        dedupe_window: keys.dedupe_window,
        event_time: None,
        traceparent: headers.get("traceparent").and_then(|value| trace::parent(value.as_bytes())),
    })
}

/// The headers that the flow keeps. Those that speak of the body as it was sent are not true of the message.
fn kept(route: &Route, headers: &HeaderMap) -> Headers {
    let mut kept = Headers::new();
    for name in route.keep_headers.iter().filter(|name| !matches!(**name, CONTENT_ENCODING | CONTENT_LENGTH)) {
        for value in headers.get_all(name) {
            kept.push(name.as_str(), String::from_utf8_lossy(value.as_bytes()));
        }
    }
    kept
}

fn text(value: &HeaderValue) -> Option<String> {
    std::str::from_utf8(value.as_bytes()).ok().map(str::to_owned)
}

fn accepted(taken: Taken) -> Response<Full<Bytes>> {
    match taken {
        Taken::One(receipt) => accepted_one(receipt),
        Taken::Several(receipts) => {
            let messages: Vec<_> = receipts.into_iter().map(document).collect();
            json(StatusCode::ACCEPTED, format!(r#"{{"messages":[{}]}}"#, messages.join(",")))
        }
    }
}

fn accepted_one(receipt: Receipt) -> Response<Full<Bytes>> {
    let mut response = json(StatusCode::ACCEPTED, document(receipt));
    if let Receipt::Repeated { state, .. } = receipt {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        if let Some(state) = state {
            response.headers_mut().insert(STATE, HeaderValue::from_static(state.name()));
        }
    }
    if let Ok(location) = HeaderValue::try_from(status_url(receipt)) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// What the sender is told of one message.
fn document(receipt: Receipt) -> String {
    let id = receipt.id();
    let status_url = status_url(receipt);
    let more = match receipt {
        Receipt::Duplicate { state, .. } | Receipt::Repeated { duplicate: true, state, .. } => {
            let state = state.map(|state| format!(r#","state":"{}""#, state.name())).unwrap_or_default();
            format!(r#","duplicate":true{state}"#)
        }
        Receipt::Accepted { supersedes: Some(before), .. } => format!(r#","supersedes":"{before}""#),
        Receipt::Accepted { .. } | Receipt::Repeated { .. } | Receipt::Conflicting(_) => String::new(),
    };
    format!(r#"{{"id":"{id}","status_url":"{status_url}"{more}}}"#)
}

fn status_url(receipt: Receipt) -> String {
    format!("{MESSAGES}{}", receipt.id())
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
