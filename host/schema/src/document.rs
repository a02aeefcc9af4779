//! A schema as a document: read from a file, and checked against the draft that it names.

use std::path::Path;

use gantry_core::escape;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use crate::draft::Dialect;
use crate::error::DocumentError;
use crate::tree::{Document, NotHeld, WhyNotHeld};

/// Most bytes of what the library says of a schema.
const TEXT_BYTES: usize = 400;

/// Reads a file that holds a schema.
pub(crate) fn read(file: &Path) -> Result<Value, DocumentError> {
    let Document { tree, duplicate } = Document::parse(&std::fs::read(file)?)?;
    if let Some(place) = duplicate {
        return Err(DocumentError::Duplicate(place));
    }
    let schema = tree.to_value().map_err(|NotHeld { place, why }| match why {
        WhyNotHeld::Digits => DocumentError::Digits(place),
        WhyNotHeld::Unpaired => DocumentError::Unpaired(place),
        WhyNotHeld::TooDeep => DocumentError::TooDeep(place),
    })?;
    claimed(&schema)?;
    Ok(schema)
}

/// Refuses a draft that the host doesn't know.
pub(crate) fn claimed(schema: &Value) -> Result<(), DocumentError> {
    match Dialect::of(schema) {
        Dialect::Unclaimed(uri) => Err(DocumentError::Draft(uri.to_owned())),
        Dialect::Claimed(_) | Dialect::Own => Ok(()),
    }
}

/// The rule for schemas that this schema breaks.
pub(crate) fn broken(error: &ValidationError<'_>) -> DocumentError {
    if let ValidationErrorKind::Format { .. } = error.kind() {
        // Of schemas themselves only patterns are held to a format, and those of `pattern` were seen before.
        let place = error.schema_path().as_str().to_owned();
        let advice = "names of members are matched in linear time, without look-around and backreferences";
        return DocumentError::Invalid { place, text: format!("{}; {advice}", escape(&error.to_string(), TEXT_BYTES)) };
    }
    let place = error.instance_path().as_str().to_owned();
    DocumentError::Invalid { place, text: escape(&error.to_string(), TEXT_BYTES) }
}
