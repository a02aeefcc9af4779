//! Alerts, from the first notification to the last. Pure: observed conditions go in, notifications to send come out. The
//! runtime observes the host and sends the notifications.
//!
//! An alert is about one thing that is wrong and stays wrong until somebody fixes it. It is *triggered* once, repeated
//! now and then, and *resolved* once. All its notifications carry the same key, so a receiver that gets one twice can
//! tell. Nothing here depends on having seen every event: only the present conditions count, so a check that runs late,
//! or the first one after a crash, finds the same alerts.

mod kind;
mod notification;
mod state;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::FlowName;

pub use kind::{AlertKind, Severity};
pub use notification::{Notification, NotificationKind, Origin};
pub use state::{AlertState, AlertTerms, Firing, MOST_FIRING};

/// What an alert is about: the same for the same problem, across restarts and updates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AlertKey {
    /// What kind of problem.
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

/// How clearly a condition holds. One that doesn't hold at all has no observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It holds: an alert begins if there is none.
    On,
    /// It holds in part: an alert that fires goes on, and none begins. For instance a breaker that probes, a queue that
    /// has half recovered, or a dead letter that is being replayed.
    Between,
}

/// One condition as seen in one check. A condition without an observation is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Whether it holds.
    pub level: Level,
    /// One sentence for the person who is called; no payloads and no secrets.
    pub summary: String,
    /// Details for programs.
    pub details: Map<String, Value>,
    /// Who is responsible for the flow; none if it doesn't say, or if the condition is about the host.
    pub owner: Option<String>,
    /// The command to go on with.
    pub next: String,
    /// Which of several that share the key, for kinds that are not repeated: another one is notified again.
    pub occurrence: Option<u64>,
}
