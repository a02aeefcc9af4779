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
//! - Numbers are exact, whatever their length and size.
//! - Only what a rule or a schema asks for is judged. A value that can't be held is named at its place, if it is asked for.
//! - Nothing is fetched: a `$ref` leads to a file below one [`Folder`], or the schema is refused.
//! - No message can make a check take long: patterns take linear time, or are given up after a bounded number of steps,
//!   and the number of broken rules that are collected is bounded.

mod arithmetic;
mod document;
mod draft;
mod error;
mod exact;
mod folder;
mod json;
mod meter;
mod number;
mod patch;
mod pattern;
mod payload;
mod schema;
mod tree;
mod view;
mod violation;

pub use draft::Draft;
pub use error::{DocumentError, LoadError};
pub use exact::{Json, NotHeld, Text};
pub use folder::Folder;
pub use json::{Cursor, JsonError, JsonText, Start, Unpaired};
pub use number::{Decimal, Number, Sum};
pub use patch::{InvalidPatch, JsonPatch, NotApplicable};
pub use payload::{DuplicateMembers, is_json};
pub use schema::Schema;
pub use tree::{Document, Tree, token};
pub use violation::{DUPLICATE_MEMBER, NOT_JSON, TOO_DEEP, UNPAIRED_SURROGATE, excerpt, report, too_deep, unpaired};
