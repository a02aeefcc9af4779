//! Which path belongs to which flow. The table is only built and replaced as a whole, so that a request sees either the
//! old flows or the new ones.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use gantry_config::{Flow, Intake, SourceKind as _};
use gantry_core::FlowName;
use gantry_security::{Environment, Refusal, Verifier, VerifierError};
use http::header::{self, HeaderName};
use parking_lot::RwLock;

use super::form::Form;
use super::refused::Refused;
use super::split::Splitter;
use super::{Idempotency, Kind, Webhook};
use crate::json::InvalidPointer;
use crate::keys::KeyRules;

/// Below this path the server answers with the states of messages; no flow may use it.
pub const MESSAGES: &str = "/messages/";

/// Headers that prove an identity: they are used for verification only.
const CREDENTIALS: [HeaderName; 9] = [
    header::AUTHORIZATION,
    header::PROXY_AUTHORIZATION,
    header::COOKIE,
    HeaderName::from_static("webhook-signature"),
    HeaderName::from_static("svix-signature"),
    HeaderName::from_static("x-hub-signature"),
    HeaderName::from_static("x-hub-signature-256"),
    HeaderName::from_static("x-shopify-hmac-sha256"),
    HeaderName::from_static("x-api-key"),
];

/// A flow's webhook can't be served.
#[derive(Debug, thiserror::Error)]
#[error("the webhook of flow `{flow}` can't be served")]
pub struct RouteError {
    /// The flow.
    pub flow: FlowName,
    /// Why not.
    #[source]
    pub problem: RouteProblem,
}

/// Why a webhook can't be served.
#[derive(Debug, thiserror::Error)]
pub enum RouteProblem {
    /// The secrets.
    #[error(transparent)]
    Verifier(#[from] VerifierError),
    /// The place of a key.
    #[error(transparent)]
    Pointer(#[from] InvalidPointer),
    /// The path is another flow's.
    #[error("the path `{path}` belongs to flow `{other}`")]
    PathTaken {
        /// The path.
        path: String,
        /// The flow that has it.
        other: FlowName,
    },
    /// The path is the server's own, or none.
    #[error("the path `{0}` can't be used: it begins with `/`, and `{MESSAGES}` is the server's own")]
    Path(String),
    /// A header that is not one.
    #[error("`{0}` is not a header name")]
    HeaderName(String),
    /// A header that would put a credential into messages.
    #[error("the header `{0}` carries credentials, which are never kept")]
    Credential(String),
}

/// One flow's endpoint.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) flow: FlowName,
    pub(super) source: String,
    pub(super) verifier: Verifier,
    pub(super) max_bytes: usize,
    pub(super) timeout: Duration,
    pub(super) keys: KeyRules,
    pub(super) idempotency: Option<Idempotency>,
    /// Whether a request that was signed before is a new one.
    pub(super) accept_replays: bool,
    pub(super) keep_headers: Vec<HeaderName>,
    /// The media type of all messages; none: as the sender says.
    pub(super) content_type: Option<String>,
    pub(super) form: Option<Form>,
    pub(super) splitter: Option<Splitter>,
    /// Whether the flow reads its messages as JSON: by a pointer, by a schema, or to take arrays apart.
    pub(super) takes_json: bool,
}

/// What is at a path.
#[derive(Clone, Debug)]
pub(super) enum Endpoint {
    /// A flow takes messages there.
    Open(Arc<Route>),
    /// The flow that does is broken. Its senders shall come again: a 404 would tell them to give up.
    Shut(FlowName),
}

impl Endpoint {
    fn flow(&self) -> &FlowName {
        match self {
            Self::Open(route) => &route.flow,
            Self::Shut(flow) => flow,
        }
    }
}

/// All endpoints of a host.
#[derive(Debug, Default)]
pub struct RouteTable(HashMap<String, Endpoint>);

impl RouteTable {
    /// The endpoints of all flows that have one, and can be served; and every flow that can't.
    pub fn build<'f>(flows: impl IntoIterator<Item = &'f Flow>, env: Environment<'_>) -> (Self, Vec<RouteError>) {
        let mut table = Self::default();
        let mut errors = Vec::new();
        for flow in flows {
            let Some(webhook) = flow.source.of_kind::<Webhook>() else { continue };
            if let Err(problem) = table.add(&flow.name, webhook, env) {
                errors.push(RouteError { flow: flow.name.clone(), problem });
            }
        }
        (table, errors)
    }

    /// Shuts the endpoint of a flow that is broken, unless a flow takes messages there.
    pub fn shut(&mut self, flow: &Flow) {
        if let Some(webhook) = flow.source.of_kind::<Webhook>() {
            self.shut_path(&webhook.path, &flow.name);
        }
    }

    /// The same for a flow whose file has mistakes, where it is known where its messages come from.
    pub fn shut_intake(&mut self, flow: &FlowName, intake: &Intake) {
        if intake.kind == Kind::NAME {
            self.shut_path(&intake.place, flow);
        }
    }

    fn shut_path(&mut self, path: &str, flow: &FlowName) {
        if may_listen(path) {
            self.0.entry(path.to_owned()).or_insert_with(|| Endpoint::Shut(flow.clone()));
        }
    }

    fn add(&mut self, flow: &FlowName, webhook: &Webhook, env: Environment<'_>) -> Result<(), RouteProblem> {
        let path = webhook.path.clone();
        if !may_listen(&path) {
            return Err(RouteProblem::Path(path));
        }
        if let Some(other) = self.0.get(&path) {
            return Err(RouteProblem::PathTaken { path, other: other.flow().clone() });
        }
        let route = Route::new(flow, webhook, env)?;
        self.0.insert(path, Endpoint::Open(Arc::new(route)));
        Ok(())
    }

    /// The endpoint at a path. Where there is none, a slash at the end makes no difference, and neither does an escape of a
    /// character that needs none, which RFC 3986 calls the same path.
    fn find(&self, path: &str) -> Option<&Endpoint> {
        if let Some(endpoint) = self.0.get(path) {
            return Some(endpoint);
        }
        let plain = unescape(path)?;
        let toggled = plain.strip_suffix('/').map_or_else(|| format!("{plain}/"), str::to_owned);
        self.0.get(&plain).or_else(|| self.0.get(&toggled))
    }

    /// The path most like this one, if it is like it at all, and its flow.
    fn nearest(&self, path: &str) -> Option<(String, FlowName)> {
        let wanted: String = path.chars().take(LONGEST_COMPARED).collect::<String>().to_ascii_lowercase();
        let distance = |known: &str| strsim::damerau_levenshtein(&wanted, &known.to_ascii_lowercase());
        let known = self.0.iter().map(|(known, endpoint)| (distance(known), known, endpoint));
        let (distance, known, endpoint) = known.min_by_key(|(distance, known, _)| (*distance, *known))?;
        let is_like = distance <= (known.chars().count() / 3).max(2);
        is_like.then(|| (known.clone(), endpoint.flow().clone()))
    }
}

/// Whether a flow may have this path.
fn may_listen(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with(MESSAGES)
}

/// Longest part of a path that is compared with others: comparing takes time.
const LONGEST_COMPARED: usize = 200;

/// The path with every escape decoded that was not needed. None if an escape is left: no flow's path has one.
fn unescape(path: &str) -> Option<String> {
    let mut parts = path.split('%');
    let mut plain = parts.next()?.to_owned();
    for part in parts {
        let decoded = char::from(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        if !is_unreserved(decoded) {
            return None;
        }
        plain.push(decoded);
        plain.push_str(&part[2..]);
    }
    Some(plain)
}

/// Whether a character of a path needs no escape (RFC 3986, 2.3).
fn is_unreserved(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~".contains(c)
}

impl Route {
    fn new(flow: &FlowName, webhook: &Webhook, env: Environment<'_>) -> Result<Self, RouteProblem> {
        let keys = KeyRules::new(webhook.key.as_ref(), webhook.dedupe.as_ref())?;
        keys.headers().try_for_each(|name| harmless(name).map(drop))?;
        Ok(Self {
            flow: flow.clone(),
            source: format!("webhook {}", webhook.path),
            verifier: Verifier::new(&webhook.verify, env)?,
            max_bytes: webhook.max_bytes,
            timeout: webhook.timeout,
            idempotency: webhook.idempotency,
            accept_replays: webhook.accept_replays,
            keep_headers: webhook.keep_headers.iter().map(|name| harmless(name)).collect::<Result<_, _>>()?,
            content_type: webhook.content_type.clone(),
            form: webhook.form.clone(),
            splitter: webhook.split.as_ref().map(Splitter::new).transpose()?,
            takes_json: webhook.has_schema || webhook.split.is_some() || keys.read_json(),
            keys,
        })
    }

    /// The refusal of a sender that didn't prove itself.
    pub(super) const fn unverified(&self, refusal: Refusal) -> Refused {
        Refused::Unverified { refusal, challenge: self.verifier.challenge() }
    }
}

fn harmless(name: &str) -> Result<HeaderName, RouteProblem> {
    let parsed = name.parse().map_err(|_| RouteProblem::HeaderName(name.to_owned()))?;
    if CREDENTIALS.contains(&parsed) { Err(RouteProblem::Credential(name.to_owned())) } else { Ok(parsed) }
}

/// The table in force.
#[derive(Debug, Default)]
pub struct Routes(RwLock<Arc<RouteTable>>);

impl Routes {
    /// Routes with this table in force.
    #[must_use]
    pub fn new(table: RouteTable) -> Self {
        Self(RwLock::new(Arc::new(table)))
    }

    /// Puts another table in force; requests under way finish under the old one.
    pub fn replace(&self, table: RouteTable) {
        *self.0.write() = Arc::new(table);
    }

    pub(super) fn find(&self, path: &str) -> Option<Endpoint> {
        self.0.read().find(path).cloned()
    }

    /// The path most like one that leads nowhere, and its flow.
    pub(super) fn nearest(&self, path: &str) -> Option<(String, FlowName)> {
        let table = Arc::clone(&self.0.read());
        table.nearest(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_that_was_not_needed_is_decoded_and_one_that_was_leads_nowhere() {
        assert_eq!(unescape("/%6frders/%7Ea").unwrap(), "/orders/~a");
        for other in ["/a%2Fb", "/a%", "/a%4", "/a%zz", "/a%ff", "/a%+1"] {
            assert_eq!(unescape(other), None, "{other}");
        }
    }
}
