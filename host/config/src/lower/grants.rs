//! Grants of a step: tables, the clock, folders and variables of the environment.
//!
//! A plugin never gets a secret, so a variable whose value looks like a reference to one is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gantry_core::{FolderGrant, Grants};

use super::Lower;
use super::step::Tables;
use crate::at::At;
use crate::diagnostic::Code;
use crate::raw::flow::{FolderTable, GrantsTable};
use crate::raw::text::PathText;

/// What a host's data directory holds.
const ADMIN_TOKEN: &str = "admin.token";
const STORE: &str = "store";

impl Lower<'_> {
    pub(super) fn grants(&mut self, raw: GrantsTable, tables: &Tables) -> Option<Grants> {
        let mut lookup = Some(BTreeSet::new());
        for table in raw.lookup.unwrap_or_default() {
            if self.has_table(&table, tables, "to grant") {
                lookup.as_mut().map(|granted| granted.insert(table.value));
            } else {
                lookup = None;
            }
        }
        let files = self.folders(raw.files.unwrap_or_default());
        let env = self.variables(raw.env.unwrap_or_default());
        Some(Grants { lookup: lookup?, clock: raw.clock.unwrap_or(false), files: files?, env: env? })
    }

    fn folders(&mut self, raw: Vec<At<FolderTable>>) -> Option<Vec<FolderGrant>> {
        let mut taken = BTreeSet::new();
        let lowered: Vec<_> = raw.into_iter().map(|folder| self.folder(folder.value, &mut taken)).collect();
        lowered.into_iter().collect()
    }

    fn folder(&mut self, raw: FolderTable, taken: &mut BTreeSet<String>) -> Option<FolderGrant> {
        let write = raw.write.filter(|write| write.value);
        if let Some(write) = &write {
            let help = "let the plugin emit what is to be kept, to a target of kind `file`";
            self.report.add(Code::Conflict, &write.span, "a plugin can't be granted to write files", help);
        }
        let path = raw.path.and_then(|path| self.existing_folder(&path));
        let at = raw.at.and_then(|at| self.place(at, taken));
        if write.is_some() { None } else { Some(FolderGrant { path: path?, at: at? }) }
    }

    fn existing_folder(&mut self, path: &At<PathText>) -> Option<PathBuf> {
        let found = self.path(path)?;
        if found.is_dir() && reaches_a_data_directory(&found) {
            let message = format!("the folder {} reaches the data directory of a host", found.display());
            let help =
                "a plugin never gets what is in there: the admin token, keys, messages; grant a folder of its own";
            self.report.add(Code::Conflict, &path.span, message, help);
            return None;
        }
        if found.is_dir() {
            return Some(found);
        }
        let problem = if found.exists() { "is no folder" } else { "does not exist" };
        let message = format!("the folder {} {problem}", self.directory.join(&*path.value).display());
        let help = "paths are relative to the flow file; put a single file into a folder of its own";
        self.report.add(Code::MissingFile, &path.span, message, help);
        None
    }

    /// Where the plugin finds a folder.
    fn place(&mut self, at: At<String>, taken: &mut BTreeSet<String>) -> Option<String> {
        if !is_absolute(&at.value) {
            let message = format!("`{}` is not a path at which a plugin can find a folder", at.value);
            self.invalid(&at.span, message, "write an absolute path without `.` and `..`, such as \"/data\"");
            return None;
        }
        if !taken.insert(at.value.clone()) {
            let message = format!("the step has a folder at `{}` already", at.value);
            self.report.add(Code::Conflict, &at.span, message, "");
            return None;
        }
        Some(at.value)
    }

    fn variables(&mut self, raw: BTreeMap<At<String>, At<String>>) -> Option<BTreeMap<String, String>> {
        let lowered: Vec<_> = raw.into_iter().map(|(name, value)| self.variable(name, value)).collect();
        lowered.into_iter().collect()
    }

    fn variable(&mut self, name: At<String>, value: At<String>) -> Option<(String, String)> {
        let is_name = name.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if name.value.is_empty() || !is_name || name.value.starts_with(|first: char| first.is_ascii_digit()) {
            let message = format!("`{}` is not the name of an environment variable", name.value);
            self.invalid(&name.span, message, "use letters, digits and `_`");
            return None;
        }
        if value.value.starts_with("env:") || value.value.starts_with("file:") {
            let help = "write the value itself; what needs the secret is a source or a target";
            self.report.add(Code::Conflict, &value.span, "a plugin never gets a secret", help);
            return None;
        }
        if value.value.contains('\0') {
            self.invalid(&value.span, "a variable of the environment can't contain a NUL", "");
            return None;
        }
        Some((name.value, value.value))
    }
}

/// Whether a folder is a host's data directory, is in one, or has one right below. The root holds everything.
fn reaches_a_data_directory(folder: &Path) -> bool {
    let is_data = |folder: &Path| folder.join(ADMIN_TOKEN).exists() && folder.join(STORE).exists();
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mut below = std::fs::read_dir(&real).into_iter().flatten().flatten();
    real.parent().is_none() || real.ancestors().any(is_data) || below.any(|entry| is_data(&entry.path()))
}

/// An absolute path of plain names.
fn is_absolute(at: &str) -> bool {
    at.strip_prefix('/').is_some_and(|names| names.split('/').all(is_plain))
}

fn is_plain(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains('\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_found_at_an_absolute_path_of_plain_names() {
        for good in ["/data", "/data/models", "/a.b"] {
            assert!(is_absolute(good), "{good}");
        }
        for bad in ["", "/", "data", "./data", "/data/", "//data", "/data/../etc", "/."] {
            assert!(!is_absolute(bad), "{bad}");
        }
    }

    #[test]
    fn a_data_directory_is_recognised_from_within_and_from_right_above() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(path("data/store")).unwrap();
        std::fs::create_dir_all(path("models")).unwrap();
        std::fs::write(path("data/admin.token"), "").unwrap();
        for reaching in [folder.path(), &path("data"), &path("data/store"), Path::new("/")] {
            assert!(reaches_a_data_directory(reaching), "{}", reaching.display());
        }
        assert!(!reaches_a_data_directory(&path("models")));
    }
}
