//! Whether a language can be built here.

use std::path::PathBuf;

use crate::LANGUAGES;

/// One language.
#[derive(Clone, Copy, Debug)]
pub struct Language {
    /// As in `gantry plugin new --lang`.
    pub name: &'static str,
    /// The SDK's folder below `sdk`.
    pub sdk: &'static str,
    /// Programs its build needs.
    pub tools: &'static [&'static str],
}

/// The language of this name, if its tools are installed. Otherwise prints what is missing and returns none, or panics if
/// the tools are required.
#[must_use]
pub fn language(name: &str) -> Option<Language> {
    let language = LANGUAGES.into_iter().find(|language| language.name == name);
    let language = language.unwrap_or_else(|| panic!("there is no language `{name}`"));
    let missing: Vec<_> = language.tools.iter().filter(|tool| find(tool).is_none()).collect();
    if missing.is_empty() {
        return Some(language);
    }
    let message = format!("{name}: {missing:?} not found; `sh tests/install-languages.sh` installs them");
    assert!(!is_required(), "{message}");
    eprintln!("not run here: {message}");
    None
}

/// In CI, and where `GANTRY_TOOLS` is set, a missing tool is a failure.
fn is_required() -> bool {
    ["CI", "GANTRY_TOOLS"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Folders to look for programs in, the tests' own first.
pub(crate) fn path() -> Vec<PathBuf> {
    let installed = std::env::var_os("GANTRY_TOOLS").map(|tools| PathBuf::from(tools).join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    installed.into_iter().chain(std::env::split_paths(&path).collect::<Vec<_>>()).collect()
}

fn find(tool: &str) -> Option<PathBuf> {
    path().into_iter().map(|folder| folder.join(tool)).find(|file| file.is_file())
}
