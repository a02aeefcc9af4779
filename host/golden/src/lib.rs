//! Golden cases: what a plugin must make of some messages, read, run in the host's sandbox and compared.
//!
//! One reader for the author's desk (`gantry plugin test`) and for a host that tries a plugin before it gives it
//! messages: a case that holds at the one holds at the other. [`run`] takes a loaded plugin and the texts of cases,
//! which come from a folder ([`files`]) or from the component itself (`gantry_component::cases`), and says of each what
//! differed. How that looks to people is the caller's business. The format: `docs/reference/golden-cases.md`.

mod case;
mod compare;
mod error;
mod files;
pub mod log_lines;
mod run;

pub use case::{Case, numbered};
pub use compare::{Difference, Payloads, describe};
pub use error::{CaseError, FilesError};
pub use files::files;
pub use gantry_component::CaseFile;
pub use run::{CaseOutcome, run};
