//! Write a Gantry plugin as one function on one message.
//!
//! The author writes a mapping from a typed input to a typed output, and a settings struct. This crate does the rest:
//! the batch loop, reading the settings, JSON in and out, broken rules with their JSON Pointer, and catching panics. The same code compiles natively, so that mappings are unit-tested and benchmarked without a sandbox.
//!
//! ```
//! use gantry_sdk::prelude::*;
//!
//! /// What the flow's `settings` may hold.
//! #[derive(Default, Deserialize)]
//! #[serde(deny_unknown_fields, default)]
//! pub struct Settings {
//!     greeting: String,
//! }
//!
//! #[derive(Deserialize)]
//! pub struct Contact {
//!     #[serde(default)]
//!     name: Field<String>,
//!     #[serde(default)]
//!     country: Field<String>,
//! }
//!
//! #[derive(Serialize)]
//! pub struct Debtor {
//!     name: String,
//!     country: &'static str,
//! }
//!
//! /// Collects every broken rule, then answers.
//! pub fn map(contact: Contact, ctx: &Context<Settings>) -> Result<Debtor, Refusal> {
//!     let mut check = Checker::new();
//!     let name = check.field("name", contact.name.text());
//!     let country = check.field("country", contact.country.text().and_then(quality::country::alpha2));
//!     check.finish()?;
//!     Ok(Debtor { name: format!("{}{name}", ctx.settings.greeting), country })
//! }
//!
//! gantry_sdk::plugin!(map);
//!
//! // Natively it is an ordinary function.
//! let contact = serde_json::from_str(r#"{"name": "Jürgen", "country": "Deutschland"}"#)?;
//! let debtor = map(contact, &Context::default()).unwrap();
//! assert_eq!((debtor.name.as_str(), debtor.country), ("Jürgen", "DE"));
//! # Ok::<(), serde_json::Error>(())
//! ```

// The macros this crate generates name it as an author's crate does.
extern crate self as gantry_sdk;

#[cfg(any(all(feature = "arena", target_family = "wasm"), test))]
mod arena;
pub mod check;
pub mod context;
pub mod field;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod guest;
pub mod host;
mod idempotency;
pub mod json;
pub mod log;
pub mod lookup;
pub mod message;
pub mod outcome;
pub mod output;
pub mod plugin;
pub mod quality;
#[cfg(feature = "testing")]
pub mod testing;

pub use idempotency::idempotency_key;

/// The README's examples are compiled too.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../README.md")]
struct Readme;

/// What a plugin's source begins with: `use gantry_sdk::prelude::*;`.
pub mod prelude {
    pub use crate::check::{Checker, Defect};
    pub use crate::context::{Context, NoSettings};
    pub use crate::field::Field;
    pub use crate::idempotency::idempotency_key;
    #[cfg(feature = "decimal")]
    pub use crate::json::{JsonNumber, as_json_number};
    pub use crate::lookup::Rows;
    pub use crate::message::{Incoming, Message, Payload};
    pub use crate::outcome::{Fault, IntoOutcome, Outcome, Refusal, Violation};
    pub use crate::output::Output;
    pub use crate::{log, quality};
    pub use serde::{Deserialize, Serialize};
}
