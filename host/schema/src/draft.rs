//! The supported drafts of JSON Schema: for each, the official test suite passes.

use std::fmt;

use serde_json::Value;

/// A draft of JSON Schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Draft {
    /// Draft 4.
    Draft4,
    /// Draft 6.
    Draft6,
    /// Draft 7.
    Draft7,
    /// Draft 2019-09.
    Draft2019,
    /// Draft 2020-12: what a schema without `$schema` is read as.
    #[default]
    Draft2020,
}

/// What `$schema` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect<'s> {
    /// A supported draft.
    Claimed(Draft),
    /// A published draft that is not supported.
    Unclaimed(&'s str),
    /// A metaschema of its own, built on a draft.
    Own,
}

impl Draft {
    pub(crate) const fn library(self) -> jsonschema::Draft {
        match self {
            Self::Draft4 => jsonschema::Draft::Draft4,
            Self::Draft6 => jsonschema::Draft::Draft6,
            Self::Draft7 => jsonschema::Draft::Draft7,
            Self::Draft2019 => jsonschema::Draft::Draft201909,
            Self::Draft2020 => jsonschema::Draft::Draft202012,
        }
    }

    /// The first rule for schemas of this draft that this one breaks.
    pub(crate) fn validate(self, schema: &Value) -> Result<(), jsonschema::ValidationError<'_>> {
        match self {
            Self::Draft4 => jsonschema::draft4::meta::validate(schema),
            Self::Draft6 => jsonschema::draft6::meta::validate(schema),
            Self::Draft7 => jsonschema::draft7::meta::validate(schema),
            Self::Draft2019 => jsonschema::draft201909::meta::validate(schema),
            Self::Draft2020 => jsonschema::draft202012::meta::validate(schema),
        }
    }
}

impl<'s> Dialect<'s> {
    /// The draft, if it is supported.
    pub(crate) fn claimed(self) -> Option<Draft> {
        match self {
            Self::Claimed(draft) => Some(draft),
            Self::Unclaimed(_) | Self::Own => None,
        }
    }

    /// What the schema's `$schema` says.
    pub(crate) fn of(schema: &'s Value) -> Self {
        let Some(uri) = schema.get("$schema").and_then(Value::as_str) else { return Self::Claimed(Draft::default()) };
        let name = uri.trim_end_matches('#').trim_start_matches("https://").trim_start_matches("http://");
        match name {
            "json-schema.org/draft/2020-12/schema" => Self::Claimed(Draft::Draft2020),
            "json-schema.org/draft/2019-09/schema" => Self::Claimed(Draft::Draft2019),
            "json-schema.org/draft-07/schema" => Self::Claimed(Draft::Draft7),
            "json-schema.org/draft-06/schema" => Self::Claimed(Draft::Draft6),
            "json-schema.org/draft-04/schema" => Self::Claimed(Draft::Draft4),
            other if other.starts_with("json-schema.org/") => Self::Unclaimed(uri),
            _ => Self::Own,
        }
    }
}

/// The name that the specification has.
impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Draft4 => "draft 4",
            Self::Draft6 => "draft 6",
            Self::Draft7 => "draft 7",
            Self::Draft2019 => "draft 2019-09",
            Self::Draft2020 => "draft 2020-12",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_draft_is_what_the_schema_says_and_the_newest_otherwise() {
        for (schema, dialect) in [
            (json!(true), Dialect::Claimed(Draft::Draft2020)),
            (json!({}), Dialect::Claimed(Draft::Draft2020)),
            (json!({"$schema": "http://json-schema.org/draft-07/schema#"}), Dialect::Claimed(Draft::Draft7)),
            (json!({"$schema": "https://json-schema.org/draft/2019-09/schema"}), Dialect::Claimed(Draft::Draft2019)),
            (json!({"$schema": "https://acme.example/meta"}), Dialect::Own),
            (json!({"$schema": "http://json-schema.org/draft-04/schema#"}), Dialect::Claimed(Draft::Draft4)),
            (
                json!({"$schema": "http://json-schema.org/draft-03/schema#"}),
                Dialect::Unclaimed("http://json-schema.org/draft-03/schema#"),
            ),
        ] {
            assert_eq!(Dialect::of(&schema), dialect, "{schema}");
        }
    }
}
