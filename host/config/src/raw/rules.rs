//! The rules of a step, as typed.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

use super::text::PointerText;
use crate::at::At;

/// What is asked of a field of the message.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleTable {
    /// Which field: a JSON Pointer, in which `*` stands for each element of an array or member of an object.
    #[schemars(required)]
    pub(crate) field: Option<At<PointerText>>,
    /// Whether it must be there. All other checks pass over what isn't: no member, `null`, or an empty text.
    #[schemars(extend("default" = false))]
    pub(crate) required: Option<At<bool>>,
    /// What kind of value it is.
    #[serde(rename = "type")]
    pub(crate) kind: Option<At<KindChoice>>,
    /// Smallest number.
    pub(crate) min: Option<At<Operand>>,
    /// Largest number.
    pub(crate) max: Option<At<Operand>>,
    /// A number must be greater than this.
    pub(crate) above: Option<At<Operand>>,
    /// A number must be less than this.
    pub(crate) below: Option<At<Operand>>,
    /// Most digits of a number behind the point.
    #[schemars(range(min = 0, max = 1000))]
    pub(crate) decimals: Option<At<u64>>,
    /// A number must be the sum of the numbers in these fields.
    pub(crate) sum_of: Option<At<PointerText>>,
    /// How far from the sum it may be; 0 unless given.
    pub(crate) tolerance: Option<At<Operand>>,
    /// Earliest date.
    pub(crate) not_before: Option<At<Operand>>,
    /// Latest date.
    pub(crate) not_after: Option<At<Operand>>,
    /// A date must be later than this.
    pub(crate) after: Option<At<Operand>>,
    /// A date must be earlier than this.
    pub(crate) before: Option<At<Operand>>,
    /// Fewest characters of a text.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub(crate) min_length: Option<At<u64>>,
    /// Most characters of a text.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub(crate) max_length: Option<At<u64>>,
    /// A regular expression that a text must match; anywhere, unless it says `^` and `$`.
    pub(crate) pattern: Option<At<String>>,
    /// Fewest elements of an array.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub(crate) min_items: Option<At<u64>>,
    /// Most elements of an array.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub(crate) max_items: Option<At<u64>>,
    /// The only values there may be.
    #[schemars(length(min = 1))]
    pub(crate) one_of: Option<At<Vec<At<Scalar>>>>,
    /// Values there may not be.
    #[schemars(length(min = 1))]
    pub(crate) none_of: Option<At<Vec<At<Scalar>>>>,
    /// The value it must have.
    pub(crate) equals: Option<At<Operand>>,
    /// A value it must not have.
    pub(crate) differs: Option<At<Operand>>,
    /// A table of this flow that must have it as a key.
    pub(crate) lookup: Option<At<String>>,
    /// Whether no two elements of an array may have the same.
    #[schemars(extend("default" = false))]
    pub(crate) unique: Option<At<bool>>,
    /// When the rule is asked; always unless given.
    pub(crate) when: Option<At<WhenTable>>,
    /// What a breach means.
    #[schemars(extend("default" = "error"))]
    pub(crate) severity: Option<SeverityChoice>,
    /// The code of the violation, in place of the check's own: lower-case words joined by hyphens.
    pub(crate) code: Option<At<String>>,
    /// The text of the violation, in place of the check's own.
    pub(crate) text: Option<At<String>>,
}

/// When a rule is asked: where all of this fits.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhenTable {
    /// Which field: a JSON Pointer; each `*` stands for the element that the rule is at.
    #[schemars(required)]
    pub(crate) field: Option<At<PointerText>>,
    /// Whether it is there. A field that isn't meets no other condition.
    #[schemars(extend("default" = true))]
    pub(crate) present: Option<At<bool>>,
    /// It has this value.
    pub(crate) equals: Option<At<Operand>>,
    /// It has another value.
    pub(crate) differs: Option<At<Operand>>,
    /// It has one of these values.
    #[schemars(length(min = 1))]
    pub(crate) one_of: Option<At<Vec<At<Scalar>>>>,
    /// It has none of these values.
    #[schemars(length(min = 1))]
    pub(crate) none_of: Option<At<Vec<At<Scalar>>>>,
    /// It matches this regular expression.
    pub(crate) pattern: Option<At<String>>,
    /// It is a number, at least this.
    pub(crate) min: Option<At<Operand>>,
    /// It is a number, at most this.
    pub(crate) max: Option<At<Operand>>,
    /// It is a number, greater than this.
    pub(crate) above: Option<At<Operand>>,
    /// It is a number, less than this.
    pub(crate) below: Option<At<Operand>>,
}

/// What kind of value a field has.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KindChoice {
    /// A text.
    Text,
    /// A JSON number.
    Number,
    /// A JSON number without a fraction.
    Integer,
    /// A JSON number, or a text that is one, as in CSV files: `12`, `-0.50`.
    Decimal,
    /// True or false.
    Boolean,
    /// A text that is a day: `2026-03-09`.
    Date,
    /// A text that is a day with time and offset: `2026-03-09T17:30:00Z`.
    DateTime,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// What the breach of a rule means.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SeverityChoice {
    /// The message doesn't go on.
    Error,
    /// The message goes on; `gantry quality` counts the breach.
    Warning,
}

/// What becomes of a message that breaks rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OnViolationChoice {
    /// It is a dead letter, with every broken rule.
    DeadLetter,
    /// It is deliberately not passed on: the rules say which messages the flow is for.
    Skip,
}

/// A value, or `{ field = "/…" }`: what another field of the message holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Operand(pub(crate) Value);

/// A text, a number, true or false.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Scalar(pub(crate) Value);

impl JsonSchema for Operand {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Operand".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "number", "boolean", "object"],
            "format": "operand",
            "examples": [1, "2026-01-01", { "field": "/order_date" }],
        })
    }
}

impl JsonSchema for Scalar {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"], "format": "scalar" })
    }
}
