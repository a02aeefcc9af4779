//! Groups: counted with every change of a dead letter, and their state.

use std::collections::BTreeMap;
use std::time::Duration;

use gantry_core::{DeadLetterId, DeadLetterState};
use gantry_store::{DeadLetterCounts, DeadLetterGroup, Filter, GroupError, GroupFilter, GroupState, Page, Store};
use proptest::prelude::*;

use crate::support::{Bench, START, bury, dead_with, flow, lease_one, resolve};

async fn groups(store: &Store) -> Vec<DeadLetterGroup> {
    store.dead_letter_groups(GroupFilter::default()).await.unwrap()
}

async fn only(store: &Store) -> DeadLetterGroup {
    let mut all = groups(store).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

async fn set(store: &Store, group: &DeadLetterGroup, state: GroupState) -> DeadLetterGroup {
    store.set_group_state(&group.fingerprint, state, "ann".into(), "a note".into()).await.unwrap()
}

#[tokio::test]
async fn failures_of_one_kind_are_one_group_with_counts_and_a_sample() {
    let bench = Bench::new();
    let store = bench.open();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(dead_with(&store, "no-price").await);
        bench.clock.advance(Duration::from_secs(1));
    }
    dead_with(&store, "no-sku").await;
    store.discard(ids[0], "ann".into(), "a test".into()).await.unwrap();
    let all = groups(&store).await;
    let found: Vec<_> = all.iter().map(|g| (g.code.as_str(), g.counts.open, g.counts.discarded, g.failures)).collect();
    assert_eq!(found, [("no-price", 2, 1, 3), ("no-sku", 1, 0, 1)]);
    assert_eq!((all[0].state, all[0].sample), (GroupState::Open, Some(ids[2])));
    let counts = store.count_dead_letters(Filter::default()).await.unwrap();
    assert_eq!(counts, DeadLetterCounts { open: 3, discarded: 1, ..Default::default() });
}

#[tokio::test]
async fn a_new_failure_opens_a_resolved_group_again_and_says_so() {
    let bench = Bench::new();
    let store = bench.open();
    dead_with(&store, "no-price").await;
    let resolved = set(&store, &only(&store).await, GroupState::Resolved).await;
    let changed = resolved.changed.unwrap();
    assert_eq!((changed.by.as_str(), changed.note.as_str(), changed.at), ("ann", "a note", START));

    dead_with(&store, "no-price").await;
    let back = only(&store).await;
    assert_eq!((back.state, back.regressions, back.regressed_at), (GroupState::Open, 1, Some(START)));
    let regressed = GroupFilter { regressed: Some(true), ..GroupFilter::default() };
    assert_eq!(store.dead_letter_groups(regressed).await.unwrap().len(), 1);
    let seen = set(&store, &back, GroupState::Acknowledged).await;
    assert_eq!((seen.regressions, seen.regressed_at), (1, None));
    dead_with(&store, "no-price").await;
    assert_eq!(only(&store).await.state, GroupState::Acknowledged, "known, and no regression");
}

#[tokio::test]
async fn an_acknowledgement_ends_with_the_last_dead_letter_that_is_not_closed() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead_with(&store, "no-price").await;
    set(&store, &only(&store).await, GroupState::Acknowledged).await;
    store.replay(id, "ann".into(), None).await.unwrap();
    bury(&store, lease_one(&store, "orders").await, None, "no-price").await;
    assert_eq!(only(&store).await.state, GroupState::Acknowledged, "it has failed again");
    store.replay(id, "ann".into(), None).await.unwrap();
    resolve(&store, id).await;
    assert_eq!(only(&store).await.state, GroupState::Open, "the next failure is news");
}

#[tokio::test]
async fn letters_of_an_ignored_group_alarm_nobody_but_are_counted() {
    let bench = Bench::new();
    let store = bench.open();
    dead_with(&store, "noise").await;
    dead_with(&store, "no-price").await;
    assert_eq!(store.alarming_dead_letters(&flow("orders")), 2);
    let noise = groups(&store).await.into_iter().find(|group| group.code == "noise").unwrap();
    set(&store, &noise, GroupState::Ignored).await;
    dead_with(&store, "noise").await;
    let look =
        |store: &Store| (store.alarming_dead_letters(&flow("orders")), store.dead_letter_counts(&flow("orders")).open);
    assert_eq!(look(&store), (1, 3));
    store.close().await.unwrap();
    let store = bench.open();
    assert_eq!(look(&store), (1, 3), "after a restart");
    set(&store, &noise, GroupState::Open).await;
    assert_eq!(look(&store), (3, 3));
}

#[tokio::test]
async fn a_letter_that_fails_again_for_another_reason_changes_its_group() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead_with(&store, "no-price").await;
    store.replay(id, "ann".into(), None).await.unwrap();
    assert_eq!(only(&store).await.counts, DeadLetterCounts { replaying: 1, ..Default::default() });
    bury(&store, lease_one(&store, "orders").await, None, "no-sku").await;
    let group = only(&store).await;
    assert_eq!((group.code.as_str(), group.counts.open, group.failures), ("no-sku", 1, 1));
}

#[tokio::test]
async fn an_unknown_group_is_refused_by_name() {
    let bench = Bench::new();
    let refused = bench.open().set_group_state("00ff", GroupState::Ignored, "ann".into(), String::new()).await;
    assert!(matches!(refused, Err(GroupError::NotFound(fingerprint)) if fingerprint == "00ff"));
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Fail(u8),
    Replay { nth: u8, then: bool },
    Acknowledge(u8),
    Discard(u8),
    Ignore(u8),
    Restart,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..3u8).prop_map(Act::Fail),
        3 => (any::<u8>(), any::<bool>()).prop_map(|(nth, then)| Act::Replay { nth, then }),
        1 => any::<u8>().prop_map(Act::Acknowledge),
        1 => any::<u8>().prop_map(Act::Discard),
        1 => any::<u8>().prop_map(Act::Ignore),
        1 => Just(Act::Restart),
    ]
}

async fn play(acts: Vec<Act>) {
    let bench = Bench::new();
    let mut store = bench.open();
    let mut ids: Vec<DeadLetterId> = Vec::new();
    for act in acts {
        let pick = |nth: u8, ids: &[DeadLetterId]| (!ids.is_empty()).then(|| ids[usize::from(nth) % ids.len()]);
        bench.clock.advance(Duration::from_secs(1));
        match act {
            Act::Fail(code) => ids.push(dead_with(&store, &format!("code-{code}")).await),
            Act::Replay { nth, then } => {
                let Some(id) = pick(nth, &ids) else { continue };
                if store.replay(id, "ann".into(), None).await.is_err() {
                    continue;
                }
                if then {
                    resolve(&store, id).await;
                } else {
                    bury(&store, lease_one(&store, "orders").await, None, "code-again").await;
                }
            }
            Act::Acknowledge(nth) => {
                let Some(id) = pick(nth, &ids) else { continue };
                let _ = store.acknowledge(id, "ann".into()).await;
            }
            Act::Discard(nth) => {
                let Some(id) = pick(nth, &ids) else { continue };
                let _ = store.discard(id, "ann".into(), "no".into()).await;
            }
            Act::Ignore(nth) => {
                let all = groups(&store).await;
                if !all.is_empty() {
                    set(&store, &all[usize::from(nth) % all.len()], GroupState::Ignored).await;
                }
            }
            Act::Restart => {
                store.close().await.unwrap();
                store = bench.open();
            }
        }
    }
    counts_are_true(&store).await;
}

/// Counts every dead letter by hand and compares.
async fn counts_are_true(store: &Store) {
    let dead_letters =
        store.dead_letters(Filter::default(), Page { after: None, limit: usize::MAX }).await.unwrap().dead_letters;
    let mut by_hand: BTreeMap<String, [u64; 6]> = BTreeMap::new();
    for dead_letter in &dead_letters {
        let at = DeadLetterState::ALL.iter().position(|state| *state == dead_letter.state).unwrap();
        by_hand.entry(dead_letter.fingerprint.clone()).or_default()[at] += 1;
    }
    let groups = groups(store).await;
    let counts = |group: &DeadLetterGroup| DeadLetterState::ALL.map(|state| group.counts.of(state));
    let kept: BTreeMap<_, _> = groups
        .iter()
        .map(|group| (group.fingerprint.clone(), counts(group)))
        .filter(|(_, counts)| counts.iter().any(|count| *count > 0))
        .collect();
    assert_eq!(kept, by_hand);
    let open = |ignored: bool| -> u64 {
        groups.iter().filter(|group| ignored || group.state != GroupState::Ignored).map(|group| group.counts.open).sum()
    };
    assert_eq!(store.dead_letter_counts(&flow("orders")).open, open(true));
    assert_eq!(store.alarming_dead_letters(&flow("orders")), open(false));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn groups_count_what_is_there_whatever_was_done(acts in prop::collection::vec(act(), 1..25)) {
        tokio::runtime::Runtime::new().unwrap().block_on(play(acts));
    }
}
