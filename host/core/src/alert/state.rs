//! The alerts that fire at one endpoint, and what each check of the host changes about them.
//!
//! **Promises.** For one key there is a trigger, perhaps repeated, each time `repeat` after the last, and then one
//! resolve. There is never a resolve without a trigger, and never two in a row. A resolve comes only after the condition
//! was gone in every check for `resolve_after`, so a condition that comes and goes is one alert. This state is all that
//! has to be stored: once restored, it repeats no notification and forgets no resolve.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{AlertKey, Level, NotificationKind, Observation};
use crate::clock::Timestamp;

/// Most alerts that fire at one endpoint at a time: enough to know that much is wrong. Further ones begin as others end.
pub const MOST_FIRING: usize = 1000;

/// When an endpoint is notified again, and when an alert counts as resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertTerms {
    /// The time from one notification to the next while the alert goes on.
    pub repeat: Duration,
    /// How long a condition must be gone.
    pub resolve_after: Duration,
}

/// An alert that was triggered and not resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Firing {
    /// What it is about.
    pub key: AlertKey,
    /// One sentence for people.
    pub summary: String,
    /// Details for programs.
    pub details: Map<String, Value>,
    /// Who is responsible for the flow. It stays as it was at the beginning: receivers may tell alerts apart by it.
    #[serde(default)]
    pub owner: Option<String>,
    /// The command to go on with.
    #[serde(default)]
    pub next: String,
    /// Which of several that share the key it was last notified of.
    #[serde(default)]
    pub occurrence: Option<u64>,
    /// Since when.
    pub since: Timestamp,
    /// When it was last notified.
    #[serde(rename = "told")]
    pub notified_at: Timestamp,
    /// How often it was repeated.
    pub repeats: u32,
    /// Since when the condition is gone. It is not stored: after a restart this time begins anew.
    #[serde(skip)]
    pub gone: Option<Timestamp>,
}

/// Everything that fires at one endpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertState {
    firing: BTreeMap<AlertKey, Firing>,
}

impl FromIterator<Firing> for AlertState {
    fn from_iter<I: IntoIterator<Item = Firing>>(firing: I) -> Self {
        Self { firing: firing.into_iter().map(|firing| (firing.key.clone(), firing)).collect() }
    }
}

impl AlertState {
    /// What fires, in the order of the keys.
    pub fn firing(&self) -> impl Iterator<Item = &Firing> {
        self.firing.values()
    }

    /// Takes in one check of the host and returns the notifications to send. Alerts that end come first, so that there
    /// is room for those that begin.
    pub fn look(
        &mut self,
        now: Timestamp,
        seen: &BTreeMap<AlertKey, Observation>,
        terms: AlertTerms,
    ) -> Vec<(NotificationKind, Firing)> {
        let mut notifications = self.end(now, seen, terms.resolve_after);
        for (key, observation) in seen {
            if let Some(firing) = self.firing.get_mut(key) {
                notifications.extend(firing.go_on(now, observation, terms.repeat));
            } else if observation.level == Level::On && self.firing.len() < MOST_FIRING {
                let firing = Firing::begin(key, observation, now);
                notifications.push((NotificationKind::Trigger, firing.clone()));
                self.firing.insert(key.clone(), firing);
            }
        }
        notifications
    }

    fn end(
        &mut self,
        now: Timestamp,
        seen: &BTreeMap<AlertKey, Observation>,
        resolve_after: Duration,
    ) -> Vec<(NotificationKind, Firing)> {
        let ended = self.firing.extract_if(.., |key, firing| {
            if seen.contains_key(key) {
                firing.gone = None;
                return false;
            }
            firing.is_gone_for(resolve_after, now)
        });
        ended.map(|(_, firing)| (NotificationKind::Resolve, firing)).collect()
    }
}

impl Firing {
    /// How long it lasted, or has lasted: until its condition was gone.
    #[must_use]
    pub fn lasted(&self, now: Timestamp) -> Duration {
        self.gone.unwrap_or(now).since(self.since)
    }

    fn begin(key: &AlertKey, observation: &Observation, now: Timestamp) -> Self {
        let Observation { summary, details, owner, next, occurrence, level: _ } = observation.clone();
        Self {
            key: key.clone(),
            summary,
            details,
            owner,
            next,
            occurrence,
            since: now,
            notified_at: now,
            repeats: 0,
            gone: None,
        }
    }

    /// Whether it happened again under the same key.
    fn is_another(&mut self, observation: &Observation) -> bool {
        if observation.level != Level::On {
            return false;
        }
        let before = self.occurrence;
        self.occurrence = observation.occurrence;
        // An alert that an earlier version began doesn't say which one it was.
        before.is_some() && before != observation.occurrence
    }

    /// Takes note that the condition is gone now; true when it has been for this long.
    fn is_gone_for(&mut self, wait: Duration, now: Timestamp) -> bool {
        // A clock that was set back must not keep an alert alive for longer than it was set back.
        let gone = self.gone.map_or(now, |gone| gone.min(now));
        self.gone = Some(gone);
        now.since(gone) >= wait
    }

    fn go_on(
        &mut self,
        now: Timestamp,
        observation: &Observation,
        repeat: Duration,
    ) -> Option<(NotificationKind, Self)> {
        self.summary.clone_from(&observation.summary);
        self.details.clone_from(&observation.details);
        self.next.clone_from(&observation.next);
        // A clock that was ahead at the last notification must not delay the next one.
        self.notified_at = self.notified_at.min(now);
        let is_due = self.key.kind.repeats() && now.since(self.notified_at) >= repeat;
        if !self.is_another(observation) && !is_due {
            return None;
        }
        self.notified_at = now;
        self.repeats = self.repeats.saturating_add(1);
        Some((NotificationKind::Trigger, self.clone()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::alert::AlertKind;

    const TERMS: AlertTerms =
        AlertTerms { repeat: Duration::from_millis(400), resolve_after: Duration::from_millis(50) };

    fn key(n: u8) -> AlertKey {
        let kind = AlertKind::ALL[usize::from(n) % AlertKind::ALL.len()];
        AlertKey { kind, flow: Some("orders".parse().unwrap()), about: Some(n.to_string()) }
    }

    fn observation(level: Level) -> Observation {
        let summary = "it is broken".to_owned();
        Observation { level, summary, details: Map::new(), owner: None, next: String::new(), occurrence: None }
    }

    fn seen(levels: &[(u8, Level)]) -> BTreeMap<AlertKey, Observation> {
        levels.iter().map(|(n, level)| (key(*n), observation(*level))).collect()
    }

    /// The state as it is after `kill -9`: stored, and read again.
    fn restarted(state: &AlertState) -> AlertState {
        let kept: Vec<_> = state.firing().map(|firing| serde_json::to_vec(firing).unwrap()).collect();
        kept.iter().map(|firing| serde_json::from_slice::<Firing>(firing).unwrap()).collect()
    }

    fn at(state: &mut AlertState, ms: u64, levels: &[(u8, Level)]) -> Vec<NotificationKind> {
        state.look(Timestamp(ms), &seen(levels), TERMS).into_iter().map(|(said, _)| said).collect()
    }

    #[test]
    fn an_alert_is_triggered_once_repeated_now_and_then_and_resolved_once() {
        let mut state = AlertState::default();
        assert_eq!(at(&mut state, 1_000, &[(1, Level::On)]), [NotificationKind::Trigger]);
        assert_eq!(at(&mut state, 1_399, &[(1, Level::On)]), []);
        assert_eq!(at(&mut state, 1_400, &[(1, Level::Between)]), [NotificationKind::Trigger], "it goes on");
        assert_eq!(state.firing().next().unwrap().repeats, 1);
        assert_eq!(at(&mut state, 1_500, &[]), [], "it has only just gone");
        assert_eq!(at(&mut state, 1_520, &[(1, Level::Between)]), [], "and is back");
        assert_eq!(at(&mut state, 1_560, &[]), []);
        assert_eq!(at(&mut state, 1_610, &[]), [NotificationKind::Resolve]);
        assert_eq!(at(&mut state, 1_611, &[(1, Level::Between)]), [], "what is half over begins nothing");
    }

    #[test]
    fn an_alert_that_does_not_repeat_is_sent_once() {
        let position = AlertKind::ALL.iter().position(|kind| !kind.repeats()).unwrap();
        let rolled_back = u8::try_from(position).unwrap();
        assert_eq!(key(rolled_back).kind, AlertKind::DeploymentRolledBack);
        let mut state = AlertState::default();
        assert_eq!(at(&mut state, 0, &[(rolled_back, Level::On)]), [NotificationKind::Trigger]);
        assert_eq!(at(&mut state, 1_000_000, &[(rolled_back, Level::On)]), []);
    }

    #[test]
    fn what_happens_again_under_the_same_key_is_told_although_it_is_not_repeated() {
        let key = AlertKey { kind: AlertKind::DeploymentRolledBack, ..key(0) };
        let mut state = AlertState::default();
        let mut told = |ms, occurrence, level| {
            let observation = Observation { occurrence: Some(occurrence), ..observation(level) };
            state.look(Timestamp(ms), &BTreeMap::from([(key.clone(), observation)]), TERMS).len()
        };
        assert_eq!(told(0, 1, Level::On), 1);
        assert_eq!(told(10_000, 1, Level::On), 0);
        assert_eq!(told(20_000, 1, Level::Between), 0, "another version is on trial");
        assert_eq!(told(30_000, 2, Level::On), 1, "and is rolled back, too");
        assert_eq!(told(40_000, 2, Level::On), 0);
    }

    #[test]
    fn a_clock_that_is_set_back_delays_a_resolve_and_prevents_none() {
        let mut state = AlertState::default();
        at(&mut state, 10_000, &[(1, Level::On)]);
        assert_eq!(at(&mut state, 10_010, &[]), []);
        assert_eq!(at(&mut state, 2_000, &[]), []);
        assert_eq!(at(&mut state, 2_050, &[]), [NotificationKind::Resolve]);
    }

    #[test]
    fn a_thousand_alerts_are_enough_and_the_next_begins_as_one_ends() {
        let keys = (0..=MOST_FIRING).map(|n| AlertKey { about: Some(n.to_string()), ..key(1) });
        let many: BTreeMap<_, _> = keys.map(|key| (key, observation(Level::On))).collect();
        let mut state = AlertState::default();
        assert_eq!(state.look(Timestamp(0), &many, TERMS).len(), MOST_FIRING);
        let mut fewer = many;
        fewer.pop_first();
        state.look(Timestamp(1), &fewer, TERMS);
        let said = state.look(Timestamp(51), &fewer, TERMS);
        assert_eq!(
            said.iter().map(|(said, _)| *said).collect::<Vec<_>>(),
            [NotificationKind::Resolve, NotificationKind::Trigger]
        );
    }

    fn levels() -> impl Strategy<Value = Vec<(u8, Level)>> {
        let level = prop_oneof![Just(Level::On), Just(Level::Between)];
        proptest::collection::btree_map(0u8..8, level, 0..8).prop_map(|levels| levels.into_iter().collect())
    }

    proptest! {
        /// Checks at any times, with restarts in between, and then none of the conditions for a while.
        #[test]
        fn every_trigger_gets_one_resolve_and_none_flaps_wherever_the_host_restarts(
            checks in proptest::collection::vec((levels(), 0u64..120, any::<bool>()), 1..60)
        ) {
            let mut state = AlertState::default();
            let mut now = 1_000;
            let mut open: BTreeMap<AlertKey, u64> = BTreeMap::new();
            let mut last_seen: BTreeMap<AlertKey, u64> = BTreeMap::new();
            let calm = std::iter::repeat_n((Vec::new(), 60, false), 3);
            for (levels, pause, restart) in checks.into_iter().chain(calm) {
                now += pause;
                if restart {
                    state = restarted(&state);
                }
                let seen = seen(&levels);
                for (said, firing) in state.look(Timestamp(now), &seen, TERMS) {
                    match said {
                        NotificationKind::Trigger => {
                            let last = open.insert(firing.key.clone(), now);
                            prop_assert!(last.is_none_or(|last| now - last >= 400), "said again too soon");
                            prop_assert!(last.is_some() || seen[&firing.key].level == Level::On);
                        }
                        NotificationKind::Resolve => {
                            prop_assert!(open.remove(&firing.key).is_some(), "resolved without a trigger");
                            prop_assert!(now - last_seen[&firing.key] >= 50, "resolved while it came and went");
                        }
                    }
                }
                last_seen.extend(seen.into_keys().map(|key| (key, now)));
                prop_assert!(state.firing().map(|firing| &firing.key).eq(open.keys()));
            }
            prop_assert!(open.is_empty(), "an alert outlived its cause: {open:?}");
        }
    }
}
