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
    /// Its plugins, tables and schemas, and what those refer to.
    parts: Contents,
    /// What else is beside its schemas: a reference may be about to name it.
    beside: Contents,
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
            parts: contents(parts(flow).chain(schemas(flow))),
            beside: contents(beside(flow).iter().map(PathBuf::as_path)),
            settings: settings(flow),
            secrets: contents(secrets(flow).into_iter().filter_map(|secret| match secret {
                SecretRef::File(path) => Some(path.as_path()),
                SecretRef::Env(_) => None,
            })),
        }
    }

    /// The files that are part of the configuration, each with its digest: all but the flow's own, and the secrets.
    pub(crate) fn configuration(&self) -> BTreeMap<PathBuf, Digest> {
        let parts = self.parts.iter().filter_map(|(file, digest)| Some((file.clone(), (*digest)?)));
        parts.chain(self.settings.iter().cloned()).collect()
    }

    /// All files the flow depends on, its own included.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        let settings = self.settings.iter().map(|(file, _)| file);
        let parts = self.parts.keys().chain(self.beside.keys()).chain(settings).chain(self.secrets.keys());
        std::iter::once(&self.file).chain(parts).map(PathBuf::as_path)
    }
}

/// The flow's JSON Schemas, and what they refer to.
fn schemas(flow: &Flow) -> impl Iterator<Item = &Path> {
    let named = flow.input_schema.iter().chain(flow.targets.values().filter_map(|target| target.schema.as_ref()));
    named.flat_map(|schema| schema.file().into_iter().chain(schema.references().iter().map(PathBuf::as_path)))
}

/// All other schemas in the same directories.
fn beside(flow: &Flow) -> BTreeSet<PathBuf> {
    let folders: BTreeSet<_> = schemas(flow).filter_map(Path::parent).collect();
    let beside: BTreeSet<_> = folders.into_iter().flat_map(schemas_in).collect();
    let named: BTreeSet<_> = schemas(flow).collect();
    beside.into_iter().filter(|file| !named.contains(file.as_path())).collect()
}

/// The JSON files in a directory; none if it can't be read.
pub(crate) fn schemas_in(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect()
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
