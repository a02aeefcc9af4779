//! The languages of plugins, and how a plugin's language is detected.

use std::path::Path;

use clap::ValueEnum;

/// A language with an SDK, a template and a build recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Language {
    /// Rust
    Rust,
    /// JavaScript
    Js,
    /// TypeScript
    Ts,
    /// Python
    Python,
    /// Go
    Go,
    /// C
    C,
    /// C++
    Cpp,
}

/// The project files of all languages, for the error if none is found.
pub(super) const PROJECT_FILES: &str = "Cargo.toml (Rust), package.json with src/plugin.ts (TypeScript) or \
     src/plugin.js (JavaScript), pyproject.toml (Python), go.mod (Go), src/*.cpp (C++) or src/*.c (C)";

impl Language {
    /// The language of the plugin in this folder. Project files are checked before C and C++ sources, which plugins of
    /// other languages may contain as well.
    pub(super) fn of(directory: &Path) -> Option<Self> {
        let has = |file: &str| directory.join(file).is_file();
        if has("Cargo.toml") {
            Some(Self::Rust)
        } else if has("package.json") && has("src/plugin.ts") {
            Some(Self::Ts)
        } else if has("package.json") && has("src/plugin.js") {
            Some(Self::Js)
        } else if has("pyproject.toml") {
            Some(Self::Python)
        } else if has("go.mod") {
            Some(Self::Go)
        } else if has_source(directory, "cpp") {
            Some(Self::Cpp)
        } else if has_source(directory, "c") {
            Some(Self::C)
        } else {
            None
        }
    }

    /// The folder of its SDK in the repository, and of further SDKs that it needs.
    pub(super) const fn sdk(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Rust => ("sdk/rust", &[]),
            Self::Js | Self::Ts => ("sdk/js", &[]),
            Self::Python => ("sdk/python", &[]),
            Self::Go => ("sdk/go", &[]),
            Self::C => ("sdk/c", &[]),
            Self::Cpp => ("sdk/cpp", &["sdk/c"]),
        }
    }

    /// The folder of its template in the repository.
    pub(super) const fn template(self) -> &'static str {
        match self {
            Self::Rust => "sdk/rust/template",
            Self::Js => "sdk/js/template",
            Self::Ts => "sdk/js/template-ts",
            Self::Python => "sdk/python/template",
            Self::Go => "sdk/go/template",
            Self::C => "sdk/c/template",
            Self::Cpp => "sdk/cpp/template",
        }
    }

    /// Commands to run once in a new plugin's folder. `{{sdk}}` is the path from there to the SDK.
    pub(super) const fn preparation(self) -> &'static [&'static str] {
        match self {
            Self::Rust => &["rustup target add wasm32-wasip2"],
            Self::Js | Self::Ts => &["npm install"],
            Self::Go => &[],
            Self::Python | Self::C | Self::Cpp => {
                &["python3 -m venv .venv", ".venv/bin/pip install -r {{sdk}}/requirements.txt"]
            }
        }
    }
}

fn has_source(directory: &Path, extension: &str) -> bool {
    let entries = std::fs::read_dir(directory.join("src")).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.path().extension().is_some_and(|found| found == extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[&str]) -> Option<Language> {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("src")).unwrap();
        files.iter().for_each(|file| std::fs::write(directory.path().join(file), "").unwrap());
        Language::of(directory.path())
    }

    #[test]
    fn a_project_file_determines_the_language_and_comes_before_sources() {
        assert_eq!(found(&["Cargo.toml", "src/lib.rs"]), Some(Language::Rust));
        assert_eq!(found(&["package.json", "src/plugin.ts", "src/plugin.js"]), Some(Language::Ts));
        assert_eq!(found(&["package.json", "src/plugin.js"]), Some(Language::Js));
        assert_eq!(found(&["pyproject.toml"]), Some(Language::Python));
        assert_eq!(found(&["go.mod", "src/shim.c"]), Some(Language::Go));
        assert_eq!(found(&["src/plugin.cpp", "src/json.c"]), Some(Language::Cpp));
        assert_eq!(found(&["src/plugin.c"]), Some(Language::C));
        assert_eq!(found(&["package.json"]), None, "a project file without the plugin's source");
    }
}
