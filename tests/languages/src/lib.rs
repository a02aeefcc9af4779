//! The languages plugins are written in, as their tests see them: which tools each needs, where its SDK, reference
//! plugin and siblings are, and how a plugin's folder becomes a component.
//!
//! The tools come from `tests/install-languages.sh`, which `tests/run.sh` calls. If the tools of a language are absent,
//! its tests say so and pass, except in CI and where `GANTRY_TOOLS` is set: there they fail.

mod build;
mod cases;
mod no_tables;
mod tools;
mod workplace;

pub use build::{built, gantry, succeeds};
pub use cases::passes;
pub use no_tables::NoTables;
pub use tools::{Language, language};
pub use workplace::workplace;

/// Every language with an SDK, Rust apart: it is tested wherever there is a test.
pub const LANGUAGES: [Language; 6] = [
    Language { name: "js", sdk: "js", tools: &["node", "esbuild", "componentize-qjs"] },
    Language { name: "ts", sdk: "js", tools: &["node", "esbuild", "componentize-qjs", "tsc"] },
    Language { name: "python", sdk: "python", tools: &["componentize-py"] },
    Language { name: "go", sdk: "go", tools: &["go"] },
    Language { name: "c", sdk: "c", tools: &["zig"] },
    Language { name: "cpp", sdk: "cpp", tools: &["zig"] },
];
