//! Sources and targets: how messages come in and go out, and nothing in between.
//!
//! A [`source`] authenticates, limits and splits, then hands arrivals to an [`Intake`], and answers only after they are on
//! disk. A [`target`] makes one attempt per call. There is no policy here: no retry, no breaker, no queue. Credentials are
//! never part of a message, a log line or an error.
//!
//! Each kind of source and target is a folder: its table in a flow file, how the table is interpreted, the secrets it
//! refers to, its label, and what receives or sends. The rest of the host uses kinds through the list in [`kinds`] and the
//! functions of [`source`] and [`target`].
//!
//! ```text
//!  flow file --> gantry_config::load_flows(.., &kinds())     settings     source::open --> Source --> Intake
//!                  table --> Kind::lower --------------> SourceSettings --^
//!                  table --> Kind::lower --------------> TargetSettings --> target::build --> Target::send
//! ```

mod charset;
mod csv;
mod defect;
mod excerpt;
pub mod intake;
mod json;
pub mod keys;
pub mod lookup;
pub mod server;
pub mod source;
pub mod target;
mod text;
mod xml;

use gantry_config::Kinds;

pub use intake::{Arrival, Arrivals, IdempotencyKey, Intake, IntakeError, Progress, Receipt, Signed};
pub use json::InvalidPointer;
pub use source::{Source, SourceContext};
pub use target::{Accepted, Failure, ProbeError, Request, Target, TargetContext};

/// Every kind of source and target that a flow file may state.
#[must_use]
pub fn kinds() -> Kinds {
    Kinds {
        sources: source::registered().iter().map(|kind| kind.entry).collect(),
        targets: target::registered().iter().filter_map(|kind| kind.entry).collect(),
    }
}
