//! Extracts and checks ids, filters and bodies of requests. An input that can't be read is a problem that says what is
//! wrong and where. Unknown names are refused: a misspelt filter must not widen the set of a discard.

use axum::Json;
use axum::body::Bytes;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use gantry_api::v1::{Code, DeadLetterFilter, Object, Part, QueueFilter, QueueOrder, QueuePart};
use gantry_core::id::InvalidId;
use gantry_store::{Filter, Page, QueuePage};
use serde::de::DeserializeOwned;

use crate::convert::Convert as _;
use crate::problem::ProblemResponse;

/// Messages of the queue in an answer by default.
const QUEUED: usize = 100;

/// The filter and the page of a query, which share one list of parameters.
pub(crate) struct DeadLetterQuery {
    pub(crate) filter: Filter,
    pub(crate) page: Page,
}

impl<S: Sync> FromRequestParts<S> for DeadLetterQuery {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ProblemResponse> {
        let pairs = parts.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let (part, filter): (Vec<_>, Vec<_>) =
            pairs.partition(|pair| matches!(pair.split('=').next(), Some("after" | "limit" | "order")));
        let part: Part = parse_query(&part)?;
        limit(part.limit)?;
        let filter: DeadLetterFilter = parse_query(&filter)?;
        Ok(Self { filter: filter.convert(), page: part.convert() })
    }
}

/// The filter and the page of a query about the queue.
pub(crate) struct QueueQuery {
    pub(crate) filter: gantry_store::QueueFilter,
    pub(crate) page: QueuePage,
}

impl<S: Sync> FromRequestParts<S> for QueueQuery {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ProblemResponse> {
        let pairs = parts.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let (part, filter): (Vec<_>, Vec<_>) =
            pairs.partition(|pair| matches!(pair.split('=').next(), Some("after" | "limit" | "order")));
        let QueuePart { order, after, limit: asked } = parse_query(&part)?;
        let limit = limit(asked)?.unwrap_or(QUEUED);
        let filter: QueueFilter = parse_query(&filter)?;
        let page = QueuePage { newest_first: order != Some(QueueOrder::Oldest), after, limit };
        Ok(Self { filter: filter.convert(), page })
    }
}

fn parse_query<T: DeserializeOwned>(pairs: &[&str]) -> Result<T, ProblemResponse> {
    let uri = Uri::try_from(format!("/?{}", pairs.join("&")));
    let uri = uri.map_err(|error| ProblemResponse::bad_request(error.to_string()))?;
    query(Query::try_from_uri(&uri))
}

/// The value of a query.
pub(crate) fn query<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, ProblemResponse> {
    query.map(|Query(value)| value).map_err(|error| ProblemResponse::bad_request(error.body_text()))
}

/// Most entries of a list in one answer.
pub(crate) const MOST_ENTRIES: usize = 1000;

/// The number of entries that a query asks for, if it asks for one.
pub(crate) fn limit(asked: Option<usize>) -> Result<Option<usize>, ProblemResponse> {
    match asked {
        Some(limit) if !(1..=MOST_ENTRIES).contains(&limit) => {
            Err(ProblemResponse::bad_request(format!("`limit` is a number from 1 to {MOST_ENTRIES}, not {limit}")))
        }
        asked => Ok(asked),
    }
}

/// A JSON body, which is an object.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ProblemResponse;

    async fn from_request(request: Request, state: &S) -> Result<Self, ProblemResponse> {
        let read = Json::<Object<T>>::from_request(request, state).await;
        let read = read.map(|Json(Object(value))| Self(value));
        read.map_err(|error| refused_body(error.status(), error.body_text()))
    }
}

/// The same where the body may be left out, or be `null`: then every field has its default.
pub(crate) struct OptionalBody<T>(pub(crate) T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for OptionalBody<T> {
    type Rejection = ProblemResponse;

    async fn from_request(request: Request, state: &S) -> Result<Self, ProblemResponse> {
        let read = bytes(Bytes::from_request(request, state).await)?;
        let read: Option<Object<T>> = match read.trim_ascii() {
            b"" => None,
            text => serde_json::from_slice(text).map_err(|error| ProblemResponse::bad_request(error.to_string()))?,
        };
        Ok(Self(read.map(|Object(value)| value).unwrap_or_default()))
    }
}

/// The bytes of a body.
pub(crate) fn bytes(body: Result<Bytes, BytesRejection>) -> Result<Bytes, ProblemResponse> {
    body.map_err(|error| refused_body(error.status(), error.body_text()))
}

/// The problem with a body that could not be read.
fn refused_body(status: StatusCode, detail: String) -> ProblemResponse {
    let code = if status == StatusCode::PAYLOAD_TOO_LARGE { Code::TooLarge } else { Code::BadRequest };
    ProblemResponse::new(code, detail)
}

/// The parts of a path that stand for something.
pub(crate) struct Place<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Place<T> {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ProblemResponse> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(place)| Self(place)).map_err(|error| ProblemResponse::bad_request(unreadable(&error)))
    }
}

/// What is wrong with a path, without the names of this program's types.
fn unreadable(error: &PathRejection) -> String {
    let PathRejection::FailedToDeserializePathParams(failed) = error else { return error.body_text() };
    match failed.kind() {
        ErrorKind::InvalidUtf8InPathParam { key } => format!("`{key}` in the path is not UTF-8"),
        ErrorKind::ParseError { value, expected_type: "u64" } => format!("the path holds a number, not `{value}`"),
        ErrorKind::ParseErrorAtKey { key, value, expected_type: "u64" } => {
            format!("`{key}` in the path is a number, not `{value}`")
        }
        ErrorKind::ParseErrorAtKey { key, value, .. } => format!("`{key}` in the path can't be `{value}`"),
        ErrorKind::DeserializeError { key, message, .. } => format!("`{key}` in the path: {message}"),
        other => other.to_string(),
    }
}

/// An id in a path.
pub(crate) fn id<T: std::str::FromStr<Err = InvalidId>>(text: &str) -> Result<T, ProblemResponse> {
    text.parse().map_err(|error: InvalidId| ProblemResponse::new(Code::InvalidId, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// A filter with every field.
    fn every_field() -> Value {
        json!({
            "flow": "orders", "version": "v1", "state": "open", "stage": "deliver", "source": "webhook", "target": "erp",
            "key": "k", "dedupe_key": "d", "idempotency_key": "i", "component": format!("sha256:{}", "0".repeat(64)),
            "code": "c", "fingerprint": "f", "min_attempts": 1, "max_attempts": 2, "min_replays": 3, "max_replays": 4,
            "first_since": 5, "first_until": 6, "since": 7, "until": 8, "expires_until": 9, "by": "anna",
            "text": "t", "payload": "p",
        })
    }

    #[test]
    fn a_filter_means_the_same_in_a_query_and_in_json() {
        let json = every_field();
        let fields = json.as_object().unwrap();
        let described = DeadLetterFilter::default();
        assert_ne!(serde_json::from_value::<DeadLetterFilter>(json.clone()).unwrap(), described);
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
        let read: DeadLetterFilter = parse_query(&pairs.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), json);
        let parameters = <DeadLetterFilter as utoipa::IntoParams>::into_params(|| None);
        assert_eq!(parameters.len(), fields.len(), "the description lists every field");
    }

    #[test]
    fn a_time_may_be_written_as_rfc_3339() {
        let read: DeadLetterFilter = parse_query(&["since=2021-02-25T15:02:10Z"]).unwrap();
        assert_eq!(read.since, Some(gantry_core::Timestamp(1_614_265_330_000)));
    }

    #[test]
    fn a_limit_beyond_its_bounds_is_refused_and_not_changed() {
        assert_eq!(
            (limit(None).unwrap(), limit(Some(1)).unwrap(), limit(Some(1000)).unwrap()),
            (None, Some(1), Some(1000))
        );
        assert!(limit(Some(0)).is_err() && limit(Some(1001)).is_err());
    }

    #[test]
    fn a_misspelt_filter_is_refused_and_widens_nothing() {
        for wrong in ["folw=orders", "state=opne", "since=yesterday", "min_attempts=few", "flow=Orders"] {
            assert!(parse_query::<DeadLetterFilter>(&[wrong]).is_err(), "{wrong}");
        }
    }
}
