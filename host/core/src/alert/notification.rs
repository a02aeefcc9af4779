//! The notification of an alert in its neutral form. It is queued and stored in this form, and sent in it unless the
//! endpoint is configured for another one.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{AlertKey, AlertKind, Firing, Severity};
use crate::clock::Timestamp;
use crate::id::FlowName;

/// What a notification says of its alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// It begins, or goes on.
    Trigger,
    /// It is over.
    Resolve,
}

/// One notification of an alert, with all that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    /// The version of this document; raised only by a change that would break a reader.
    pub version: u32,
    /// Whether it begins or is over.
    pub action: NotificationKind,
    /// What kind of problem.
    pub alert: AlertKind,
    /// The same for all notifications of this alert.
    pub dedup_key: String,
    /// The host's name.
    pub instance: String,
    /// How urgent it is.
    pub severity: Severity,
    /// One sentence for people.
    pub summary: String,
    /// In which flow; none: in the host.
    pub flow: Option<FlowName>,
    /// The target, the step, or the fingerprint of dead letters.
    pub about: Option<String>,
    /// When it began.
    #[serde(with = "text")]
    pub since: Timestamp,
    /// When this notification was made.
    #[serde(with = "text")]
    pub at: Timestamp,
    /// How often the alert was notified before.
    pub repeat: u32,
    /// Who is responsible for the flow; none if it doesn't say, or if the alert is about the host.
    #[serde(default)]
    pub owner: Option<String>,
    /// The command to go on with. Empty for a notification that an earlier version has queued.
    #[serde(default)]
    pub next: String,
    /// The page that says what to do. Empty as above.
    #[serde(default)]
    pub runbook: String,
    /// Details for programs.
    pub details: Map<String, Value>,
}

/// What is the same in all notifications of a host.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The host's name.
    pub instance: &'a str,
    /// Where the runbooks are; none: in the sources.
    pub runbooks: Option<&'a str>,
}

impl Origin<'_> {
    /// Where the page of an alert of this kind is.
    #[must_use]
    pub fn runbook(self, kind: AlertKind) -> String {
        self.page(kind.runbook())
    }

    /// Where this page of the runbooks is.
    #[must_use]
    pub fn page(self, page: &str) -> String {
        match self.runbooks {
            Some(base) => format!("{}/{page}.html", base.trim_end_matches('/')),
            None => format!("docs/runbooks/{page}.md"),
        }
    }
}

impl Notification {
    /// Says that the host works, every so often. It belongs to no alert: nothing is triggered, and nothing resolved.
    #[must_use]
    pub fn heartbeat(every: Duration, origin: Origin<'_>, at: Timestamp) -> Self {
        let Origin { instance, .. } = origin;
        let kind = AlertKind::Heartbeat;
        let seconds = every.as_secs();
        Self {
            version: 1,
            action: NotificationKind::Trigger,
            alert: kind,
            dedup_key: format!("{instance}/{}", kind.name()),
            instance: instance.to_owned(),
            severity: kind.severity(),
            summary: format!("The host runs; the next heartbeat is due in {seconds} s"),
            flow: None,
            about: None,
            since: at,
            at,
            repeat: 0,
            owner: None,
            next: "gantry status".to_owned(),
            runbook: origin.runbook(kind),
            details: Map::from_iter([("every_seconds".to_owned(), seconds.into())]),
        }
    }

    /// The notification of an alert that fires.
    #[must_use]
    pub fn of(firing: &Firing, action: NotificationKind, origin: Origin<'_>, at: Timestamp) -> Self {
        let Origin { instance, .. } = origin;
        let AlertKey { kind, flow, about } = firing.key.clone();
        Self {
            version: 1,
            action,
            alert: kind,
            dedup_key: format!("{instance}/{}", firing.key),
            instance: instance.to_owned(),
            severity: kind.severity(),
            summary: firing.summary.clone(),
            flow,
            about,
            since: firing.since,
            at,
            repeat: firing.repeats,
            owner: firing.owner.clone(),
            next: firing.next.clone(),
            runbook: origin.runbook(kind),
            details: firing.details.clone(),
        }
    }
}

/// Timestamps as RFC 3339.
mod text {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::clock::Timestamp;

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(at)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
