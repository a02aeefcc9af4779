//! A run in which every fault comes twice, in another order. `torture --rounds 200` does the same for longer.

use gantry_torture::plan::FAULTS;
use gantry_torture::run::{Options, run};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_promise_is_kept_through_every_fault() {
    let dir = tempfile::tempdir().unwrap();
    let gantry = gantry_e2e::gantry().to_owned();
    let options = Options { gantry, dir: dir.path().to_owned(), seed: 7, rounds: 2 * FAULTS.len() };
    let summary = run(options).await.unwrap();
    println!("{summary}");
    assert_eq!(summary.violations(), 0, "{summary}");
    assert!(summary.calls_failed() > 0 && summary.pages_lost() > 0, "the faults reached the host: {summary}");
    assert!(summary.acknowledged() > 2 * FAULTS.len(), "the senders got through: {summary}");
}
