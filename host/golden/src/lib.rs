//! Golden cases: what a plugin must make of some messages. They are read here, run in the host's sandbox, and compared.
//!
//! The author (`gantry plugin test`) and a host that tests a plugin before it gets messages use this same code: a case
//! that passes for the one passes for the other. [`run`] takes a loaded plugin and the texts of cases, which come from a
//! folder ([`files`]) or from the component itself (`gantry_component::cases`), and returns what differed for each. The
//! caller decides how to show it. The format: `docs/reference/golden-cases.md`.

mod case;
mod compare;
mod error;
mod files;
pub mod log_lines;
mod record;
mod run;

pub use case::{Case, numbered};
pub use compare::{Difference, Payloads, describe};
pub use error::{CaseError, FilesError};
pub use files::files;
pub use gantry_component::CaseFile;
pub use record::{Recording, Rows};
pub use run::{CaseOutcome, run};
