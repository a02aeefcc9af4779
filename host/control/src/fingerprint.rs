//! The content of everything that a flow consists of: its file, plugins, tables, schemas, certificates, and secrets in
//! files.
//!
//! A reload doesn't touch a flow whose fingerprint is unchanged. The fingerprint is taken before the parts are loaded:
//! if a part is replaced in between, the next reload finds a difference and loads the flow again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gantry_config::{Flow, SecretRef};
use gantry_core::Digest;
use gantry_engine::overrides::OverrideDigest;

/// The digest of each file's content; none if the file can't be read.
type Contents = BTreeMap<PathBuf, Option<Digest>>;

/// What a flow consisted of when it was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// Its file. Relative paths in it begin there, so a file that was moved is another flow.
    pub(crate) file: PathBuf,
    version: String,
    parts: Contents,
    /// What is read together with the flow's own file, as it was read then: the certificates of targets.
    settings: BTreeSet<(PathBuf, Digest)>,
    /// What is deployed to its steps in place of the plugins that its file names.
    pub(crate) deployed: OverrideDigest,
    /// Separate from the other parts: targets are opened again when a secret changes.
    pub(crate) secrets: Contents,
}

impl Fingerprint {
    /// Reads all parts of a flow.
    pub(crate) fn of(flow: &Flow, deployed: OverrideDigest) -> Self {
        Self {
            deployed,
            file: flow.file.clone(),
            version: flow.version.clone(),
            parts: contents(parts(flow).chain(schemas(flow).iter().map(PathBuf::as_path))),
            settings: settings(flow),
            secrets: contents(secrets(flow).into_iter().filter_map(|secret| match secret {
                SecretRef::File(path) => Some(path.as_path()),
                SecretRef::Env(_) => None,
            })),
        }
    }

    /// All files the flow depends on, its own included.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        let settings = self.settings.iter().map(|(file, _)| file);
        let parts = self.parts.keys().chain(settings).chain(self.secrets.keys());
        std::iter::once(&self.file).chain(parts).map(PathBuf::as_path)
    }
}

/// The flow's JSON Schemas, and all others in the same directories, because a `$ref` may name them.
fn schemas(flow: &Flow) -> BTreeSet<PathBuf> {
    let named = flow.input_schema.iter().chain(flow.targets.values().filter_map(|target| target.schema.as_ref()));
    let named: BTreeSet<_> = named.filter_map(|schema| schema.file()).map(Path::to_path_buf).collect();
    let folders: BTreeSet<_> = named.iter().filter_map(|file| file.parent()).collect();
    let beside = folders.into_iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let beside = beside.map(|entry| entry.path());
    let beside: Vec<_> = beside.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
    named.into_iter().chain(beside).collect()
}

/// The plugins and tables a flow names.
fn parts(flow: &Flow) -> impl Iterator<Item = &Path> {
    let plugins = flow.steps.iter().filter_map(|step| step.plugin()).map(|step| step.plugin.as_path());
    plugins.chain(flow.tables.values().map(|table| table.file.as_path()))
}

fn settings(flow: &Flow) -> BTreeSet<(PathBuf, Digest)> {
    let files = flow.targets.values().flat_map(|target| target.settings.files());
    files.map(|(file, digest)| (file.to_path_buf(), digest)).collect()
}

fn secrets(flow: &Flow) -> Vec<&SecretRef> {
    let of_targets = flow.targets.values().flat_map(|target| target.settings.secrets());
    flow.source.secrets().into_iter().chain(of_targets).collect()
}

fn contents<'a>(files: impl Iterator<Item = &'a Path>) -> Contents {
    files.map(|file| (file.to_path_buf(), digest(file))).collect()
}

fn digest(file: &Path) -> Option<Digest> {
    std::fs::read(file).ok().map(|bytes| Digest::of(&bytes))
}
