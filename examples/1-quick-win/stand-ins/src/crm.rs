//! The CRM: exports its contacts as a JSON file into a watched directory.
//!
//! The file is first written under a name that the watcher ignores and then renamed, so that the watcher never sees half
//! of it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;

#[derive(Deserialize)]
struct Contact {
    id: String,
}

/// Puts a copy of `export` into `directory`, all at once, and returns its path and number of contacts.
pub fn drop_export(export: &Path, directory: &Path) -> anyhow::Result<(PathBuf, usize)> {
    let contacts = contacts(export)?.len();
    let name = export.file_name().context("the export has no name")?;
    let partial = directory.join(format!(".{}.part", name.display()));
    let whole = directory.join(name);
    std::fs::create_dir_all(directory)
        .and_then(|()| std::fs::copy(export, &partial))
        .and_then(|_| std::fs::rename(&partial, &whole))
        .with_context(|| format!("failed to write {}", whole.display()))?;
    Ok((whole, contacts))
}

/// The numbers of the contacts in an export: a JSON array of objects with an `id`.
pub fn contacts(export: &Path) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read(export).with_context(|| format!("failed to read {}", export.display()))?;
    let contacts: Vec<Contact> =
        serde_json::from_slice(&text).with_context(|| format!("{} is no export", export.display()))?;
    Ok(contacts.into_iter().map(|contact| contact.id).collect())
}
