//! Holds JSON to a JSON Schema.
//!
//! The configuration reads a flow's schemas with [`Schema::load`], the pipeline checks messages against them, and the
//! sandbox checks a step's settings against the schema in a plugin's manifest: one implementation for all three. Broken
//! rules are reported as a plugin would report them, in bounded number and length. The flows' own rules use [`Tree`] and
//! [`Number`] from here too.
//!
//! Promised here, and tested by name:
//!
//! - For every [`Draft`], the official test suite passes, but for the exceptions that `tests/suite.rs` lists.
//! - Numbers are exact, whatever their length.
//! - Nothing is fetched: a `$ref` leads to a file below one [`Folder`], or the schema is refused.
//! - No message can make a check take long: patterns take linear time, and the number of broken rules that are collected
//!   is bounded.

mod arithmetic;
mod document;
mod draft;
mod error;
mod folder;
mod meter;
mod number;
mod payload;
mod schema;
mod tree;
mod view;
mod violation;

pub use draft::Draft;
pub use error::{DocumentError, LoadError};
pub use folder::Folder;
pub use number::{Decimal, Number, Sum};
pub use schema::Schema;
pub use tree::{Tree, token};
pub use violation::{excerpt, report};
