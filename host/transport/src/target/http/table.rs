//! `[target.NAME.http]` as typed.

use std::collections::BTreeMap;

use gantry_config::table::{
    At, AuthChoice, BreakerTable, DurationText, PathText, PointerText, Scalar, TargetRetryTable,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// An HTTP endpoint messages are sent to. Redirects are never followed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HttpTable {
    /// Where to. Behind the host name it may hold `{id}`, `{key}`, `{idempotency_key}`, `{header:NAME}` and
    /// `{/json/pointer}`; values are percent-encoded, and stay within their segment of the path unless `|path` stands behind
    /// the placeholder's name.
    #[schemars(required, extend("examples" = ["https://erp.example.com/orders/{key}"]))]
    pub(super) url: Option<At<String>>,
    /// The request's method.
    #[schemars(extend("default" = "POST"))]
    pub(super) method: Option<MethodChoice>,
    /// Sent with each request; no secrets here.
    pub(super) headers: Option<BTreeMap<At<String>, At<String>>>,
    /// How the host proves itself. Without it, not at all.
    pub(super) auth: Option<At<AuthChoice>>,
    /// From sending to the last byte of the answer.
    #[schemars(extend("default" = "10s"))]
    pub(super) timeout: Option<At<DurationText>>,
    /// Until the connection stands.
    #[schemars(extend("default" = "3s"))]
    pub(super) connect_timeout: Option<At<DurationText>>,
    /// How long a connection is used. Then the name is resolved again, so that messages follow a target that moves.
    #[schemars(extend("default" = "60s"))]
    pub(super) connection_life: Option<At<DurationText>>,
    /// Certificates of authorities that are trusted besides those of the machine: a file in PEM format.
    pub(super) ca: Option<At<PathText>>,
    /// What counts as success. Without it, every answer with a status of 2xx.
    pub(super) success: Option<AnswerSuccessTable>,
    /// The value in an answer of JSON that says which error it is, if the answer isn't success. Dead letters with the same
    /// status and the same value are one group. Without it, or where an answer doesn't have it, the answer's usual members
    /// for codes and texts are compared, or its text, without what differs from message to message.
    #[schemars(extend("examples" = ["/error/code"]))]
    pub(super) error_code: Option<At<PointerText>>,
    /// Headers of an answer that are kept with each attempt: ids by which the target knows the request.
    #[schemars(extend("default" = ["location", "x-request-id", "x-correlation-id"]))]
    pub(super) answer_headers: Option<Vec<At<String>>>,
    /// Header that carries the idempotency key.
    #[schemars(extend("default" = "idempotency-key"))]
    pub(super) idempotency_header: Option<At<String>>,
    /// Deliveries under way at once.
    #[schemars(range(min = 1, max = 1024), extend("default" = 16))]
    pub(super) concurrency: Option<u32>,
    /// A JSON Schema that what is sent here is held to. A message that would break it is a dead letter at once, and
    /// nothing of it is sent.
    pub(super) schema: Option<At<PathText>>,
    /// How a failed delivery is tried again.
    pub(super) retry: Option<TargetRetryTable>,
    /// When nothing is sent to the target.
    pub(super) breaker: Option<BreakerTable>,
    /// Whether outputs without a route go here. The only target of a flow is the default anyway.
    #[schemars(extend("default" = false))]
    pub(super) default: Option<At<bool>>,
    /// Another target of this flow that gets a message's deliveries first: of one message, nothing is sent here before that
    /// one has accepted what it gets. If it doesn't, this one gets nothing either.
    #[schemars(extend("examples" = ["customers"]))]
    pub(super) after: Option<At<String>>,
}

/// The methods that hand something over.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum MethodChoice {
    Post,
    Put,
    Patch,
    Delete,
}

/// What counts as success, for a service that says in its answers' bodies whether it did anything.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerSuccessTable {
    /// The status codes that mean success. Without it, any 2xx.
    #[schemars(length(min = 1), inner(range(min = 200, max = 599)))]
    pub(super) status: Option<Vec<At<u16>>>,
    /// What the answer's body must be like besides.
    pub(super) body: Option<At<BodyTable>>,
    /// What becomes of a delivery whose answer has a good status and isn't success.
    #[schemars(extend("default" = "permanent"))]
    pub(super) failure: Option<FailureChoice>,
    /// Answers without success that are like this are retried, whatever `failure` and the status say.
    pub(super) retry: Option<At<BodyTable>>,
}

/// What an answer's body is like: one condition.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BodyTable {
    /// The value in a body of JSON that `equals`, `one_of`, `none_of` or `present` is about.
    pub(super) pointer: Option<At<PointerText>>,
    /// It has this value.
    pub(super) equals: Option<At<Scalar>>,
    /// It has one of these values.
    #[schemars(length(min = 1))]
    pub(super) one_of: Option<Vec<At<Scalar>>>,
    /// It is there and has none of these values.
    #[schemars(length(min = 1))]
    pub(super) none_of: Option<Vec<At<Scalar>>>,
    /// It is there and not null; with `false`: it isn't.
    pub(super) present: Option<bool>,
    /// The body's text contains this.
    pub(super) contains: Option<At<String>>,
    /// The body's text doesn't contain this.
    pub(super) lacks: Option<At<String>>,
}

/// What becomes of a delivery whose answer has a good status and isn't success.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum FailureChoice {
    /// It is a dead letter at once.
    Permanent,
    /// It is retried, like one that was answered 503.
    Retry,
}
