//! Many dead letters with large payloads: what listing, counting, grouping and redriving cost. Ratios are printed, nothing
//! is timed against a bound: `cargo test -p gantry-store --test it scale -- --nocapture`.

use std::time::{Duration, Instant};

use gantry_core::{DeadLetter, MessageId};
use gantry_store::{Filter, GroupFilter, JobKind, JobState, NewJob, Page};

use crate::support::{Bench, dead_letter, envelope, flow, import};

const LETTERS: usize = 10_000;
const KINDS: usize = 20;
const PAYLOAD: usize = 4 << 10;

fn dead_letters() -> Vec<DeadLetter> {
    let template = dead_letter(&envelope("orders", Some("k"), "x".repeat(PAYLOAD)), None, "code");
    let made = (0..LETTERS).map(|n| {
        let mut dead_letter = template.clone();
        dead_letter.id.message = MessageId::generate();
        dead_letter.received.id = dead_letter.id.message;
        dead_letter.reason.code = format!("code-{}", n % KINDS);
        dead_letter.reason.text = format!("number {n}");
        dead_letter
    });
    made.collect()
}

async fn timed<T>(what: &str, of: Duration, work: impl Future<Output = T>) -> (T, Duration) {
    let began = Instant::now();
    let done = work.await;
    let took = began.elapsed();
    let ratio = took.as_secs_f64() / of.as_secs_f64().max(f64::EPSILON);
    println!("{what:<44} {took:>10.1?}  {ratio:>7.3} of writing them");
    (done, took)
}

#[tokio::test]
async fn ten_thousand_letters_are_listed_counted_grouped_and_redriven() {
    let bench = Bench::new();
    let store = bench.open();
    let dead_letters = dead_letters();
    let (_, writing) = timed("write 10,000 letters of 4 KiB", Duration::MAX, import(&store, dead_letters)).await;

    let (groups, _) = timed("groups", writing, store.dead_letter_groups(GroupFilter::default())).await;
    let groups = groups.unwrap();
    assert_eq!((groups.len(), groups[0].counts.open), (KINDS, (LETTERS / KINDS) as u64));
    let (counts, _) = timed("count all", writing, store.count_dead_letters(Filter::default())).await;
    assert_eq!(counts.unwrap().open, LETTERS as u64);
    let text = Filter { text: Some("NUMBER 77".into()), ..Filter::default() };
    let (counts, _) = timed("count by a text in the reason", writing, store.count_dead_letters(text)).await;
    assert_eq!(counts.unwrap().open, 111);
    let payload = Filter { payload: Some("y".into()), ..Filter::default() };
    let (counts, _) = timed("count by a text in the payload", writing, store.count_dead_letters(payload)).await;
    assert_eq!(counts.unwrap().open, 0);
    let page = Page::first(LETTERS);
    let (page, _) = timed("list all, in brief", writing, store.dead_letter_summaries(Filter::default(), page)).await;
    assert_eq!(page.unwrap().dead_letters.len(), LETTERS);

    let new = NewJob {
        kind: JobKind::Redrive,
        filter: Filter { code: Some("code-7".into()), ..Filter::default() },
        by: "ann".into(),
        reason: String::new(),
        rate: None,
        most_replays: None,
        force: false,
        max_failed_percent: None,
        patch: None,
    };
    let (job, _) = timed("freeze a job's letters", writing, store.start_job(new)).await;
    let id = job.unwrap().id;
    let redrive = async { while store.work_on_job(id, 256, None).await.unwrap().job.state == JobState::Running {} };
    timed("redrive 500 in steps of 256", writing, redrive).await;
    assert_eq!(store.depth(&flow("orders")).queued, LETTERS / KINDS);

    store.close().await.unwrap();
    let (store, _) = timed("open again", writing, async { bench.open() }).await;
    assert_eq!(store.dead_letter_counts(&flow("orders")).total(), LETTERS as u64);
}
