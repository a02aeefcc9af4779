//! What the tables of kinds are written with: values with their place in the file, texts with a form of their own, and
//! the keys that many kinds share. [`crate::Lower`] understands each of them.

pub use crate::at::{At, Span};
pub use crate::raw::http::AuthChoice;
pub use crate::raw::keys::{DedupeTable, ValueFromChoice};
pub use crate::raw::patience::{BreakerTable, TargetRetryTable};
pub use crate::raw::text::{DurationText, NameText, PathText, PointerText, SecretText, SizeText};
