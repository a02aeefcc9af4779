//! Lists the files that `gantry plugin new` writes: the SDKs with their templates, and the contract. They are embedded
//! in the binary, so that an author needs neither this repository nor a published package.
//!
//! What tools leave behind is passed over, and so are the SDKs' own tests.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Left by tools, wherever it is. So is what begins with a dot.
const LEFT_BY_TOOLS: &[&str] = &["node_modules", "dist", "target", "venv", "__pycache__", "build"];

/// What the SDKs share in this repository; each has its own copy.
const SHARED: &str = "sdk/quality";

/// Parts of an SDK that its users have no use for.
const OUR_OWN: &[&str] = &["test", "tests", "bench", "conformance"];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let mut files = vec![root.join("LICENSE")];
    collect(&root.join("wit"), &mut files)?;
    collect(&root.join("sdk"), &mut files)?;
    files.retain(|file| is_for_authors(file.strip_prefix(&root).unwrap_or(file)));
    files.sort();

    let mut list = String::from("&[\n");
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        let name = file.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
        writeln!(list, "    ({name:?}, include_bytes!({:?})),", file.display().to_string())?;
    }
    list.push(']');
    Ok(fs::write(PathBuf::from(env::var("OUT_DIR")?).join("embedded.rs"), list)?)
}

/// All files below the folder; true when nothing in it was passed over.
///
/// Cargo watches a folder with all that is below it. One with something passed over in it isn't watched as a whole, or
/// every `npm install` would compile the command line anew.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<bool, Box<dyn Error>> {
    let mut whole = true;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || LEFT_BY_TOOLS.contains(&&*name) {
            whole &= !path.is_dir();
        } else if path.is_dir() {
            whole &= collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    if whole {
        println!("cargo::rerun-if-changed={}", folder.display());
    }
    Ok(whole)
}

/// Not part of `sdk/LANG/tests` and the like; a template's tests are the author's.
fn is_for_authors(file: &Path) -> bool {
    let mut parts = file.iter();
    let part = parts.nth(2).unwrap_or_default().to_string_lossy();
    let is_our_own = file.starts_with("sdk") && parts.next().is_some() && OUR_OWN.contains(&&*part);
    !file.starts_with(SHARED) && !is_our_own
}
