//! The JSON Schemas of flows, with their drafts.

use gantry_config::Flow;
use gantry_schema::Schema;
use serde::Serialize;

/// A schema that a source or target of a flow uses.
#[derive(Debug, Serialize)]
pub(super) struct SchemaUse {
    flow: String,
    /// `source`, or `target NAME`.
    end: String,
    file: String,
    /// The draft it is written for.
    draft: String,
}

/// Every schema of these flows: of each flow first the source's, then the targets'.
pub(super) fn of(flows: &[Flow]) -> Vec<SchemaUse> {
    flows.iter().flat_map(of_flow).collect()
}

fn of_flow(flow: &Flow) -> Vec<SchemaUse> {
    let targets = flow.targets.iter().map(|(name, target)| (format!("target {name}"), target.schema.as_ref()));
    let ends = std::iter::once(("source".to_owned(), flow.input_schema.as_ref())).chain(targets);
    ends.filter_map(|(end, schema)| Some(schema_use(flow, end, schema?))).collect()
}

fn schema_use(flow: &Flow, end: String, schema: &Schema) -> SchemaUse {
    let folder = flow.file.parent().unwrap_or(&flow.file);
    let file = schema.file().map(|file| file.strip_prefix(folder).unwrap_or(file).display().to_string());
    let draft = schema.draft().map_or_else(|| "its own metaschema".to_owned(), |draft| draft.to_string());
    SchemaUse { flow: flow.name.to_string(), end, file: file.unwrap_or_default(), draft }
}

impl std::fmt::Display for SchemaUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { flow, end, file, draft } = self;
        write!(f, "{flow}: {end} is checked against {file} ({draft})")
    }
}
