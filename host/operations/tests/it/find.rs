//! Dead letters found by their own ids and by those of their messages.

use gantry_core::{DeadLetter, DeadLetterId, DeadLetterState, MessageId, MessageState};
use gantry_operations::FindError;
use gantry_store::Store;

use crate::support::{Bench, dead_letter};

/// A dead letter of this message.
fn of(message: MessageId, position: Option<u32>, state: DeadLetterState) -> DeadLetter {
    let mut dead_letter = dead_letter();
    dead_letter.received.id = message;
    DeadLetter { id: DeadLetterId { message, position }, state, ..dead_letter }
}

async fn import(store: &Store, dead_letters: &[DeadLetter]) {
    store.import_dead_letters(dead_letters.to_vec()).await.unwrap();
}

#[tokio::test]
async fn a_message_id_finds_its_only_dead_letter_and_an_open_one_among_closed_ones() {
    let bench = Bench::new();
    let (operations, store) = bench.open();
    let records = operations.records();
    let message = MessageId::generate();
    let id = |position| DeadLetterId { message, position };
    import(&store, &[of(message, Some(0), DeadLetterState::Resolved)]).await;
    assert_eq!(records.dead_letter_to_show(id(None)).await.unwrap(), id(Some(0)));
    import(&store, &[of(message, Some(2), DeadLetterState::Open)]).await;
    assert_eq!(records.dead_letter_to_show(id(None)).await.unwrap(), id(Some(2)));
    assert_eq!(records.dead_letter_to_change(id(None)).await.unwrap(), id(Some(2)));
    assert_eq!(records.dead_letter_to_change(id(Some(0))).await.unwrap(), id(Some(0)));
    // The message's own dead letter, of an earlier stage, is the one to show; the open one is the one to change.
    import(&store, &[of(message, None, DeadLetterState::Superseded)]).await;
    assert_eq!(records.dead_letter_to_show(id(None)).await.unwrap(), id(None));
    assert_eq!(records.dead_letter_to_change(id(None)).await.unwrap(), id(Some(2)));
}

#[tokio::test]
async fn of_several_dead_letters_none_is_taken_and_each_is_listed_with_its_command() {
    let bench = Bench::new();
    let (operations, store) = bench.open();
    let records = operations.records();
    let message = MessageId::generate();
    let id = |position| DeadLetterId { message, position };
    import(&store, &[0, 1].map(|position| of(message, Some(position), DeadLetterState::Open))).await;
    let several = records.dead_letter_to_change(id(None)).await.unwrap_err();
    assert!(matches!(&several, FindError::Several { all, .. } if all.len() == 2));
    let text = several.to_string();
    for position in [0, 1] {
        assert!(text.contains(&format!("\n  gantry dlq show {message}.{position}  (open, stage validate)")), "{text}");
    }
    let others = records.dead_letter_to_show(id(Some(7))).await.unwrap_err();
    assert!(matches!(others, FindError::Others { .. }));
    assert!(others.to_string().contains(&format!("gantry dlq show {message}.1")));
}

#[tokio::test]
async fn what_is_no_dead_letter_names_the_command_for_messages() {
    let bench = Bench::new();
    let (operations, store) = bench.open();
    let records = operations.records();
    let unknown = DeadLetterId { message: MessageId::generate(), position: None };
    assert!(matches!(records.dead_letter_to_show(unknown).await, Err(FindError::Unknown(id)) if id == unknown));
    let gone = of(MessageId::generate(), None, DeadLetterState::Open);
    import(&store, std::slice::from_ref(&gone)).await;
    let error = FindError::NotDead { id: gone.id, state: MessageState::Queued };
    assert!(
        error
            .to_string()
            .ends_with(&format!("is queued. What happened to it: gantry message show {}", gone.id.message))
    );
}
