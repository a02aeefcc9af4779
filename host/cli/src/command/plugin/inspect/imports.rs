//! Compares a plugin's imports with grants.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use gantry_component::Inspection;
use gantry_config::{PluginStep, Step, load_flows};
use gantry_core::{Digest, Place};
use gantry_sandbox::{Standing, standing};
use serde::Serialize;

use crate::exit::{Exit, Failure, OrExit as _};
use crate::output::Output;

/// An import and its grant.
#[derive(Debug, Serialize)]
pub(super) struct Import {
    pub(super) name: String,
    /// A description: free, locked, the line that grants it, or the line that would grant it.
    pub(super) note: String,
    /// Whether a grant is missing.
    pub(super) missing: bool,
}

/// A step that uses a plugin.
pub(super) struct PluginUse {
    pub(super) plugin: PluginStep,
    /// Its position in the flow file.
    pub(super) place: Place,
}

impl PluginUse {
    fn of(step: Step) -> Option<Self> {
        Some(Self { plugin: step.plugin()?.clone(), place: step.place })
    }
}

/// The steps of a flow that use this plugin.
pub(super) fn steps_of(
    flow: &Path,
    file: &Path,
    found: &Inspection,
    output: &Output,
) -> Result<Vec<PluginUse>, Failure> {
    let flows = load_flows(&[flow], &gantry_transport::kinds())
        .map_err(|mistakes| Failure::mistakes(Exit::InvalidConfig, "the flows have mistakes", &mistakes, output));
    let all: Vec<_> = flows?.0.into_iter().flat_map(|flow| flow.steps).filter_map(PluginUse::of).collect();
    let named: Vec<_> = all.iter().map(|step| step.plugin.plugin.display().to_string()).collect();
    let used: Vec<_> = all.into_iter().filter(|step| is_of(&step.plugin, file, found.digest)).collect();
    if used.is_empty() {
        let steps = if named.is_empty() { "it has no steps".to_owned() } else { named.join(", ") };
        let error = anyhow!("no step of {} uses {}: its steps use {steps}", flow.display(), file.display());
        return Err(error).context("there is nothing to compare with").or_exit(Exit::NotFound);
    }
    Ok(used)
}

/// The same file, or another with the same contents.
fn is_of(step: &PluginStep, file: &Path, digest: Digest) -> bool {
    let same_file = match (step.plugin.canonicalize(), file.canonicalize()) {
        (Ok(of_step), Ok(file)) => of_step == file,
        _ => false,
    };
    same_file || std::fs::read(&step.plugin).is_ok_and(|bytes| Digest::of(&bytes) == digest)
}

/// Compares every import with the grants of these steps; without steps, states the grant it needs.
pub(super) fn against(found: &Inspection, steps: &[PluginUse]) -> Vec<Import> {
    found.imports.iter().map(|name| Import::new(name, found, steps)).collect()
}

impl Import {
    fn new(name: &str, found: &Inspection, steps: &[PluginUse]) -> Self {
        match standing(name) {
            Standing::Free => Self::available(name, "free"),
            Standing::Wasi => Self::locked(name, None),
            Standing::Folders => Self::locked(name, steps.iter().find(|step| !step.plugin.grants.files.is_empty())),
            Standing::Environment => Self::locked(name, steps.iter().find(|step| !step.plugin.grants.env.is_empty())),
            Standing::Refused { hint } => Self::missing(name, format!("REFUSED by every host: {hint}")),
            Standing::NeedsLookup => Self::granted(name, &lookup_line(found), steps, &|step| lookup(step, found)),
            Standing::NeedsClock => Self::granted(name, "clock = true", steps, &|step| {
                if step.plugin.grants.clock { Some("clock = true".to_owned()) } else { None }
            }),
        }
    }

    fn available(name: &str, note: impl Into<String>) -> Self {
        Self { name: name.to_owned(), note: note.into(), missing: false }
    }

    /// A part of WASI that is there in any case; `by` is a step that puts something behind it.
    fn locked(name: &str, by: Option<&PluginUse>) -> Self {
        match by {
            Some(step) => Self::available(name, format!("granted by {}, see `granted`", step.place)),
            None => Self::available(name, "locked: there is nothing behind it without a grant"),
        }
    }

    fn missing(name: &str, note: String) -> Self {
        Self { name: name.to_owned(), note, missing: true }
    }

    /// Granted if every step grants it; otherwise the first step that does not is named.
    fn granted(name: &str, line: &str, steps: &[PluginUse], by: &dyn Fn(&PluginUse) -> Option<String>) -> Self {
        if let Some(step) = steps.iter().find(|step| by(step).is_none()) {
            let note = format!("NOT granted by {}: add `grants = {{ {line} }}` under that [[step]]", step.place);
            return Self::missing(name, note);
        }
        match steps.first().and_then(|step| Some((step, by(step)?))) {
            Some((step, granted)) => Self::available(name, format!("granted by {} ({granted})", step.place)),
            None => Self::available(name, format!("needs `grants = {{ {line} }}` under [[step]]")),
        }
    }
}

/// The line that grants all tables that the plugin asks for.
fn lookup_line(found: &Inspection) -> String {
    let wanted = found.manifest.as_ref().map(|manifest| manifest.wants.lookup.as_slice()).unwrap_or_default();
    if wanted.is_empty() { "lookup = [\"TABLE\"]".to_owned() } else { tables(wanted) }
}

/// The tables a step grants, if they include all that the plugin asks for.
fn lookup(step: &PluginUse, found: &Inspection) -> Option<String> {
    let wanted = found.manifest.iter().flat_map(|manifest| &manifest.wants.lookup);
    let granted: Vec<_> = step.plugin.grants.lookup.iter().cloned().collect();
    let enough = !granted.is_empty() && wanted.into_iter().all(|table| granted.contains(table));
    enough.then(|| tables(&granted))
}

fn tables(names: &[String]) -> String {
    format!("lookup = {names:?}")
}
