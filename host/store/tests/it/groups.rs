//! Groups: counted with every change of a dead letter, and their state.

use std::collections::BTreeMap;
use std::time::Duration;

use gantry_core::dead_letter::ReasonKind;
use gantry_core::dead_letter::kind::{MAX_KINDS, MAX_NEW_KINDS};
use gantry_core::{DeadLetter, DeadLetterId, DeadLetterState, Reason, Violation};
use gantry_store::{
    AuditFilter, DeadLetterCounts, DeadLetterGroup, Filter, GroupError, GroupFilter, GroupState, Page, Store,
};
use proptest::prelude::*;

use crate::support::{Bench, START, bury, dead_letter, dead_with, envelope, flow, import, lease_one, resolve};

const ALL: Page = Page::first(1000);

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
    let ended = only(&store).await;
    assert_eq!(ended.state, GroupState::Open, "the next failure is news");
    assert_eq!(ended.changed.unwrap().by, "gantry", "it is not as if somebody had opened it");
    let audit = store.audit(AuditFilter::default(), None, 10).await.unwrap();
    let entries: Vec<_> = audit.entries.iter().map(|entry| (&entry.record.actor, &entry.record.detail)).collect();
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(audit.entries[0].record.subject, ended.fingerprint);
    assert!(entries[0].1.contains("last dead letter"), "{entries:?}");
}

#[tokio::test]
async fn an_acknowledgement_with_an_end_is_over_then_and_the_group_alarms_again() {
    let bench = Bench::new();
    let store = bench.open();
    dead_with(&store, "no-price").await;
    let group = only(&store).await;
    let alarming = |store: &Store| store.alarming_dead_letters(&flow("orders"));
    let hour = Duration::from_secs(3600);
    let until = START.after(hour);
    let acknowledged = store.acknowledge_group_until(&group.fingerprint, until, "ann".into(), "on it".into()).await;
    assert_eq!(acknowledged.unwrap().acknowledged_until, Some(until));
    assert_eq!((only(&store).await.state, alarming(&store)), (GroupState::Acknowledged, 0));
    assert!(store.ended_acknowledgements().is_empty(), "its time has not come");
    assert_eq!(store.end_acknowledgement(&group.fingerprint).await.unwrap(), None);
    store.close().await.unwrap();

    let store = bench.open();
    bench.clock.advance(hour - Duration::from_millis(1));
    assert!(store.ended_acknowledgements().is_empty());
    bench.clock.advance(Duration::from_millis(1));
    let over = only(&store).await;
    assert_eq!((over.state, over.acknowledged_until), (GroupState::Open, None), "reads don't wait for the write");
    let open = GroupFilter { state: Some(GroupState::Open), ..GroupFilter::default() };
    assert_eq!(store.dead_letter_groups(open).await.unwrap().len(), 1);
    let changes = store.dead_letter_changes();
    assert_eq!(store.ended_acknowledgements(), [group.fingerprint.as_str()]);
    assert!(store.end_acknowledgement(&group.fingerprint).await.unwrap().is_some());
    assert_eq!(alarming(&store), 1);
    assert!(store.dead_letter_changes() > changes, "alerts look again");
    assert!(store.ended_acknowledgements().is_empty(), "once");
    let changed = only(&store).await.changed.unwrap();
    assert_eq!((changed.at, changed.by.as_str()), (until, "gantry"));
    assert!(changed.note.ends_with("acknowledged by ann: on it"), "{}", changed.note);
}

#[tokio::test]
async fn an_acknowledgement_ends_before_its_time_if_the_state_is_set_or_nothing_is_left() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead_with(&store, "no-price").await;
    let fingerprint = only(&store).await.fingerprint;
    let until = START.after(Duration::from_secs(60));
    let acknowledge = async || store.acknowledge_group_until(&fingerprint, until, "ann".into(), String::new()).await;
    acknowledge().await.unwrap();
    let ignored = set(&store, &only(&store).await, GroupState::Ignored).await;
    assert_eq!(ignored.acknowledged_until, None);
    acknowledge().await.unwrap();
    store.discard(id, "ann".into(), "a test".into()).await.unwrap();
    let left = only(&store).await;
    assert_eq!((left.state, left.acknowledged_until), (GroupState::Open, None));
    acknowledge().await.unwrap();
    bench.clock.advance(Duration::from_secs(61));
    assert!(matches!(acknowledge().await, Err(GroupError::Past(past)) if past == until));
}

#[tokio::test]
async fn the_alarming_dead_letters_are_those_of_open_groups_as_alerts_count_them() {
    let bench = Bench::new();
    let store = bench.open();
    dead_with(&store, "no-price").await;
    for (state, alarming) in [
        (GroupState::Acknowledged, 0),
        (GroupState::Open, 1),
        (GroupState::Resolved, 0),
        (GroupState::Ignored, 0),
        (GroupState::Open, 1),
    ] {
        set(&store, &only(&store).await, state).await;
        assert_eq!(store.alarming_dead_letters(&flow("orders")), alarming, "{state:?}");
    }
}

#[tokio::test]
async fn groups_in_which_nothing_is_left_to_do_can_be_left_out() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead_with(&store, "no-price").await;
    dead_with(&store, "no-sku").await;
    store.discard(id, "ann".into(), "a test".into()).await.unwrap();
    for (unsettled, codes) in
        [(Some(true), &["no-sku"][..]), (Some(false), &["no-price"]), (None, &["no-sku", "no-price"])]
    {
        let filter = GroupFilter { unsettled, ..GroupFilter::default() };
        let found: Vec<_> =
            store.dead_letter_groups(filter).await.unwrap().into_iter().map(|group| group.code).collect();
        assert_eq!(found, codes);
    }
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
    let dead_letters = store.dead_letters(Filter::default(), Page::first(usize::MAX)).await.unwrap().dead_letters;
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

/// A dead letter that a target refused with this text.
fn refused(text: &str) -> DeadLetter {
    let envelope = envelope("orders", None, "payload");
    let dead_letter = dead_letter(&envelope, Some(0), "target-refused-422");
    let kind = ReasonKind::of_text(text, b"");
    DeadLetter { reason: Reason { kind, ..Reason::new("target-refused-422", text) }, ..dead_letter }
}

#[tokio::test]
async fn several_causes_behind_one_code_are_several_groups_that_show_their_kind() {
    let bench = Bench::new();
    let store = bench.open();
    let texts = ["customer 4711 is blocked", "period 11 is closed", "customer 4712 is blocked"];
    import(&store, texts.map(refused).into()).await;
    let all = groups(&store).await;
    let found: Vec<_> = all.iter().map(|group| (group.counts.open, group.kind.as_ref().unwrap().text())).collect();
    assert_eq!(found, [(2, "customer * is blocked"), (1, "period * is closed")]);
}

/// A word for each number.
fn in_letters(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(digit + 49)).collect()
}

#[tokio::test]
async fn a_target_that_words_each_refusal_anew_makes_a_bounded_number_of_groups() {
    let bench = Bench::new();
    let store = bench.open();
    let texts = (0..MAX_KINDS + 10).map(|number| refused(&format!("{} is wrong", in_letters(number))));
    let texts: Vec<_> = texts.collect();
    let (first, later) = texts.split_at(MAX_KINDS - 5);
    import(&store, first.to_vec()).await;
    drop(store);
    let store = bench.open();
    // The rest in one write, which passes the bound.
    import(&store, later.to_vec()).await;
    let all = groups(&store).await;
    assert_eq!(all.len(), MAX_KINDS + 1);
    let other = all.iter().find(|group| group.kind == Some(ReasonKind::Other)).unwrap();
    assert_eq!((other.counts.open, other.code.as_str()), (10, "target-refused-422"));
    import(&store, vec![refused("a is wrong"), refused("zzz is wrong")]).await;
    let counts: Vec<_> = groups(&store).await.iter().map(|group| group.counts.open).collect();
    assert_eq!((counts.len(), counts[0], counts[1]), (MAX_KINDS + 1, 11, 2), "known kinds stay kinds");
    let letters = store.dead_letters(Filter { fingerprint: Some(other.fingerprint.clone()), ..Filter::default() }, ALL);
    assert_eq!(letters.await.unwrap().dead_letters.len(), 11);
}

fn invalid(path: &str, code: &str) -> DeadLetter {
    let dead_letter = dead_letter(&envelope("orders", None, "payload"), None, "invalid");
    let violations = vec![Violation { path: path.to_owned(), code: code.to_owned(), text: "no".into() }];
    DeadLetter { reason: Reason { violations, ..Reason::new("invalid", "1 rule broken") }, ..dead_letter }
}

#[tokio::test]
async fn a_sender_who_makes_up_a_name_for_each_message_makes_one_group_or_a_bounded_number_and_all_are_counted() {
    let bench = Bench::new();
    let store = bench.open();
    let unknown = (0..1_200).map(|number| invalid(&format!("/{}", in_letters(number)), "unknown-field"));
    import(&store, unknown.collect()).await;
    let all = groups(&store).await;
    assert_eq!((all.len(), all[0].counts.open), (1, 1_200));

    let elsewhere = (0..1_200).map(|number| invalid(&format!("/{}", in_letters(number)), "wrong-type"));
    import(&store, elsewhere.collect()).await;
    drop(store);
    let store = bench.open();
    import(&store, vec![invalid("/yetanother", "wrong-type"), invalid("/made/up", "unknown-field")]).await;
    let all = groups(&store).await;
    assert_eq!(all.len(), MAX_KINDS + 1);
    assert_eq!(all.iter().map(|group| group.counts.open).sum::<u64>(), 2_402);
    let other = all.iter().find(|group| group.kind == Some(ReasonKind::Other)).unwrap();
    assert_eq!(other.counts.open, 1_200 - (MAX_KINDS as u64 - 1) + 2, "with what came later, as all kinds are taken");
}

#[tokio::test]
async fn failures_that_are_all_new_are_one_group_beyond_a_number_within_an_hour() {
    let bench = Bench::new();
    let store = bench.open();
    let failures = |codes: std::ops::Range<usize>| -> Vec<_> {
        codes.map(|code| dead_letter(&envelope("orders", None, "payload"), Some(0), &in_letters(code))).collect()
    };
    let bounded = store.bound_kinds(failures(0..100)).await.unwrap();
    let again = store.bound_kinds(failures(0..100)).await.unwrap();
    let fingerprints =
        |letters: &[DeadLetter]| letters.iter().map(|letter| letter.fingerprint.clone()).collect::<Vec<_>>();
    assert_eq!(fingerprints(&bounded), fingerprints(&again), "what is under way counts once");
    import(&store, bounded).await;
    let all = groups(&store).await;
    assert_eq!(all.len(), MAX_NEW_KINDS + 1);
    let many = &all[0];
    assert_eq!((many.counts.open, many.code.as_str(), &many.target), (40, "many-kinds", &None));
    let by_code = Filter { code: Some(many.code.clone()), ..Filter::default() };
    assert_eq!(store.count_dead_letters(by_code).await.unwrap().open, 40, "found by the group's code too");
    let neighbour = dead_letter(&envelope("shop", None, "payload"), None, "new");
    let own = neighbour.fingerprint.clone();
    assert_eq!(store.bound_kinds(vec![neighbour]).await.unwrap()[0].fingerprint, own, "each flow has its own number");

    store.close().await.unwrap();
    let store = bench.open();
    let restarted = store.bound_kinds(failures(99..101)).await.unwrap();
    assert!(restarted.iter().all(|letter| letter.fingerprint == many.fingerprint), "a restart forgets none");
    bench.clock.advance(Duration::from_secs(60 * 60));
    let later = store.bound_kinds(failures(99..101)).await.unwrap();
    assert_eq!(fingerprints(&later), fingerprints(&failures(99..101)));
}
