//! The filter for dead letters.

use gantry_core::{Digest, FlowName, TargetName, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{DeadLetterState, Stage, form};

/// Which dead letters to select. All given fields must match; without any, all are selected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct DeadLetterFilter {
    /// Of this flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::FlowName>)]
    #[param(value_type = Option<form::FlowName>)]
    pub flow: Option<FlowName>,
    /// Failed in this version of the flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// In this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<DeadLetterState>,
    /// Failed at this stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// Received by this source: `webhook /shop/orders`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// For this target.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::TargetName>)]
    #[param(value_type = Option<form::TargetName>)]
    pub target: Option<TargetName>,
    /// With this ordering key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// With this dedupe key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dedupe_key: Option<String>,
    /// With this idempotency key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// Failed in the component with this digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::Digest>)]
    #[param(value_type = Option<form::Digest>)]
    pub component: Option<Digest>,
    /// With this reason code, or a violation with this code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// With this fingerprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// With at least this many attempts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_attempts: Option<u32>,
    /// With at most this many attempts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_attempts: Option<u32>,
    /// Replayed at least this many times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_replays: Option<u32>,
    /// Replayed at most this many times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_replays: Option<u32>,
    /// First failed at or after this time.
    #[serde(deserialize_with = "timestamp", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::Timestamp>)]
    #[param(value_type = Option<form::Timestamp>)]
    pub first_since: Option<Timestamp>,
    /// First failed before this time.
    #[serde(deserialize_with = "timestamp", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::Timestamp>)]
    #[param(value_type = Option<form::Timestamp>)]
    pub first_until: Option<Timestamp>,
    /// Last failed at or after this time.
    #[serde(deserialize_with = "timestamp", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::Timestamp>)]
    #[param(value_type = Option<form::Timestamp>)]
    pub since: Option<Timestamp>,
    /// Last failed before this time.
    #[serde(deserialize_with = "timestamp", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::Timestamp>)]
    #[param(value_type = Option<form::Timestamp>)]
    pub until: Option<Timestamp>,
    /// Expires before this time.
    #[serde(deserialize_with = "timestamp", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::Timestamp>)]
    #[param(value_type = Option<form::Timestamp>)]
    pub expires_until: Option<Timestamp>,
    /// Acknowledged, replayed or closed by this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// With this text in the reason or a violation; upper and lower case are treated the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// With this text in the payload as received; case-sensitive. The only field for which payloads are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
}

/// Reads RFC 3339 text or milliseconds.
pub(super) fn timestamp<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    struct TimestampVisitor;
    impl serde::de::Visitor<'_> for TimestampVisitor {
        type Value = Option<Timestamp>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a time: RFC 3339 text or milliseconds since 1970")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_u64<E>(self, millis: u64) -> Result<Self::Value, E> {
            Ok(Some(Timestamp(millis)))
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            text.parse().map(Some).map_err(E::custom)
        }
    }
    deserializer.deserialize_any(TimestampVisitor)
}
