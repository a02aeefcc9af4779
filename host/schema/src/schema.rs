//! A schema: read, checked and compiled once, then held against any number of messages.
//!
//! Patterns take linear time, so no message can make one run for long. Only one with look-around or a backreference may
//! need more; it is given up after so many steps, and only `pattern` may have one.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gantry_core::Violation;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, ReferencingError, Retrieve, ValidationError, ValidationOptions, Validator};
use serde_json::Value;

use crate::document::{broken, claimed, read};
use crate::draft::{Dialect, Draft};
use crate::error::{DocumentError, LoadError};
use crate::folder::{self, Folder};
use crate::meter::Meter;
use crate::payload::DuplicateMembers;
use crate::tree::{Tree, token};
use crate::view::{Exact, View, is_late};
use crate::{arithmetic, pattern, violation};

/// Most broken rules that are collected for one message, including those of alternatives that don't fit. This is enough
/// for the two hundred that are kept, and takes a few megabytes.
const NOTED: usize = 10_000;

/// A JSON Schema, ready to use; cheap to clone.
#[derive(Clone)]
pub struct Schema {
    compiled: Arc<Compiled>,
    duplicates: DuplicateMembers,
}

struct Compiled {
    file: Option<PathBuf>,
    /// The files that it refers to.
    references: BTreeSet<PathBuf>,
    draft: Option<Draft>,
    validator: Validator<Exact>,
}

impl Schema {
    /// Reads a schema and what it refers to.
    pub fn load(file: &Path, folder: &Folder) -> Result<Self, LoadError> {
        let schema = read(file)?;
        let base = folder.uri(file);
        let folder = folder.clone().of_schema(&schema, file);
        let options = jsonschema::options_for::<Exact>().with_retriever(folder.clone());
        let options = match base {
            Some(base) => options.with_base_uri(base),
            None => options,
        };
        let (draft, validator) = compile(&schema, options)?;
        let compiled = Compiled { file: Some(file.to_owned()), references: folder.files(), draft, validator };
        Ok(Self { compiled: Arc::new(compiled), duplicates: DuplicateMembers::default() })
    }

    /// A schema that stands alone: it can refer to nothing outside itself.
    pub fn alone(schema: &Value) -> Result<Self, LoadError> {
        claimed(schema)?;
        let (draft, validator) = compile(schema, jsonschema::options_for::<Exact>().offline())?;
        let compiled = Compiled { file: None, references: BTreeSet::new(), draft, validator };
        Ok(Self { compiled: Arc::new(compiled), duplicates: DuplicateMembers::default() })
    }

    /// The same schema, with another answer to objects that have a member twice.
    #[must_use]
    pub fn with_duplicate_members(self, duplicates: DuplicateMembers) -> Self {
        Self { duplicates, ..self }
    }

    /// Where it was read from.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.compiled.file.as_deref()
    }

    /// The files that it refers to, also through one another.
    #[must_use]
    pub fn references(&self) -> &BTreeSet<PathBuf> {
        &self.compiled.references
    }

    /// The draft it is written for; none where it names a metaschema of its own.
    #[must_use]
    pub fn draft(&self) -> Option<Draft> {
        self.compiled.draft
    }

    /// The rules a payload breaks; none when it fits. A payload that isn't JSON breaks one rule: that it must be.
    #[must_use]
    pub fn check(&self, content_type: &str, payload: &[u8]) -> Vec<Violation> {
        match Tree::of_message(content_type, payload, self.duplicates) {
            Ok(tree) => self.broken_by(&tree),
            Err(violation) => vec![violation],
        }
    }

    /// The rules a value breaks; none when it fits.
    #[must_use]
    pub fn check_value(&self, value: &Value) -> Vec<Violation> {
        self.broken_by(&value.into())
    }

    fn broken_by(&self, tree: &Tree) -> Vec<Violation> {
        let validator = &self.compiled.validator;
        let unbounded = Meter::default();
        let is_valid = validator.is_valid(View::of(tree, &unbounded));
        if is_valid && unbounded.unreadable().is_empty() {
            return Vec::new();
        }
        let meter = Meter::of(NOTED);
        let errors = validator.iter_errors(View::of(tree, &meter)).filter(|error| !is_late(error));
        let broken: Vec<_> = errors.flat_map(|error| violation::of(&error, tree)).collect();
        let asked = if is_valid { unbounded.unreadable() } else { meter.unreadable() };
        let mut violations = unreadable(tree, &asked);
        violations.extend(broken);
        let further = violations.len().saturating_sub(Violation::MOST);
        if further > 0 {
            violations.truncate(Violation::MOST);
            violations.push(Violation::further(further));
        }
        if violations.is_empty() {
            violations.push(Violation::further(NOTED));
        }
        violations
    }
}

fn compile(
    schema: &Value,
    options: ValidationOptions<'_, Arc<dyn Retrieve>, Exact>,
) -> Result<(Option<Draft>, Validator<Exact>), LoadError> {
    let options = options.with_pattern_options(PatternOptions::regex()).should_validate_formats(true);
    let (draft, options) = match Dialect::of(schema) {
        Dialect::Claimed(draft) => {
            (Some(draft), pattern::bounded(arithmetic::exact(draft, options.with_draft(draft.library()))))
        }
        // Its own metaschema may leave out the keywords that would be replaced.
        Dialect::Own | Dialect::Unclaimed(_) => (None, options),
    };
    Ok((draft, options.build(schema).map_err(|error| unusable(&error, schema))?))
}

/// The values that were asked for and can't be checked, each at its place.
fn unreadable(tree: &Tree, asked: &[*const Tree]) -> Vec<Violation> {
    let unreadable = asked.iter().filter_map(|value| {
        let path = tree.path_to(*value)?;
        violation::unreadable(&path, tree.at(&path)?)
    });
    unreadable.collect()
}

/// Shows its file and its draft; the rest belongs to the library.
impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema")
            .field("file", &self.compiled.file)
            .field("draft", &self.compiled.draft)
            .finish_non_exhaustive()
    }
}

fn unusable(error: &ValidationError<'_>, schema: &Value) -> LoadError {
    let ValidationErrorKind::Referencing(error) = error.kind() else { return broken(error).into() };
    let (leads_to, text) = match error {
        ReferencingError::UnknownSpecification { specification } => {
            return DocumentError::Draft(specification.clone()).into();
        }
        ReferencingError::Unretrievable { uri, source } => {
            (uri.rsplit('/').next().unwrap_or(uri), format!("`{}`: {source}", folder::shown(uri)))
        }
        ReferencingError::PointerToNowhere { pointer } => (pointer.as_str(), format!("there is no `{pointer}`")),
        other => return LoadError::Reference { place: None, text: other.to_string() },
    };
    LoadError::Reference { place: reference(schema, leads_to), text }
}

/// Where a schema refers to something whose name ends so. The library doesn't say.
fn reference(schema: &Value, end: &str) -> Option<String> {
    let below = |name: String, value: &Value| Some(format!("/{name}{}", reference(value, end)?));
    match schema {
        Value::Object(members) => members.iter().find_map(|(name, member)| match member {
            Value::String(text) if name.ends_with("$ref") && text.ends_with(end) => Some(format!("/{}", token(name))),
            member => below(token(name), member),
        }),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| below(index.to_string(), item)),
        _ => None,
    }
}
