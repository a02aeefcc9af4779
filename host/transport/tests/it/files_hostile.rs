//! What somebody who may drop files could do to the host with links, pipes and files made for the purpose.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use crate::files::{Drop, csv, names, payloads};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_and_pipes_are_left_alone_and_a_good_file_beside_them_is_taken_in() {
    let drop = Drop::of(csv(None));
    let foreign = tempfile::tempdir().unwrap();
    fs::write(foreign.path().join("secret.csv"), "id\nsecret\n").unwrap();
    symlink(foreign.path().join("secret.csv"), drop.dir.path().join("a-link.csv")).unwrap();
    let pipe = drop.dir.path().join("b-pipe.csv");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
    drop.put("c.csv", "id\n1\n");
    let running = drop.start();
    drop.until_done(1).await;
    running.stop().await;
    assert_eq!(drop.intake.inspect(payloads), [r#"{"id":"1"}"#]);
    assert_eq!(names(&drop.config.done), ["c.csv"]);
    assert!(pipe.exists() && drop.dir.path().join("a-link.csv").exists());
}

#[tokio::test]
async fn a_file_with_other_names_is_refused_because_it_may_be_somebody_elses() {
    let drop = Drop::of(csv(None));
    let foreign = drop.dir.path().join(".foreign");
    fs::write(&foreign, "id\nsecret\n").unwrap();
    fs::hard_link(&foreign, drop.dir.path().join("mine.csv")).unwrap();
    let running = drop.start();
    let report = drop.until_failed().await;
    running.stop().await;
    assert!(report.contains("has 2 names (hard links)") && report.contains("copy the file"), "{report}");
    assert!(drop.intake.inspect(|state| state.arrivals.is_empty()));
    assert_eq!(fs::read_to_string(foreign).unwrap(), "id\nsecret\n");
}

#[tokio::test]
async fn a_link_in_the_place_of_failed_or_of_a_report_overwrites_nothing_elsewhere() {
    let drop = Drop::of(csv(None));
    let foreign = tempfile::tempdir().unwrap();
    let precious = foreign.path().join("precious.txt");
    fs::write(&precious, "precious").unwrap();
    symlink(foreign.path(), &drop.config.failed).unwrap();
    let refused = drop.start().task.await.unwrap().unwrap_err();
    assert!(std::error::Error::source(&refused).unwrap().to_string().contains("it is a link"));

    fs::remove_file(&drop.config.failed).unwrap();
    fs::create_dir(&drop.config.failed).unwrap();
    symlink(&precious, drop.config.failed.join("bad.csv.error.txt")).unwrap();
    drop.put("bad.csv", "a,b\n1\n");
    let running = drop.start();
    let report = drop.until_failed().await;
    running.stop().await;
    assert!(report.contains("the row has 1 fields"), "{report}");
    assert_eq!(fs::read_to_string(precious).unwrap(), "precious");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_megabyte_of_commas_is_refused_at_once_and_the_next_file_is_taken_in() {
    let drop = Drop::of(csv(None));
    drop.put("a.csv", ",".repeat(1_000_000));
    drop.put("b.csv", "id\n1\n");
    let began = Instant::now();
    let running = drop.start();
    drop.until_done(1).await;
    running.stop().await;
    let report = fs::read_to_string(drop.config.failed.join("a.csv.error.txt")).unwrap();
    assert!(report.contains("more than 4096 fields"), "{report}");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}
