//! The book of what fires: one look at the host, against what was said before.
//!
//! **Promises.** For one key there is a trigger, then perhaps further ones, each `repeat` after the last, then one
//! resolve; never a resolve without a trigger, and never two in a row. A resolve comes only after the condition was gone
//! in every look for `resolve_after`, so what comes and goes is one alert. What is in the book is all that must be kept:
//! a book that was written down and read again says nothing twice and forgets no resolve.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{AlertKey, Level, Observation, Said};
use crate::clock::Timestamp;

/// Most alerts of one endpoint at a time. Who has as many has been told; further ones begin as others end.
pub const MOST_FIRING: usize = 1000;

/// How patient an endpoint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertTerms {
    /// How long after the last word the next one comes, while the alert goes on.
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
    /// What a program may want to know of it.
    pub details: Map<String, Value>,
    /// Since when.
    pub since: Timestamp,
    /// When it was last said.
    pub told: Timestamp,
    /// How often it was said again.
    pub repeats: u32,
    /// Since when the condition is gone; it is not kept, and so begins anew with the host.
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

    /// One look: what is to be said now. What ends comes first, so that there is room for what begins.
    pub fn look(
        &mut self,
        now: Timestamp,
        seen: &BTreeMap<AlertKey, Observation>,
        terms: AlertTerms,
    ) -> Vec<(Said, Firing)> {
        let mut said = self.end(now, seen, terms.resolve_after);
        for (key, observation) in seen {
            if let Some(firing) = self.firing.get_mut(key) {
                said.extend(firing.go_on(now, observation, terms.repeat));
            } else if observation.level == Level::On && self.firing.len() < MOST_FIRING {
                let firing = Firing::begin(key, observation, now);
                said.push((Said::Trigger, firing.clone()));
                self.firing.insert(key.clone(), firing);
            }
        }
        said
    }

    fn end(
        &mut self,
        now: Timestamp,
        seen: &BTreeMap<AlertKey, Observation>,
        resolve_after: Duration,
    ) -> Vec<(Said, Firing)> {
        let over = |key: &AlertKey, firing: &mut Firing| {
            if seen.contains_key(key) {
                firing.gone = None;
                return false;
            }
            // A clock that was set back must not keep an alert alive for longer than it was set back.
            let gone = firing.gone.map_or(now, |gone| gone.min(now));
            firing.gone = Some(gone);
            now.since(gone) >= resolve_after
        };
        self.firing.extract_if(.., over).map(|(_, firing)| (Said::Resolve, firing)).collect()
    }
}

impl Firing {
    fn begin(key: &AlertKey, Observation { summary, details, .. }: &Observation, now: Timestamp) -> Self {
        let (summary, details) = (summary.clone(), details.clone());
        Self { key: key.clone(), summary, details, since: now, told: now, repeats: 0, gone: None }
    }

    fn go_on(&mut self, now: Timestamp, observation: &Observation, repeat: Duration) -> Option<(Said, Self)> {
        self.summary.clone_from(&observation.summary);
        self.details.clone_from(&observation.details);
        // A clock that was ahead when it was told must not keep it quiet.
        self.told = self.told.min(now);
        if !self.key.kind.repeats() || now.since(self.told) < repeat {
            return None;
        }
        self.told = now;
        self.repeats = self.repeats.saturating_add(1);
        Some((Said::Trigger, self.clone()))
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
        Observation { level, summary: "it is broken".into(), details: Map::new() }
    }

    fn seen(levels: &[(u8, Level)]) -> BTreeMap<AlertKey, Observation> {
        levels.iter().map(|(n, level)| (key(*n), observation(*level))).collect()
    }

    /// The book as it is after `kill -9`: what was written down, read again.
    fn restarted(book: &AlertState) -> AlertState {
        let kept: Vec<_> = book.firing().map(|firing| serde_json::to_vec(firing).unwrap()).collect();
        kept.iter().map(|firing| serde_json::from_slice::<Firing>(firing).unwrap()).collect()
    }

    fn at(book: &mut AlertState, ms: u64, levels: &[(u8, Level)]) -> Vec<Said> {
        book.look(Timestamp(ms), &seen(levels), TERMS).into_iter().map(|(said, _)| said).collect()
    }

    #[test]
    fn an_alert_is_triggered_once_said_again_now_and_then_and_resolved_once() {
        let mut book = AlertState::default();
        assert_eq!(at(&mut book, 1_000, &[(1, Level::On)]), [Said::Trigger]);
        assert_eq!(at(&mut book, 1_399, &[(1, Level::On)]), []);
        assert_eq!(at(&mut book, 1_400, &[(1, Level::Between)]), [Said::Trigger], "it goes on");
        assert_eq!(book.firing().next().unwrap().repeats, 1);
        assert_eq!(at(&mut book, 1_500, &[]), [], "it has only just gone");
        assert_eq!(at(&mut book, 1_520, &[(1, Level::Between)]), [], "and is back");
        assert_eq!(at(&mut book, 1_560, &[]), []);
        assert_eq!(at(&mut book, 1_610, &[]), [Said::Resolve]);
        assert_eq!(at(&mut book, 1_611, &[(1, Level::Between)]), [], "what is half over begins nothing");
    }

    #[test]
    fn what_is_told_once_is_not_said_again() {
        let rolled_back = u8::try_from(AlertKind::ALL.len() - 1).unwrap();
        assert!(!key(rolled_back).kind.repeats());
        let mut book = AlertState::default();
        assert_eq!(at(&mut book, 0, &[(rolled_back, Level::On)]), [Said::Trigger]);
        assert_eq!(at(&mut book, 1_000_000, &[(rolled_back, Level::On)]), []);
    }

    #[test]
    fn a_clock_that_is_set_back_delays_a_resolve_and_prevents_none() {
        let mut book = AlertState::default();
        at(&mut book, 10_000, &[(1, Level::On)]);
        assert_eq!(at(&mut book, 10_010, &[]), []);
        assert_eq!(at(&mut book, 2_000, &[]), []);
        assert_eq!(at(&mut book, 2_050, &[]), [Said::Resolve]);
    }

    #[test]
    fn a_thousand_alerts_are_enough_and_the_next_begins_as_one_ends() {
        let about = |n: usize| AlertKey { about: Some(n.to_string()), ..key(1) };
        let many: BTreeMap<_, _> = (0..MOST_FIRING + 1).map(|n| (about(n), observation(Level::On))).collect();
        let mut book = AlertState::default();
        assert_eq!(book.look(Timestamp(0), &many, TERMS).len(), MOST_FIRING);
        let mut fewer = many;
        fewer.pop_first();
        book.look(Timestamp(1), &fewer, TERMS);
        let said = book.look(Timestamp(51), &fewer, TERMS);
        assert_eq!(said.iter().map(|(said, _)| *said).collect::<Vec<_>>(), [Said::Resolve, Said::Trigger]);
    }

    fn levels() -> impl Strategy<Value = Vec<(u8, Level)>> {
        let level = prop_oneof![Just(Level::On), Just(Level::Between)];
        proptest::collection::btree_map(0u8..8, level, 0..8).prop_map(|levels| levels.into_iter().collect())
    }

    proptest! {
        /// Looks at any times, with restarts in between, and then a calm.
        #[test]
        fn every_trigger_gets_one_resolve_and_none_flaps_wherever_the_host_restarts(
            looks in proptest::collection::vec((levels(), 0u64..120, any::<bool>()), 1..60)
        ) {
            let (mut book, mut now) = (AlertState::default(), 1_000);
            let mut open: BTreeMap<AlertKey, u64> = BTreeMap::new();
            let mut last_seen: BTreeMap<AlertKey, u64> = BTreeMap::new();
            let calm = std::iter::repeat_n((Vec::new(), 60, false), 3);
            for (levels, pause, restart) in looks.into_iter().chain(calm) {
                now += pause;
                if restart {
                    book = restarted(&book);
                }
                let seen = seen(&levels);
                for (said, firing) in book.look(Timestamp(now), &seen, TERMS) {
                    match said {
                        Said::Trigger => {
                            let told = open.insert(firing.key.clone(), now);
                            prop_assert!(told.is_none_or(|told| now - told >= 400), "said again too soon");
                            prop_assert!(told.is_some() || seen[&firing.key].level == Level::On);
                        }
                        Said::Resolve => {
                            prop_assert!(open.remove(&firing.key).is_some(), "resolved without a trigger");
                            prop_assert!(now - last_seen[&firing.key] >= 50, "resolved while it came and went");
                        }
                    }
                }
                last_seen.extend(seen.into_keys().map(|key| (key, now)));
                prop_assert!(book.firing().map(|firing| &firing.key).eq(open.keys()));
            }
            prop_assert!(open.is_empty(), "an alert outlived its cause: {open:?}");
        }
    }
}
