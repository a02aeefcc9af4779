//! Broken rules counted over time: by the hour, in the write that ends a message, in bounded number.

use std::time::Duration;

use gantry_core::{Breach, MessageState, Severity, Timestamp};
use gantry_store::{Along, Interval, MOST_KINDS, QualityFilter, QualityReport, Settlement, Store};

use crate::support::{Bench, START, dead_letter, enqueue, finished, flow, lease_one, message};

const HOUR: Duration = Duration::from_secs(3600);

fn breach(code: &str, field: &str, count: u64) -> Breach {
    Breach { step: "map".into(), code: code.into(), field: field.into(), severity: Severity::Error, count }
}

/// A message of a flow that ends with these breaches.
async fn end_with(store: &Store, name: &str, breaches: Vec<Breach>) {
    enqueue(store, message(name, None, "{}")).await;
    let leased = lease_one(store, name).await;
    let dead_letters = vec![dead_letter(&leased.envelope, None, "invalid")];
    let state = MessageState::DeadLettered;
    let timeline = Vec::new();
    let settlement = Settlement::Finished { state, timeline, dead_letters, resolved: None };
    store.settle_with(leased.ticket, settlement, Along { breaches, ..Along::default() }).await.unwrap();
}

async fn quality(store: &Store, filter: QualityFilter) -> QualityReport {
    store.quality(filter).await.unwrap()
}

fn shown(report: &QualityReport) -> Vec<(String, u64, u64)> {
    report
        .rows
        .iter()
        .map(|row| (format!("{} {} {}", row.flow, row.code, row.field), row.messages, row.violations))
        .collect()
}

#[tokio::test]
async fn breaches_add_up_by_flow_code_and_field_and_over_hours_and_days() {
    let bench = Bench::new();
    let store = bench.open();
    end_with(&store, "orders", vec![breach("too-long", "/a", 3), breach("missing-field", "/b", 1)]).await;
    end_with(&store, "orders", vec![breach("too-long", "/a", 1)]).await;
    end_with(&store, "customers", vec![breach("too-long", "/a", 1)]).await;
    bench.clock.advance(2 * HOUR);
    end_with(&store, "orders", vec![breach("too-long", "/a", 1)]).await;
    let report = quality(&store, QualityFilter::default()).await;
    let expected = [("orders too-long /a", 3, 5), ("customers too-long /a", 1, 1), ("orders missing-field /b", 1, 1)];
    assert_eq!(shown(&report), expected.map(|(row, messages, times)| (row.to_owned(), messages, times)));
    let hours: Vec<_> = report.rows[0].series.iter().map(|point| (point.at.0, point.messages)).collect();
    let hour = START.0 / 3_600_000 * 3_600_000;
    assert_eq!(hours, [(hour, 2), (hour + 2 * 3_600_000, 1)]);
    let by = QualityFilter { by: Some(Interval::Day), flow: Some(flow("orders")), ..QualityFilter::default() };
    let days = quality(&store, QualityFilter { code: Some("too-long".into()), ..by }).await;
    assert_eq!((days.rows.len(), days.rows[0].series.len(), days.rows[0].messages), (1, 1, 3));
    let later = QualityFilter { since: Some(START.after(HOUR)), ..QualityFilter::default() };
    assert_eq!(shown(&quality(&store, later).await), [("orders too-long /a".to_owned(), 1, 1)]);
    let earlier =
        QualityFilter { until: Some(START), step: Some("map".into()), limit: Some(1), ..QualityFilter::default() };
    let earlier = quality(&store, earlier).await;
    assert_eq!((earlier.rows.len(), earlier.further, earlier.rows[0].messages), (1, 2, 2));
    store.close().await.unwrap();
}

#[tokio::test]
async fn kinds_of_one_hour_are_bounded_and_those_beyond_are_counted_together() {
    let bench = Bench::new();
    let store = bench.open();
    let most = u64::from(MOST_KINDS);
    let fields = |from: u64, to: u64| (from..to).map(|n| breach("unknown-field", &format!("/x{n}"), 2)).collect();
    end_with(&store, "orders", fields(0, most + 50)).await;
    end_with(&store, "orders", fields(most, most + 10)).await;
    end_with(&store, "orders", fields(0, 1)).await;
    end_with(&store, "customers", fields(0, 1)).await;
    let report = quality(&store, QualityFilter { limit: Some(1000), ..QualityFilter::default() }).await;
    let rows = shown(&report);
    assert_eq!(rows.len(), 200 + 1 + 1);
    assert!(rows.contains(&("orders other ".to_owned(), 2, 120)), "{rows:?}");
    assert!(rows.contains(&("orders unknown-field /x0".to_owned(), 2, 4)), "a known kind goes on");
    let long = format!("/{}/name", "x".repeat(300));
    bench.clock.advance(HOUR);
    end_with(&store, "orders", vec![breach("too-long", &long, 1)]).await;
    let since = Some(START.after(HOUR));
    assert_eq!(
        shown(&quality(&store, QualityFilter { since, ..QualityFilter::default() }).await)[0].0,
        "orders too-long "
    );
    store.close().await.unwrap();
}

#[tokio::test]
async fn counts_outlast_a_crash_with_the_dead_letter_they_were_written_with() {
    let bench = Bench::new();
    let store = bench.open();
    end_with(&store, "orders", vec![breach("too-long", "/a", 1)]).await;
    let killed = bench.killed();
    let after = killed.open();
    let counts = after.dead_letter_counts(&flow("orders"));
    let report = quality(&after, QualityFilter::default()).await;
    assert_eq!((counts.open, report.rows[0].messages), (1, 1));
    after.close().await.unwrap();
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_message_that_goes_on_counts_what_it_broke_when_it_ends() {
    let bench = Bench::new();
    let store = bench.open();
    enqueue(&store, message("orders", None, "{}")).await;
    let leased = lease_one(&store, "orders").await;
    let warning = Breach { severity: Severity::Warning, ..breach("too-long", "/a", 1) };
    let mut envelope = leased.envelope;
    envelope.warnings = vec![warning.clone()];
    let later = Settlement::Later { envelope: Box::new(envelope), due: START };
    store.settle(leased.ticket, later).await.unwrap();
    assert!(quality(&store, QualityFilter::default()).await.rows.is_empty());
    let leased = lease_one(&store, "orders").await;
    assert_eq!(leased.envelope.warnings, [warning], "it travels with the message");
    let breaches = leased.envelope.warnings.clone();
    store
        .settle_with(leased.ticket, finished(MessageState::Delivered), Along { breaches, ..Along::default() })
        .await
        .unwrap();
    assert_eq!(quality(&store, QualityFilter::default()).await.rows[0].severity, Severity::Warning);
    store.close().await.unwrap();
}

#[tokio::test]
async fn hours_that_are_over_long_enough_are_swept_and_later_ones_stay() {
    let bench = Bench::new();
    let store = bench.open();
    for _ in 0..12 {
        let breaches = (0..150).map(|n| breach("unknown-field", &format!("/{n}"), 1)).collect();
        end_with(&store, "orders", breaches).await;
        bench.clock.advance(HOUR);
    }
    let keep = 2 * HOUR;
    let mut rounds = 1;
    while store.sweep_quality(keep).await.unwrap() {
        rounds += 1;
    }
    assert!(rounds > 1, "a bounded bite at a time");
    let since = Some(Timestamp(0));
    let report = quality(&store, QualityFilter { since, limit: Some(1), ..QualityFilter::default() }).await;
    assert_eq!((report.rows[0].messages, report.further), (2, 149), "the hours since then");
    store.close().await.unwrap();
}
