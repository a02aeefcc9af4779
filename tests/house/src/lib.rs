//! What tests of the house share: the project's files and what its manifests say.
//!
//! The tests under `tests/` check that the project is as it says of itself, from its files alone. Nothing here depends on
//! another crate of the workspace, so they run within seconds, and CI runs them first.

pub mod imports;
pub mod manifest;
pub mod markdown;
pub mod names;
pub mod style;
pub mod tokens;

use std::path::{Path, PathBuf};

/// Folders without files that are written by hand, wherever they are.
const PASSED_OVER: &[&str] = &["target", "dist", "book", "node_modules", "snapshots"];

/// One file of the project.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Relative to the project's root, with `/` between folders.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// The project's root.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Every file below these folders of the project with this extension, sorted. A folder that isn't there holds none.
#[must_use]
pub fn files(folders: &[&str], extension: &str) -> Vec<SourceFile> {
    let mut paths = Vec::new();
    folders.iter().for_each(|folder| walk(&root().join(folder), &mut paths));
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths.dedup();
    paths.iter().map(|path| read(path)).collect()
}

/// One file of the project.
///
/// # Panics
/// When it isn't there.
#[must_use]
pub fn file(path: &str) -> SourceFile {
    read(&root().join(path))
}

/// The text without comments and string contents: what the compiler acts on, as far as names go.
#[must_use]
pub fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || PASSED_OVER.contains(&&*name) {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&entry.path(), found),
            Ok(kind) if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
}

fn read(path: &Path) -> SourceFile {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let root = root();
    let relative = path.strip_prefix(&root).unwrap_or(path);
    SourceFile { path: relative.to_string_lossy().replace('\\', "/"), text }
}
