//! An operator's stop of a target: who, when, why and until when. It survives restarts.
//!
//! A pause may be put over another one, and a 410 over a pause: [`TargetStop::over`] keeps who stopped the target before,
//! and why.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Most earlier stops that are kept with a stop; the audit log has all.
const MOST_EARLIER: usize = 10;

/// Why and since when a target gets nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetStop {
    /// Which kind of stop.
    pub kind: StopKind,
    /// Since when.
    pub at: Timestamp,
    /// Who stopped it; none: the target itself, by answering 410.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
    /// When it ends by itself; none: it doesn't.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// The stops that this one was put over, the latest first.
    #[serde(default)]
    pub earlier: Vec<EarlierStop>,
}

/// A stop that another one was put over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierStop {
    /// Which kind of stop.
    pub kind: StopKind,
    /// Since when.
    pub at: Timestamp,
    /// Who stopped the target; none: the target itself, by answering 410.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
    /// When it would have ended by itself; none: it wouldn't.
    pub until: Option<Timestamp>,
}

/// How a target is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopKind {
    /// For a while, until it is resumed.
    Paused,
    /// For good, until it is enabled.
    Disabled,
}

impl TargetStop {
    /// A stop that doesn't end by itself.
    #[must_use]
    pub fn new(kind: StopKind, at: Timestamp, by: Option<&str>, reason: &str) -> Self {
        let by = by.map(str::to_owned);
        Self { kind, at, by, reason: reason.to_owned(), until: None, earlier: Vec::new() }
    }

    /// The same, until then.
    #[must_use]
    pub fn until(self, until: Option<Timestamp>) -> Self {
        Self { until, ..self }
    }

    /// The same, put over what stopped the target before.
    #[must_use]
    pub fn over(self, before: Option<Self>) -> Self {
        let Some(Self { kind, at, by, reason, until, earlier }) = before else { return self };
        let latest = EarlierStop { kind, at, by, reason, until };
        let earlier = std::iter::once(latest).chain(earlier).take(MOST_EARLIER).collect();
        Self { earlier, ..self }
    }

    /// Whether its time is over.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// Whether it ends before one with this end; none: one that doesn't end by itself.
    #[must_use]
    pub fn ends_before(&self, other: Option<Timestamp>) -> bool {
        self.until.is_some_and(|until| other.is_none_or(|other| until < other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paused(by: &str, until: Option<u64>) -> TargetStop {
        TargetStop::new(StopKind::Paused, Timestamp(1), Some(by), "upgrade").until(until.map(Timestamp))
    }

    #[test]
    fn a_stop_of_an_earlier_version_is_read_as_one_without_an_end() {
        let text = r#"{"kind": "paused", "at": 1, "by": "anna", "reason": "upgrade"}"#;
        let stop: TargetStop = serde_json::from_str(text).unwrap();
        assert_eq!(stop, paused("anna", None));
        assert!(!stop.has_ended(Timestamp(u64::MAX)));
    }

    #[test]
    fn a_stop_keeps_who_stopped_the_target_before_and_why() {
        let stop = paused("otto", Some(9)).over(Some(paused("olga", Some(7)).over(Some(paused("anna", Some(5))))));
        let earlier: Vec<_> = stop.earlier.iter().map(|stop| (stop.by.as_deref(), stop.until)).collect();
        assert_eq!(earlier, [(Some("olga"), Some(Timestamp(7))), (Some("anna"), Some(Timestamp(5)))]);
        let many = (0..20).fold(paused("anna", Some(5)), |before, _| paused("otto", Some(9)).over(Some(before)));
        assert_eq!(many.earlier.len(), MOST_EARLIER);
    }

    #[test]
    fn a_pause_ends_at_its_time_and_before_one_that_lasts_longer() {
        let stop = paused("anna", Some(5));
        assert!(!stop.has_ended(Timestamp(4)) && stop.has_ended(Timestamp(5)));
        assert!(stop.ends_before(Some(Timestamp(6))) && stop.ends_before(None) && !stop.ends_before(stop.until));
        assert!(!paused("anna", None).ends_before(None) && !paused("anna", None).ends_before(Some(Timestamp(9))));
    }
}
