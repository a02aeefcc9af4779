//! Imports of exported dead letters.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use gantry_core::FlowName;

use super::{DeadLetter, Object, form};

/// The result of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    /// Letters that were added.
    pub added: usize,
    /// Letters that were already present and left as they are.
    pub present: usize,
    /// Flows of these dead letters that are not in force here: they can't be replayed until a flow of that name is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, value_type = Vec<form::FlowName>)]
    pub missing_flows: Vec<FlowName>,
}

/// Who imports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Who makes the request.
    pub by: String,
}

/// A line of an export that is not a dead letter.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct BadLine {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

/// Reads the dead letter of one line of an export; none if the line is empty.
///
/// # Errors
/// When the line is not a dead letter, or its id does not match its message.
pub fn dead_letter_of_line(line: usize, text: &[u8]) -> Result<Option<DeadLetter>, BadLine> {
    if text.trim_ascii().is_empty() {
        return Ok(None);
    }
    // The position in a JSON error is relative to this line.
    let read: Result<Object<DeadLetter>, _> = serde_json::from_slice(text);
    let Object(dead_letter) = read.map_err(|error| BadLine { line, problem: error.to_string() })?;
    if dead_letter.id.message != dead_letter.received.id {
        let problem =
            format!("the dead letter has id {}, but its message has id {}", dead_letter.id, dead_letter.received.id);
        return Err(BadLine { line, problem });
    }
    Ok(Some(dead_letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_reported_with_its_number() {
        assert!(dead_letter_of_line(1, b"  ").is_ok_and(|found| found.is_none()));
        let error = dead_letter_of_line(17, b"{\"id\": 4}").map(|_| ()).map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.starts_with("line 17: ")));
    }
}
