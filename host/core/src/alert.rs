//! Alerts: what somebody is called for, from the first word to the last. Pure: conditions as they are seen go in, what
//! is to be said comes out. The runtime looks at the host and sends what is said.
//!
//! An alert is about one thing that is wrong and stays wrong until it is put right: it is *triggered* once, *resolved*
//! once, and in between said again now and then. All of that carries the same key, so that whoever is told twice takes
//! it for one. Nothing here depends on hearing every event: what counts is what the host looks like, so a look that
//! comes late, or the first one after a crash, finds what it would have found before.

mod kind;
mod notice;
mod state;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::FlowName;

pub use kind::{AlertKind, Severity};
pub use notice::{Notice, Said};
pub use state::{AlertState, AlertTerms, Firing, MOST_FIRING};

/// What an alert is about: the same for the same trouble, over restarts and updates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AlertKey {
    /// What kind of trouble.
    pub kind: AlertKind,
    /// In which flow; none: in the host.
    pub flow: Option<FlowName>,
    /// The target, the step, or the fingerprint of dead letters; none where the kind and the flow say all.
    pub about: Option<String>,
}

/// `dead_letters/orders/3f1b0a6e`: no part can hold a slash.
impl std::fmt::Display for AlertKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind.name())?;
        let parts = [self.flow.as_ref().map(FlowName::as_str), self.about.as_deref()];
        parts.into_iter().flatten().try_for_each(|part| write!(f, "/{part}"))
    }
}

/// Whether a condition holds, where it is not plainly over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It holds: an alert begins, if there is none.
    On,
    /// Not quite: what fires goes on, and nothing begins. A breaker that probes, a queue that has half recovered, a dead
    /// letter that is being replayed.
    Between,
}

/// One condition as it is seen in one look. What isn't seen is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Whether it holds.
    pub level: Level,
    /// One sentence for whoever is woken by it; no payloads and no secrets.
    pub summary: String,
    /// What a program may want to know of it.
    pub details: Map<String, Value>,
}
