//! When a dropped file is complete, and what is told where that can't be known.

use std::fs;
use std::io::Write as _;

use gantry_transport::source::files::FileFormat;

use crate::files::{Drop, csv, names, payloads};

#[tokio::test]
async fn a_file_that_its_writer_has_open_is_not_taken_however_long_it_pauses() {
    let drop = Drop::of(csv(None));
    let running = drop.start();
    // Also one that is renamed before it is closed.
    let part = drop.dir.path().join("slow.csv.part");
    let mut writer = fs::File::create(&part).unwrap();
    writer.write_all(b"id\n1\n").unwrap();
    writer.flush().unwrap();
    fs::rename(&part, drop.dir.path().join("a-slow.csv")).unwrap();
    // Comes later, and is complete later: the slow file had the time to be taken.
    drop.put("b-whole.csv", "id\nwhole\n");
    drop.until_done(1).await;
    assert_eq!(drop.intake.inspect(payloads), [r#"{"id":"whole"}"#]);
    writer.write_all(b"2\n").unwrap();
    std::mem::drop(writer);
    drop.until_done(2).await;
    running.stop().await;
    assert_eq!(drop.intake.inspect(payloads), [r#"{"id":"whole"}"#, r#"{"id":"1"}"#, r#"{"id":"2"}"#]);
}

#[tokio::test]
async fn a_file_that_was_open_before_the_source_began_is_not_taken_either() {
    let drop = Drop::of(csv(None));
    let mut writer = fs::File::create(drop.dir.path().join("a-slow.csv")).unwrap();
    writer.write_all(b"id\n1\n").unwrap();
    drop.put("b-whole.csv", "id\nwhole\n");
    let running = drop.start();
    drop.until_done(1).await;
    assert_eq!(drop.intake.inspect(payloads), [r#"{"id":"whole"}"#]);
    std::mem::drop(writer);
    drop.until_done(2).await;
    running.stop().await;
}

#[tokio::test]
async fn a_file_that_grows_after_it_was_taken_or_refused_is_told() {
    let drop = Drop::of(csv(None));
    let running = drop.start();
    drop.put("taken.csv", "id\n1\n");
    drop.until_done(1).await;
    drop.put("refused.csv", "id,name\n1\n");
    drop.intake.until("the file is refused", |state| state.refused.len() == 1).await;
    for path in [drop.config.done.join("taken.csv"), drop.config.failed.join("refused.csv")] {
        let mut late = fs::OpenOptions::new().append(true).open(path).unwrap();
        late.write_all(b"2\n").unwrap();
    }
    drop.intake.until("both changes are told", |state| state.refused.len() == 3).await;
    running.stop().await;
    let told: Vec<_> = drop.intake.inspect(|state| state.refused.iter().map(|(_, reason)| *reason).collect());
    assert_eq!(told, ["bad_file", "changed_file", "changed_file"]);
}

#[tokio::test]
async fn endings_in_capital_letters_match_and_unfinished_names_do_not() {
    let mut drop = Drop::of(FileFormat::Ndjson);
    drop.config.pattern = "*.ndjson*".into();
    for name in ["A.NDJSON", "b.ndjson", "c.ndjson.filepart", "d.ndjson.PART", "~$b.ndjson", "e.ndjson~"] {
        drop.put(name, format!("\"{name}\""));
    }
    let running = drop.start();
    drop.until_done(2).await;
    running.stop().await;
    assert_eq!(drop.intake.inspect(payloads), ["\"A.NDJSON\"", "\"b.ndjson\""]);
    assert_eq!(names(&drop.config.done), ["A.NDJSON", "b.ndjson"]);
}

#[tokio::test]
async fn a_bad_file_with_a_name_as_long_as_can_be_gets_its_report() {
    let drop = Drop::of(csv(None));
    let name = format!("{}.csv", "a".repeat(251));
    fs::write(drop.dir.path().join(&name), "id,name\n1\n").unwrap();
    let running = drop.start();
    drop.intake.until("the file is refused", |state| !state.refused.is_empty()).await;
    running.stop().await;
    let failed = names(&drop.config.failed);
    let report = failed.iter().find(|name| name.ends_with(".error.txt")).unwrap();
    assert!(fs::read_to_string(drop.config.failed.join(report)).unwrap().starts_with(&name));
    assert!(failed.contains(&name));
}

#[tokio::test]
async fn an_inbox_that_was_away_and_another_in_its_place_are_watched_again() {
    let drop = Drop::of(csv(None));
    let running = drop.start();
    drop.put("a.csv", "id\n1\n");
    drop.until_done(1).await;
    let away = drop.dir.path().with_extension("away");
    fs::rename(drop.dir.path(), &away).unwrap();
    for directory in [drop.dir.path(), &drop.config.done, &drop.config.failed] {
        fs::create_dir_all(directory).unwrap();
    }
    drop.put("b.csv", "id\n2\n");
    drop.until_done(2).await;
    running.stop().await;
    fs::remove_dir_all(away).unwrap();
    assert_eq!(names(&drop.config.done), ["b.csv"]);
}
