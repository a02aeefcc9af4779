//! The JSON Schemas that flows hold messages to, with their drafts: what a check found to be usable.

use gantry_config::Flow;
use gantry_schema::Schema;
use serde::Serialize;

/// One schema at one end of a flow.
#[derive(Debug, Serialize)]
pub(super) struct Held {
    flow: String,
    /// `source`, or `target NAME`.
    end: String,
    file: String,
    /// The draft it is written for.
    draft: String,
}

/// Every schema of these flows, in the order messages meet them.
pub(super) fn of(flows: &[Flow]) -> Vec<Held> {
    let of_flow = |flow: &Flow| {
        let targets = flow.targets.iter().map(|(name, target)| (format!("target {name}"), target.schema.as_ref()));
        let ends = std::iter::once(("source".to_owned(), flow.input_schema.as_ref())).chain(targets);
        ends.filter_map(|(end, schema)| Some(held(flow, end, schema?))).collect::<Vec<_>>()
    };
    flows.iter().flat_map(of_flow).collect()
}

fn held(flow: &Flow, end: String, schema: &Schema) -> Held {
    let folder = flow.file.parent().unwrap_or(&flow.file);
    let file = schema.file().map(|file| file.strip_prefix(folder).unwrap_or(file).display().to_string());
    let draft = schema.draft().map_or_else(|| "a metaschema of its own".to_owned(), |draft| draft.to_string());
    Held { flow: flow.name.to_string(), end, file: file.unwrap_or_default(), draft }
}

impl std::fmt::Display for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { flow, end, file, draft } = self;
        write!(f, "{flow}: {end} is held to {file} ({draft})")
    }
}
