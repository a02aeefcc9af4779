//! The user's cache: what commands for plugin authors keep between two calls, so that nothing is built or compiled again
//! that has not changed. Whatever is in it may be removed at any time.
//!
//! It is where the XDG Base Directory Specification says: `$XDG_CACHE_HOME/gantry`, else `~/.cache/gantry`.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gantry_sandbox::{Sandbox, SandboxConfig};

use crate::exit::Failure;

/// Components of earlier builds that are kept, the ones used last.
const BUILDS: usize = 16;

/// The folder; none if there is no home, or it can't be created.
pub(crate) fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let of_home = std::env::home_dir().filter(|home| home.is_absolute()).map(|home| home.join(".cache"));
    let folder = named.or(of_home)?.join("gantry");
    DirBuilder::new().recursive(true).mode(0o700).create(&folder).ok()?;
    Some(folder)
}

/// A sandbox that keeps compiled code in the user's cache; without one, it compiles everything anew.
pub(crate) fn sandbox() -> Result<Sandbox, Failure> {
    if let Some(folder) = folder() {
        match gantry_runtime::open_sandbox(Some(&folder), None) {
            Ok(sandbox) => return Ok(sandbox),
            Err(error) => tracing::debug!(folder = %folder.display(), %error, "the user's cache can't be used"),
        }
    }
    Ok(Sandbox::new(SandboxConfig::default()).map_err(anyhow::Error::new)?)
}

/// The component that was built from the same inputs before, or else what `build` makes of them. `key` names the inputs: a
/// digest of everything that the build reads.
pub(crate) fn built(key: &str, build: impl FnOnce() -> anyhow::Result<Vec<u8>>) -> anyhow::Result<Vec<u8>> {
    let Some(folder) = folder().map(|folder| folder.join("builds")) else { return build() };
    let file = folder.join(format!("{key}.wasm"));
    if let Ok(bytes) = fs::read(&file) {
        let _ = fs::File::open(&file).and_then(|file| file.set_modified(SystemTime::now()));
        return Ok(bytes);
    }
    let bytes = build()?;
    // That it can't be kept costs time only.
    let _ = keep(&folder, &file, &bytes);
    Ok(bytes)
}

fn keep(folder: &Path, file: &Path, bytes: &[u8]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut written = tempfile::NamedTempFile::new_in(folder)?;
    io::Write::write_all(&mut written, bytes)?;
    written.persist(file)?;
    let entries = fs::read_dir(folder)?.flatten();
    let mut entries: Vec<_> =
        entries.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
    entries.sort();
    let surplus = entries.len().saturating_sub(BUILDS);
    entries[..surplus].iter().try_for_each(|(_, path)| fs::remove_file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_built_of_the_same_inputs_is_kept_and_of_others_the_last_ones() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..BUILDS + 3 {
            keep(folder.path(), &folder.path().join(format!("{n}.wasm")), &[0]).unwrap();
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), BUILDS);
        assert!(folder.path().join(format!("{}.wasm", BUILDS + 2)).exists());
    }
}
