//! A schema as a document: read from a file, and checked against the draft that it names.

use std::path::Path;

use gantry_core::escape;
use jsonschema::ValidationError;
use serde_json::Value;

use crate::draft::Dialect;
use crate::error::DocumentError;
use crate::tree::Tree;

/// Most bytes of what the library says of a schema.
const TEXT_BYTES: usize = 400;

/// Reads a file that holds a schema.
pub(crate) fn read(file: &Path) -> Result<Value, DocumentError> {
    let tree = Tree::parse(&std::fs::read(file)?)?;
    let schema = tree.to_value().map_err(DocumentError::Digits)?;
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
    let place = error.instance_path().as_str().to_owned();
    DocumentError::Invalid { place, text: escape(&error.to_string(), TEXT_BYTES) }
}
