//! What the steps of a flow grant of the machine to a plugin: folders and variables. Imports don't tell: they name the
//! interface, and not what is behind it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use super::imports::PluginUse;

/// What one step grants.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Granted {
    /// The step's position in the flow file.
    place: String,
    files: Vec<Folder>,
    /// Values by name: they are written out in the flow, so none is a secret.
    env: BTreeMap<String, String>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Folder {
    path: PathBuf,
    /// Where the plugin finds it.
    at: String,
}

impl Granted {
    /// What each of these steps grants; a step that grants nothing of it is there, too.
    pub(super) fn by(steps: &[PluginUse]) -> Vec<Self> {
        steps.iter().map(Self::of).collect()
    }

    fn of(step: &PluginUse) -> Self {
        let grants = &step.plugin.grants;
        let files = grants.files.iter().map(|folder| Folder { path: folder.path.clone(), at: folder.at.clone() });
        Self { place: step.place.to_string(), files: files.collect(), env: grants.env.clone() }
    }

    /// A line for each folder and variable.
    pub(super) fn lines(&self) -> Vec<String> {
        let files = self.files.iter().map(|folder| format!("  files: {} at {}", folder.path.display(), folder.at));
        let env = self.env.iter().map(|(name, value)| format!("  env: {name} = {value:?}"));
        let lines: Vec<_> = files.chain(env).collect();
        let nothing = if lines.is_empty() { ": no files, no environment" } else { "" };
        std::iter::once(format!("by {}{nothing}", self.place)).chain(lines).collect()
    }
}
