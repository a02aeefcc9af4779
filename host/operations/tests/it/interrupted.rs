//! Operations whose caller is cancelled, or whose host ends.

use std::sync::Arc;

use gantry_operations::{Call, Effect, Operation, OperationError, Permission};
use gantry_store::AuditOutcome;
use tokio::sync::Notify;

use crate::support::{Bench, audit, olga};

/// An operation outside the store, which ends when the test says so.
struct Slow {
    begun: Arc<Notify>,
    end: Arc<Notify>,
    ended: Arc<Notify>,
}

impl Slow {
    fn new() -> Self {
        Self { begun: Arc::default(), end: Arc::default(), ended: Arc::default() }
    }
}

impl Operation for Slow {
    const PERMISSION: Permission = Permission::ReloadFlows;
    const EFFECT: Effect = Effect::Outside;
    type Output = ();

    fn subject(&self) -> String {
        "everything".to_owned()
    }

    async fn run(self, call: Call) -> Result<(), OperationError> {
        self.begun.notify_one();
        self.end.notified().await;
        call.store().kv_put("test", "done", "yes".into()).await?;
        self.ended.notify_one();
        Ok(())
    }
}

#[tokio::test]
async fn an_intent_is_on_disk_before_the_effect_and_is_closed_as_unknown_after_a_crash() {
    let bench = Bench::new();
    let (operations, store) = bench.open();
    let slow = Slow::new();
    let begun = slow.begun.clone();
    let under_way = tokio::spawn(async move { operations.execute(&olga(), slow).await });
    begun.notified().await;
    let killed = bench.killed();
    under_way.abort();
    assert_eq!(outcomes(&audit(&store).await), [AuditOutcome::Intended]);

    let (_, store) = killed.open();
    let entries = audit(&store).await;
    assert_eq!(outcomes(&entries), [AuditOutcome::Unknown, AuditOutcome::Intended]);
    assert_eq!((entries[0].subject.as_str(), entries[0].actor.as_str()), ("everything", "admin"));
    assert!(entries[0].intent.is_some(), "it says which intent it closes");
}

#[tokio::test]
async fn an_operation_is_finished_though_its_caller_goes_away() {
    let bench = Bench::new();
    let (operations, store) = bench.open();
    let slow = Slow::new();
    let begun = slow.begun.clone();
    let end = slow.end.clone();
    let ended = slow.ended.clone();
    let caller = tokio::spawn({
        let operations = operations.clone();
        async move { operations.execute(&olga(), slow).await }
    });
    begun.notified().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    end.notify_one();
    ended.notified().await;
    // The outcome rode in the operation's own write.
    assert_eq!(outcomes(&audit(&store).await), [AuditOutcome::Done, AuditOutcome::Intended]);
    assert_eq!(store.kv_get("test", "done").await.unwrap(), Some("yes".into()));
}

fn outcomes(entries: &[gantry_store::AuditRecord]) -> Vec<AuditOutcome> {
    entries.iter().map(|entry| entry.outcome).collect()
}
