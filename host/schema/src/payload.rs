//! Reads the payload of a message as JSON.

use gantry_core::{Violation, escape};

use crate::tree::Tree;
use crate::violation;

impl Tree {
    /// Reads a message's payload. A payload that is not JSON is reported as a violation.
    pub fn of_message(content_type: &str, payload: &[u8]) -> Result<Self, Violation> {
        if !is_json(content_type) {
            let shown = escape(content_type, Violation::CODE_BYTES);
            return Err(violation::not_json(&format!("the content type is `{shown}`, not JSON")));
        }
        Self::parse(payload).map_err(|error| violation::not_json(&error.to_string()))
    }
}

/// `application/json`, and any type with the suffix `+json`, parameters aside.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(essence.as_str(), "application/json" | "text/json") || essence.ends_with("+json")
}
