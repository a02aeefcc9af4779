//! Writes the files of a new plugin, from those embedded in this binary.

use std::path::{Component, Path, PathBuf};

use crate::embedded;

/// The lock file of a Rust project.
const CARGO_LOCK: &str = "Cargo.lock";

/// What begins a package in it.
const PACKAGE: &str = "\n[[package]]\n";

/// Folder names that are not copied with an SDK.
const NOT_VENDORED: &str = "template";

/// The placeholders in a template's contents and file names, with their values.
pub(super) struct Placeholders([(&'static str, String); 4]);

impl Placeholders {
    pub(super) fn new(name: &str, sdk: &str) -> Self {
        Self([
            ("{{name}}", name.to_owned()),
            ("{{module}}", name.replace('-', "_")),
            ("{{sdk}}", sdk.to_owned()),
            // As lock files of npm name a folder.
            ("{{sdk_folder}}", sdk.trim_start_matches("./").to_owned()),
        ])
    }

    fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (placeholder, value)| text.replace(placeholder, value))
    }
}

/// Writes a template's files; returns how many.
pub(super) fn write_template(template: &str, folder: &Path, placeholders: &Placeholders) -> std::io::Result<usize> {
    let mut written = 0;
    for (name, bytes) in embedded::files(&format!("{template}/")) {
        let path = folder.join(placeholders.fill(&with_dot(name)));
        match std::str::from_utf8(bytes) {
            Ok(text) if name == CARGO_LOCK => write(&path, in_order(&placeholders.fill(text)).as_bytes())?,
            Ok(text) => write(&path, placeholders.fill(text).as_bytes())?,
            Err(_) => write(&path, bytes)?,
        }
        written += 1;
    }
    Ok(written)
}

/// The lock file with its packages in the order of their names, as cargo writes it: a plugin's own name may belong elsewhere
/// than the template's. Several versions of one package stay in their order.
fn in_order(lock: &str) -> String {
    let mut parts = lock.split(PACKAGE);
    let head = parts.next().unwrap_or_default();
    let mut packages: Vec<_> = parts.map(|package| package.trim_end()).collect();
    packages.sort_by_key(|package| package.lines().next().unwrap_or_default());
    let packages: String = packages.iter().map(|package| format!("{PACKAGE}{package}\n")).collect();
    format!("{head}{packages}")
}

/// Copies SDKs and the contract, with the same layout as in the repository; returns the number of files.
pub(super) fn vendor(sdks: &[&str], folder: &Path) -> std::io::Result<usize> {
    let of_sdks = sdks.iter().flat_map(|sdk| {
        let folder = format!("{sdk}/");
        let files = embedded::files(&folder).filter(|(name, _)| !name.starts_with(NOT_VENDORED));
        files.map(|(name, bytes)| (format!("{folder}{name}"), bytes)).collect::<Vec<_>>()
    });
    let contract = embedded::files("wit/").map(|(name, bytes)| (format!("wit/{name}"), bytes));
    let licence = embedded::file("LICENSE").map(|bytes| ("LICENSE".to_owned(), bytes));
    let mut written = 0;
    for (name, bytes) in of_sdks.chain(contract).chain(licence) {
        write(&folder.join(name), bytes)?;
        written += 1;
    }
    Ok(written)
}

/// The relative path from one folder to another, both absolute; with `/` and a leading dot, as the manifests of all
/// languages accept it.
pub(super) fn relative(from: &Path, to: &Path) -> String {
    // The folder may not exist yet, and existing parts may be links.
    let from = existing(from);
    let shared = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir.as_os_str());
    let path: PathBuf = up.chain(to.components().skip(shared).map(|part| part.as_os_str())).collect();
    let path = path.to_string_lossy().replace('\\', "/");
    if path.starts_with('.') { path } else { format!("./{path}") }
}

/// The path with links resolved in its existing part.
fn existing(path: &Path) -> PathBuf {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Err(_), Some(parent), Some(name)) => existing(parent).join(name),
        (Ok(found), ..) => found,
        _ => path.to_owned(),
    }
}

/// Templates contain `.gitignore` without the dot, so that it does not apply to the template itself.
fn with_dot(name: &str) -> String {
    match name.strip_suffix("gitignore") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => format!("{folder}.gitignore"),
        _ => name.to_owned(),
    }
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_in_and_the_dot_is_added() {
        let placeholders = Placeholders::new("order-to-erp", "../sdk/rust");
        assert_eq!(placeholders.fill("{{name}} {{module}} {{sdk}}"), "order-to-erp order_to_erp ../sdk/rust");
        assert_eq!(with_dot("gitignore"), ".gitignore");
        assert_eq!(with_dot("a/gitignore"), "a/.gitignore");
        assert_eq!(with_dot("notgitignore"), "notgitignore");
    }

    #[test]
    fn a_lock_file_has_its_packages_in_the_order_of_their_names() {
        let lock = "# head\nversion = 4\n\n[[package]]\nname = \"a\"\nversion = \"1\"\n\n[[package]]\nname = \"c\"\nversion = \"0.9\"\n\n\
                    [[package]]\nname = \"c\"\nversion = \"0.10\"\n\n[[package]]\nname = \"b\"\nversion = \"1\"\n";
        let sorted = in_order(lock);
        let names: Vec<_> = sorted.lines().filter(|line| line.starts_with("version")).collect();
        assert_eq!(
            names,
            ["version = 4", "version = \"1\"", "version = \"1\"", "version = \"0.9\"", "version = \"0.10\""]
        );
        assert_eq!(in_order(&sorted), sorted);
        assert_eq!(sorted.len(), lock.len());
    }

    #[test]
    fn the_path_to_a_checkout_leads_up_and_down_again() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path().canonicalize().unwrap();
        let sdk = top.join("gantry/sdk/go");
        assert_eq!(relative(&top.join("work/new/plugin"), &sdk), "../../../gantry/sdk/go");
        assert_eq!(relative(&top, &sdk), "./gantry/sdk/go");
    }
}
