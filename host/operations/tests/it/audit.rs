//! Every attempt is recorded, whatever its outcome, and nothing is changed without permission.

use gantry_core::DeadLetterState;
use gantry_operations::{
    Acknowledge, Actor, ChangeGroup, Discard, Edit, ErrorKind, Import, MOST_NAME, MOST_WORDS, PauseTarget, Permission,
    Reload, Replay, StartDiscard, StartRedrive,
};
use gantry_store::{AuditOutcome, Filter, GroupState, JobState};

use crate::support::{Bench, audit, dead_letter, olga, open_letter};

#[tokio::test]
async fn an_effect_and_its_entry_survive_a_crash_together() {
    let bench = Bench::new();
    let (operations, store) = bench.open();
    let id = open_letter(&store).await;
    let discarded = operations.execute(&olga(), Discard { id, reason: "a test".into() }).await.unwrap();
    assert_eq!(discarded.resolution.unwrap().by, "olga", "who it was for is kept with the dead letter");
    let (_, store) = bench.killed().open();
    assert_eq!(store.dead_letter(id).await.unwrap().unwrap().state, DeadLetterState::Discarded);
    let entries = audit(&store).await;
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!(
        (entry.actor.as_str(), entry.on_behalf_of.as_deref(), entry.via.as_str()),
        ("admin", Some("olga"), "admin-api")
    );
    assert_eq!((entry.operation.as_str(), entry.subject.as_str()), ("dead_letters.discard", id.to_string().as_str()));
    assert_eq!((entry.outcome, entry.detail.as_str(), entry.intent), (AuditOutcome::Done, "a test", None));
}

#[tokio::test]
async fn without_the_permission_nothing_changes_and_the_attempt_is_on_record() {
    let bench = Bench::new();
    let (operations, store) = bench.open();
    let id = open_letter(&store).await;
    let nobody = Actor { roles: Vec::new(), ..olga() };
    let refused = operations.execute(&nobody, Replay { id }).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Denied);
    assert!(refused.to_string().contains(Permission::ReplayDeadLetters.name()), "{refused}");
    assert_eq!(store.dead_letter(id).await.unwrap().unwrap().state, DeadLetterState::Open);
    let entries = audit(&store).await;
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].operation.as_str(), entries[0].outcome), ("dead_letters.replay", AuditOutcome::Refused));
}

#[tokio::test]
async fn what_the_state_of_a_thing_does_not_allow_is_on_record_as_refused() {
    let bench = Bench::new();
    let (operations, store) = bench.open();
    let id = open_letter(&store).await;
    operations.execute(&olga(), Discard { id, reason: "a test".into() }).await.unwrap();
    let refused = operations.execute(&olga(), Acknowledge { id, reason: String::new() }).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    let no_reason = operations.execute(&olga(), Discard { id, reason: " ".into() }).await.unwrap_err();
    assert_eq!(no_reason.kind(), ErrorKind::Invalid);
    let outcomes: Vec<_> = audit(&store).await.into_iter().map(|entry| (entry.outcome, entry.detail)).collect();
    assert_eq!(outcomes[0], (AuditOutcome::Refused, no_reason.to_string()));
    assert_eq!(outcomes[1], (AuditOutcome::Refused, refused.to_string()));
    assert_eq!(outcomes[2].0, AuditOutcome::Done);
}

#[tokio::test]
async fn a_name_or_a_reason_beyond_its_bound_is_refused_and_one_within_is_kept_whole() {
    let bench = Bench::new();
    let (operations, store) = bench.open();
    let id = open_letter(&store).await;
    let long = "ä".repeat(MOST_WORDS);
    let beyond = Discard { id, reason: format!("{long}ä") };
    let refused = operations.execute(&olga(), beyond).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Invalid);
    assert_eq!(refused.to_string(), "`reason` has 2001 characters, and at most 2000 are allowed");
    let somebody = Actor::admin().on_behalf_of(&"o".repeat(MOST_NAME + 1));
    let refused = operations.execute(&somebody, Discard { id, reason: "a test".into() }).await.unwrap_err();
    assert!(refused.kind() == ErrorKind::Invalid && refused.to_string().starts_with("`by` has 201"), "{refused}");
    assert_eq!(store.dead_letter(id).await.unwrap().unwrap().state, DeadLetterState::Open);
    operations.execute(&olga(), Discard { id, reason: long.clone() }).await.unwrap();
    assert_eq!(audit(&store).await[0].detail, long);
}

#[tokio::test]
async fn an_import_says_how_many_were_taken_in_and_how_many_were_there() {
    let bench = Bench::new();
    let (operations, store) = bench.open();
    let known = store.dead_letter(open_letter(&store).await).await.unwrap().unwrap();
    let dead_letters = vec![known, dead_letter(), dead_letter()];
    operations.execute(&olga(), Import { dead_letters }).await.unwrap();
    let (_, store) = bench.killed().open();
    assert_eq!(audit(&store).await[0].detail, "2 imported, 1 already present");
}

#[tokio::test]
async fn no_entry_holds_a_payload() {
    let bench = Bench::new();
    let (operations, store) = bench.open();
    let id = open_letter(&store).await;
    operations.execute(&olga(), Edit { id, payload: "a secret order".into() }).await.unwrap();
    operations.execute(&olga(), Import { dead_letters: vec![dead_letter()] }).await.unwrap();
    let filter = Filter { payload: Some("a secret order".into()), text: Some("a name".into()), ..Filter::default() };
    operations.execute(&olga(), StartDiscard { filter, reason: "old".into(), rate: None }).await.unwrap();
    let entries = audit(&store).await;
    assert_eq!(entries.len(), 3);
    for entry in entries {
        let text = format!("{entry:?}");
        assert!(!text.contains("secret order") && !text.contains("a name"), "{text}");
    }
}

#[tokio::test]
async fn with_no_host_running_a_discard_is_done_at_once_and_a_redrive_waits_for_the_host() {
    let bench = Bench::new();
    let (operations, store) = bench.open();
    open_letter(&store).await;
    let redrive = StartRedrive {
        filter: Filter::default(),
        reason: String::new(),
        rate: Some(1),
        most_replays: None,
        force: false,
        max_failed_percent: None,
    };
    let waiting = operations.execute(&olga(), redrive).await.unwrap();
    assert_eq!(waiting.state, JobState::Running);
    let discard = StartDiscard { filter: Filter::default(), reason: "a test".into(), rate: Some(1) };
    let done = operations.execute(&olga(), discard).await.unwrap();
    assert_eq!((done.state, done.done), (JobState::Finished, 1));
    let subjects: Vec<_> = audit(&store).await.into_iter().map(|entry| (entry.operation, entry.subject)).collect();
    let expected = [("dead_letter_jobs.discard", done.id), ("dead_letter_jobs.redrive", waiting.id)];
    assert_eq!(subjects, expected.map(|(operation, id)| (operation.to_owned(), id.to_string())));
}

#[tokio::test]
async fn what_needs_a_host_at_work_is_refused_without_one() {
    let bench = Bench::new();
    let (operations, store) = bench.open();
    let flow = "orders".parse().unwrap();
    let pause = PauseTarget { flow, target: "erp".parse().unwrap(), until: None, reason: String::new() };
    let refused = operations.execute(&olga(), pause).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NoHost);
    let trigger = gantry_control::reload::Trigger::Api;
    assert_eq!(
        operations.execute(&olga(), Reload { trigger, reason: String::new() }).await.unwrap_err().kind(),
        ErrorKind::NoHost
    );
    let outcomes: Vec<_> = audit(&store).await.into_iter().map(|entry| (entry.operation, entry.outcome)).collect();
    assert_eq!(
        outcomes,
        [
            ("flows.reload".to_owned(), AuditOutcome::Refused),
            ("flows.reload".to_owned(), AuditOutcome::Intended),
            ("targets.pause".to_owned(), AuditOutcome::Refused),
        ]
    );
}

#[tokio::test]
async fn a_group_is_changed_in_the_name_of_whom_the_actor_acts_for() {
    let bench = Bench::new();
    let (operations, store) = bench.open();
    open_letter(&store).await;
    let fingerprint = dead_letter().fingerprint;
    let change =
        ChangeGroup { fingerprint: fingerprint.clone(), state: GroupState::Ignored, until: None, note: "known".into() };
    let group = operations.execute(&Actor::local_user("nina"), change).await.unwrap();
    assert_eq!((group.state, group.changed.unwrap().by.as_str()), (GroupState::Ignored, "nina"));
    let entries = audit(&store).await;
    assert_eq!((entries[0].actor.as_str(), entries[0].via.as_str()), ("nina", "command-line"));
    assert_eq!((entries[0].subject.clone(), entries[0].detail.as_str()), (fingerprint, "ignored: known"));
}
