//! The file source killed in the middle of a file: every record exactly once, wherever it was cut.

use std::collections::BTreeMap;
use std::time::Duration;

use gantry_transport::IntakeError;
use gantry_transport::source::files::FileFormat;

use crate::files::{Drop, csv, names, payloads};
use crate::intake::Mood;

const ROWS: usize = 2300;

fn big_csv() -> String {
    let rows: String = (0..ROWS).map(|n| format!("{n},v{n}\n")).collect();
    format!("n,v\n{rows}")
}

fn expected() -> Vec<String> {
    (0..ROWS).map(|n| format!(r#"{{"n":"{n}","v":"v{n}"}}"#)).collect()
}

/// Kills the source's task where the intake stopped answering, then starts it again.
async fn killed(drop: &Drop, mood: Mood, calls: usize) {
    drop.intake.set_mood(mood);
    let running = drop.start();
    drop.intake.until("the fatal call", |state| state.calls >= calls).await;
    running.task.abort();
    assert!(running.task.await.unwrap_err().is_cancelled());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_or_after_any_chunk_is_stored_every_record_arrives_once_and_in_order() {
    for after in 0..5 {
        for dead in [Mood::DeadBefore(after), Mood::DeadAfter(after + 1)] {
            let drop = Drop::of(csv(None));
            drop.put("big.csv", big_csv());
            killed(&drop, dead, after + 1).await;
            let before = drop.intake.inspect(|state| state.arrivals.len());
            drop.intake.set_mood(Mood::Willing);
            let running = drop.start();
            drop.until_done(1).await;
            running.stop().await;
            assert_eq!(drop.intake.inspect(payloads), expected(), "{dead:?}, {before} before");
            assert_eq!(names(&drop.config.done), ["big.csv"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_every_single_chunk_in_a_row_it_still_ends() {
    let drop = Drop::of(csv(None));
    drop.put("big.csv", big_csv());
    for _ in 0..5 {
        killed(&drop, Mood::DeadAfter(1), 1).await;
    }
    drop.intake.set_mood(Mood::Willing);
    let running = drop.start();
    drop.until_done(1).await;
    running.stop().await;
    assert_eq!(drop.intake.inspect(payloads), expected());
}

#[tokio::test]
async fn killed_between_the_last_chunk_and_the_move_the_file_is_only_moved() {
    let drop = Drop::of(FileFormat::Json);
    drop.put("one.json", "[1, 2, 3]");
    killed(&drop, Mood::DeadAfter(1), 1).await;
    drop.intake.set_mood(Mood::DeadBefore(0));
    let running = drop.start();
    drop.until_done(1).await;
    running.stop().await;
    assert_eq!(drop.intake.inspect(payloads), ["1", "2", "3"]);
    assert_eq!(drop.intake.inspect(|state| state.calls), 0, "nothing was offered again");
}

#[tokio::test]
async fn a_group_of_rows_is_never_cut_in_two_by_a_restart() {
    let drop = Drop::of(csv(Some("order")));
    let rows: String = (0..1200).map(|order| format!("{order},a\n{order},b\n")).collect();
    drop.put("orders.csv", format!("order,line\n{rows}"));
    killed(&drop, Mood::DeadAfter(1), 1).await;
    drop.intake.set_mood(Mood::Willing);
    let running = drop.start();
    drop.until_done(1).await;
    running.stop().await;
    let mut seen = BTreeMap::new();
    for payload in drop.intake.inspect(payloads) {
        let order: serde_json::Value = serde_json::from_str(&payload).unwrap();
        assert_eq!(order["rows"].as_array().unwrap().len(), 2);
        *seen.entry(order["order"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 1200);
    assert!(seen.values().all(|times| *times == 1));
}

#[tokio::test]
async fn a_file_replaced_while_it_is_taken_in_is_not_shelved_unread() {
    let drop = Drop::of(csv(None));
    drop.put("daily.csv", big_csv());
    drop.intake.set_mood(Mood::Refusing(usize::MAX, overloaded));
    let running = drop.start();
    drop.intake.until("the first refusal", |state| state.calls > 0).await;
    drop.put("daily.csv", "n,v\nnew,row\n");
    drop.intake.set_mood(Mood::Willing);
    drop.until_done(2).await;
    running.stop().await;
    let mut all = expected();
    all.push(r#"{"n":"new","v":"row"}"#.to_owned());
    assert_eq!(drop.intake.inspect(payloads), all);
}

#[tokio::test]
async fn a_file_split_otherwise_after_a_restart_begins_anew() {
    let mut drop = Drop::of(csv(None));
    drop.put("big.csv", big_csv());
    killed(&drop, Mood::DeadAfter(1), 1).await;
    drop.config.format = csv(Some("n"));
    drop.intake.set_mood(Mood::Willing);
    let running = drop.start();
    drop.until_done(1).await;
    running.stop().await;
    assert_eq!(drop.intake.inspect(|state| state.arrivals.len()), 500 + ROWS);
}

fn overloaded() -> IntakeError {
    IntakeError::QueueFull { retry_after: Duration::ZERO }
}

#[tokio::test]
async fn a_file_replaced_while_the_source_was_down_is_another_file() {
    let drop = Drop::of(csv(None));
    drop.put("big.csv", big_csv());
    killed(&drop, Mood::DeadAfter(1), 1).await;
    drop.put("big.csv", "n,v\nnew,row\n");
    drop.intake.set_mood(Mood::Willing);
    let running = drop.start();
    drop.until_done(1).await;
    running.stop().await;
    let payloads = drop.intake.inspect(payloads);
    assert_eq!((payloads.len(), payloads.last().unwrap().as_str()), (501, r#"{"n":"new","v":"row"}"#));
}
