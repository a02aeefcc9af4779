//! JSON Schemas that messages are checked against. They are read and compiled here, so that a mistake in one is shown
//! where the flow names it, and no later code has to expect it.

use std::path::{Path, PathBuf};

use gantry_schema::{DocumentError, Folder, LoadError, Schema};

use super::Lower;
use crate::at::At;
use crate::diagnostic::Code;
use crate::raw::text::PathText;

const ABOUT_PATHS: &str = "paths are relative to the flow file; a schema is a JSON Schema in a file";
const ABOUT_REFERENCES: &str =
    "a `$ref` is relative to the file it stands in and leads to a file below the flow's folder";

impl Lower<'_> {
    /// A schema with everything it refers to, or `Some(None)` if the key is absent.
    pub(crate) fn schema(&mut self, named: Option<&At<PathText>>) -> Option<Option<Schema>> {
        let Some(named) = named else { return Some(None) };
        let file = self.existing_file(named, "the schema", ABOUT_PATHS)?;
        match Schema::load(&file, &Folder::new(&self.schema_folder(&file))) {
            Ok(schema) => Some(Some(schema.with_duplicate_members(self.duplicates))),
            Err(error) => {
                let shown = self.directory.join(&*named.value);
                let message = format!("the schema {} {error}", shown.display());
                self.report.add(Code::SchemaRefused, &named.span, message, help(&error));
                None
            }
        }
    }

    /// The folder that a `$ref` may lead to: the flow's, or the schema's own if it is elsewhere.
    fn schema_folder(&self, schema: &Path) -> PathBuf {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let own = std::path::absolute(&self.directory).unwrap_or_else(|_| real(".".as_ref()));
        let flows = self.kept.as_ref().map_or_else(|| own.clone(), |kept| kept.copy_of(&own));
        let schema = real(schema);
        if schema.starts_with(real(&flows)) { flows } else { schema.parent().map(Path::to_owned).unwrap_or(flows) }
    }
}

fn help(error: &LoadError) -> &'static str {
    match error {
        LoadError::Reference { .. } => ABOUT_REFERENCES,
        LoadError::Document(DocumentError::Digits(_)) => "write it with fewer digits",
        LoadError::Document(DocumentError::Duplicate(_)) => "leave one of them out",
        LoadError::Document(_) => "",
    }
}
