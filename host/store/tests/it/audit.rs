//! The audit: each entry is there exactly if its effect is, intents are closed, and nothing is kept for ever.

use std::time::Duration;

use gantry_core::DeadLetterState;
use gantry_store::{AuditFilter, AuditOutcome, AuditRecord, PendingAudit, Store, TEXT_BYTES};

use crate::support::{Bench, START, dead_with};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn record(operation: &str, subject: &str) -> AuditRecord {
    AuditRecord {
        actor: "admin".into(),
        on_behalf_of: Some("olga".into()),
        via: "admin-api".into(),
        operation: operation.into(),
        subject: subject.into(),
        outcome: AuditOutcome::Done,
        detail: String::new(),
        intent: None,
    }
}

fn intent(operation: &str) -> AuditRecord {
    AuditRecord { outcome: AuditOutcome::Intended, ..record(operation, "all") }
}

/// Operation and outcome of every entry, newest first.
async fn entries(store: &Store) -> Vec<(String, AuditOutcome)> {
    let page = store.audit(AuditFilter::default(), None, 1000).await.unwrap();
    page.entries.into_iter().map(|entry| (entry.record.operation, entry.record.outcome)).collect()
}

#[tokio::test]
async fn an_entry_and_its_effect_are_one_write() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead_with(&store, "broken").await;
    let pending = PendingAudit::new(record("dead_letters.acknowledge", &id.to_string()));
    store.with_audit(&pending).acknowledge(id, "olga".into()).await.unwrap();
    assert!(pending.written().is_some());
    let store = bench.killed().open();
    assert_eq!(store.dead_letter(id).await.unwrap().unwrap().state, DeadLetterState::Acknowledged);
    let page = store.audit(AuditFilter::default(), None, 10).await.unwrap();
    assert_eq!(page.entries.len(), 1);
    assert_eq!(page.entries[0].id.at, START);
    assert_eq!(page.entries[0].record, record("dead_letters.acknowledge", &id.to_string()));
}

#[tokio::test]
async fn a_refused_write_leaves_its_entry_waiting() {
    let bench = Bench::new();
    let store = bench.open();
    let id = dead_with(&store, "broken").await;
    store.discard(id, "olga".into(), "old".into()).await.unwrap();
    let pending = PendingAudit::new(record("dead_letters.replay", &id.to_string()));
    store.with_audit(&pending).replay(id, "olga".into(), None).await.unwrap_err();
    assert_eq!(pending.written(), None);
    assert_eq!(entries(&store).await, []);
    pending.amend(AuditOutcome::Refused, Some("it is discarded".into()));
    store.finish_audit(&pending).await.unwrap();
    assert_eq!(entries(&store).await, [("dead_letters.replay".into(), AuditOutcome::Refused)]);
}

#[tokio::test]
async fn an_entry_is_written_once_however_many_writes_could_take_it_along() {
    let bench = Bench::new();
    let store = bench.open();
    let pending = PendingAudit::new(record("targets.pause", "orders/erp"));
    let audited = store.with_audit(&pending);
    audited.kv_put("a", "one", "1".into()).await.unwrap();
    audited.kv_put("a", "two", "2".into()).await.unwrap();
    store.finish_audit(&pending).await.unwrap();
    assert_eq!(entries(&store).await.len(), 1);
}

#[tokio::test]
async fn an_intent_without_an_outcome_is_closed_when_the_store_is_opened() {
    let bench = Bench::new();
    let store = bench.open();
    let ended = store.append_audit(intent("flows.reload")).await.unwrap();
    let outcome = AuditRecord { intent: Some(ended), ..record("flows.reload", "all") };
    store.append_audit(outcome).await.unwrap();
    let interrupted = store.append_audit(intent("alerts.test")).await.unwrap();
    let killed = bench.killed();
    for _ in 0..2 {
        let store = killed.open();
        let page = store.audit(AuditFilter::default(), None, 1000).await.unwrap();
        assert_eq!(page.entries.len(), 4, "closed once, however often it is opened");
        let closed: Vec<_> =
            page.entries.iter().filter(|entry| entry.record.outcome == AuditOutcome::Unknown).collect();
        assert_eq!(closed.len(), 1);
        assert_eq!(closed[0].record.intent, Some(interrupted));
        assert_eq!((closed[0].record.operation.as_str(), closed[0].record.actor.as_str()), ("alerts.test", "admin"));
        store.close().await.unwrap();
    }
}

#[tokio::test]
async fn the_audit_is_read_newest_first_in_pages_that_miss_nothing() {
    let bench = Bench::new();
    let store = bench.open();
    for n in 0..7 {
        store.append_audit(record("jobs.cancel", &n.to_string())).await.unwrap();
        bench.clock.advance(Duration::from_millis(n % 2));
    }
    let mut subjects = Vec::new();
    let mut before = None;
    loop {
        let page = store.audit(AuditFilter::default(), before, 2).await.unwrap();
        subjects.extend(page.entries.into_iter().map(|entry| entry.record.subject));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(subjects, ["6", "5", "4", "3", "2", "1", "0"]);
    let all = store.audit(AuditFilter::default(), None, 7).await.unwrap();
    assert_eq!((all.entries.len(), all.next), (7, None), "nothing follows the last one");
}

#[tokio::test]
async fn a_filter_narrows_the_audit() {
    let bench = Bench::new();
    let store = bench.open();
    store.append_audit(record("jobs.cancel", "one")).await.unwrap();
    bench.clock.advance(DAY);
    let second = AuditRecord { on_behalf_of: None, outcome: AuditOutcome::Failed, ..record("flows.reload", "two") };
    store.append_audit(second).await.unwrap();
    let found = async |filter| {
        let page = store.audit(filter, None, 10).await.unwrap();
        page.entries.into_iter().map(|entry| entry.record.subject).collect::<Vec<_>>()
    };
    let all = AuditFilter::default;
    assert_eq!(found(AuditFilter { since: Some(START.after(DAY)), ..all() }).await, ["two"]);
    assert_eq!(found(AuditFilter { until: Some(START.after(DAY)), ..all() }).await, ["one"]);
    assert_eq!(found(AuditFilter { actor: Some("olga".into()), ..all() }).await, ["one"]);
    assert_eq!(found(AuditFilter { actor: Some("admin".into()), ..all() }).await, ["two", "one"]);
    assert_eq!(found(AuditFilter { operation: Some("flows.reload".into()), ..all() }).await, ["two"]);
    assert_eq!(found(AuditFilter { subject: Some("one".into()), ..all() }).await, ["one"]);
    assert_eq!(found(AuditFilter { outcome: Some(AuditOutcome::Failed), ..all() }).await, ["two"]);
}

#[tokio::test]
async fn entries_that_have_had_their_time_are_removed() {
    let bench = Bench::new();
    let store = bench.open();
    for n in 0..300 {
        store.append_audit(record("jobs.cancel", &n.to_string())).await.unwrap();
    }
    bench.clock.advance(DAY * 2);
    store.append_audit(record("flows.reload", "new")).await.unwrap();
    assert!(store.sweep_audit(DAY).await.unwrap(), "there is more");
    assert!(!store.sweep_audit(DAY).await.unwrap());
    assert_eq!(entries(&store).await, [("flows.reload".into(), AuditOutcome::Done)]);
}

#[tokio::test]
async fn texts_of_an_entry_are_cut_and_safe_to_show() {
    let bench = Bench::new();
    let store = bench.open();
    let long = AuditRecord { detail: "x".repeat(1 << 20), ..record("jobs.cancel", "one\ntwo") };
    store.append_audit(long).await.unwrap();
    let page = store.audit(AuditFilter::default(), None, 1).await.unwrap();
    assert!(page.entries[0].record.detail.len() <= TEXT_BYTES + 4);
    assert_eq!(page.entries[0].record.subject, "one\\ntwo");
}
