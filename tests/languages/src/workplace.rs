//! Where plugins are built: outside the tree, so that no package manager writes into it.
//!
//! A JavaScript project finds its packages in a `node_modules` of its own folder or one above; so it is copied below a
//! folder that has one, made of links: to the packages `tests/install-languages.sh` installed, and to the SDK in the
//! tree. Projects of the other languages are built where they are.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Once;

use gantry_e2e::repository;

/// This test run's folder.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/languages")
}

/// The folder to build a project of the repository in.
#[must_use]
pub fn workplace(folder: &str) -> PathBuf {
    let source = repository().join(folder);
    if !source.join("package.json").is_file() {
        return source;
    }
    let packages = root().join("node");
    static LINKED: Once = Once::new();
    LINKED.call_once(|| link_packages(&packages));
    let copy = packages.join(folder);
    let _ = fs::remove_dir_all(&copy);
    copy_tree(&source, &copy);
    copy
}

fn link_packages(packages: &Path) {
    let modules = packages.join("node_modules");
    let _ = fs::remove_dir_all(&modules);
    fs::create_dir_all(modules.join("@gantry")).expect("a folder for packages");
    symlink(repository().join("sdk/js").canonicalize().expect("the SDK"), modules.join("@gantry/sdk")).expect("a link");
    // The siblings' own tests read the golden cases beside them, the SDKs' what all languages have in common.
    for shared in ["plugins/order-to-erp", "tests/conformance", "sdk/quality"] {
        let link = packages.join(shared);
        let _ = fs::remove_file(&link);
        fs::create_dir_all(link.parent().expect("a folder above")).expect("a folder");
        symlink(repository().join(shared).canonicalize().expect("what is shared"), link).expect("a link");
    }
    let Some(tools) = std::env::var_os("GANTRY_TOOLS") else { return };
    let installed = PathBuf::from(tools).join("node/node_modules");
    for entry in fs::read_dir(&installed).expect("installed packages").flatten() {
        symlink(entry.path(), modules.join(entry.file_name())).expect("a link");
    }
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder to copy").flatten() {
        let name = entry.file_name();
        let file = entry.path();
        if file.is_dir() {
            if !["node_modules", "dist"].iter().any(|left| name == *left) {
                copy_tree(&file, &to.join(name));
            }
        } else {
            fs::copy(&file, to.join(name)).expect("a file to copy");
        }
    }
}
