//! Import of exported dead letters: nothing is lost on the way, and a second time changes nothing.

use gantry_core::{DeadLetter, DeadLetterState, MessageState};
use gantry_store::{Filter, Imported, Page, Store};

use crate::support::{Bench, dead_with, flow, lease_one, resolve};

async fn all(store: &Store) -> Vec<DeadLetter> {
    store.dead_letters(Filter::default(), Page::first(100)).await.unwrap().dead_letters
}

/// Through JSON, as an export travels.
fn exported(dead_letters: &[DeadLetter]) -> Vec<DeadLetter> {
    dead_letters
        .iter()
        .map(|dead_letter| serde_json::from_str(&serde_json::to_string(dead_letter).unwrap()).unwrap())
        .collect()
}

#[tokio::test]
async fn another_host_has_every_letter_as_it_was_with_its_states_and_revisions() {
    let here = Bench::new();
    let there = Bench::new();
    let one = here.open();
    let other = there.open();
    for _ in 0..3 {
        dead_with(&one, "no-price").await;
    }
    let ids: Vec<_> = all(&one).await.iter().map(|dead_letter| dead_letter.id).collect();
    one.acknowledge(ids[0], "ann".into()).await.unwrap();
    one.discard(ids[1], "ann".into(), "a test order".into()).await.unwrap();
    one.replay(ids[2], "ann".into(), Some("mended".into())).await.unwrap();
    resolve(&one, ids[2]).await;

    let dead_letters = exported(&all(&one).await);
    let imported = other.import_dead_letters(dead_letters.clone()).await.unwrap();
    assert_eq!(imported, Imported { added: 3, present: 0 });
    assert_eq!(all(&other).await, dead_letters);
    assert_eq!(dead_letters[2].revisions.len(), 2);
    assert_eq!(other.dead_letter_counts(&flow("orders")), one.dead_letter_counts(&flow("orders")));
    assert_eq!(other.history(ids[0].message).await.unwrap().unwrap().state, MessageState::DeadLettered);
    other.replay(ids[0], "bob".into(), None).await.unwrap();
    resolve(&other, ids[0]).await;
}

#[tokio::test]
async fn importing_again_changes_nothing_whatever_has_become_of_the_letters() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead_with(&store, "no-price").await;
    let dead_letters = exported(&all(&store).await);
    store.discard(id, "ann".into(), "dealt with".into()).await.unwrap();
    for _ in 0..2 {
        assert_eq!(store.import_dead_letters(dead_letters.clone()).await.unwrap(), Imported { added: 0, present: 1 });
    }
    assert_eq!(store.dead_letter(id).await.unwrap().unwrap().state, DeadLetterState::Discarded);
    assert_eq!(store.dead_letter_counts(&flow("orders")).total(), 1);
}

#[tokio::test]
async fn a_letter_that_was_being_replayed_over_there_is_open_here() {
    let here = Bench::new();
    let there = Bench::new();
    let one = here.open();
    let other = there.open();
    let id = dead_with(&one, "no-price").await;
    one.replay(id, "ann".into(), None).await.unwrap();
    other.import_dead_letters(exported(&all(&one).await)).await.unwrap();
    assert_eq!(other.dead_letter(id).await.unwrap().unwrap().state, DeadLetterState::Open);
    drop(lease_one(&one, "orders").await);
}
