//! What a component file says of itself, read without running it.
//!
//! `gantry plugin inspect`, `gantry check` and the sandbox call [`inspect`] first: is this a component, is it a Gantry
//! plugin, what does it import, which manifest does it carry. [`embed`] writes that manifest, and
//! [`plugin_toml`] reads it from a plugin author's `plugin.toml`. [`cases`] and [`embed_cases`] do the same for the golden
//! cases that travel in a component. [`encode`] makes a component of the core module that some languages' compilers end
//! with.
//!
//! Nothing here compiles or executes guest code, and wasmtime is not among the dependencies: build scripts use this.

mod cases;
mod embed;
mod encode;
mod error;
mod inspect;
mod manifest;
mod sections;
mod sizes;

pub use cases::{CASES_SECTION, CaseFile, MAX_CASES, MAX_CASES_BYTES, cases, embed_cases};
pub use embed::embed;
pub use encode::{WIT, WORLD, contract, encode, has_section, is_core_module, without_sections};
pub use error::{CasesError, ComponentError, EncodeError, ManifestError};
pub use inspect::{Inspection, MAX_COMPONENT_BYTES, TRANSFORM, check_size, inspect, read, rules};
pub use manifest::{check_manifest, plugin_toml};
pub use sizes::{Sizes, sizes};
