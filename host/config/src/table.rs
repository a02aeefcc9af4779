//! The types for the tables of kinds: values with their place in the file, texts with a format of their own, and keys that
//! many kinds share. [`crate::Lower`] interprets each of them.

pub use crate::at::{At, Span};
pub use crate::raw::dialect::DialectKeys;
pub use crate::raw::http::AuthChoice;
pub use crate::raw::keys::{DedupeTable, ValueFromChoice};
pub use crate::raw::retry::{BreakerTable, TargetRetryTable};
pub use crate::raw::rules::Scalar;
pub use crate::raw::text::{DurationText, NameText, PathText, PointerText, SecretText, SizeText};
