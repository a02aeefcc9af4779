//! Holds JSON to a JSON Schema.
//!
//! The configuration reads a flow's schemas with [`Schema::load`], the pipeline holds messages against them, and the
//! sandbox holds a step's settings against the schema in a plugin's manifest: one code for all three. What breaks a
//! rule is reported as a plugin would report it, in bounded number and length. How JSON is read here, [`Tree`] and
//! [`Number`], serves the flows' own rules as well.
//!
//! Promised here, and tested by name:
//!
//! - For every [`Draft`], the official test suite passes, but for the exceptions that `tests/suite.rs` lists.
//! - Numbers are exact, whatever their length.
//! - Nothing is fetched: a `$ref` leads to a file below one [`Folder`], or the schema is refused.
//! - A message can't make a check run away: patterns take linear time, and of a message that breaks a rule with every
//!   byte only so much is noted.

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
