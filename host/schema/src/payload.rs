//! Reads the payload of a message as JSON, for rules and schemas.

use gantry_core::{Violation, escape};

use crate::tree::{Document, Tree};
use crate::violation;

/// What an object means that has a member twice. Readers differ: some take the first one, some the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DuplicateMembers {
    /// Nothing: the message is refused, as nobody knows which one is meant.
    #[default]
    Refuse,
    /// The last one counts.
    TakeLast,
}

impl Tree {
    /// Reads a message's payload. One that can't be judged is reported as a violation.
    pub fn of_message(content_type: &str, payload: &[u8], duplicates: DuplicateMembers) -> Result<Self, Violation> {
        if !is_json(content_type) {
            let shown = escape(content_type, Violation::CODE_BYTES);
            let advice = "where the body is JSON, say `content_type = \"application/json\"` in the flow's source";
            return Err(violation::not_json(&format!("the content type is `{shown}`, not JSON; {advice}")));
        }
        let document = Document::parse(payload).map_err(|error| violation::not_json(&error.to_string()))?;
        match document.duplicate {
            Some(path) if duplicates == DuplicateMembers::Refuse => Err(violation::duplicate_member(&path)),
            _ => Ok(document.tree),
        }
    }
}

/// Whether a media type is one of JSON: `application/json`, and any type with the suffix `+json`, parameters aside.
#[must_use]
pub fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(essence.as_str(), "application/json" | "text/json") || essence.ends_with("+json")
}
