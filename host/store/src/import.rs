//! Imports dead letters that were exported, here or by another host. Importing twice changes nothing: a dead letter whose id
//! is already present is left as it is.

use gantry_core::{DeadLetter, DeadLetterState, History, MessageState, dead_letter};

use crate::dead_letters::{self, Counters};
use crate::disk::Read;
use crate::draft::Draft;
use crate::error::StoreError;
use crate::history::MessageLocation;
use crate::pending::Durability;
use crate::record::Record;
use crate::store::Store;
use crate::{groups, keys};

/// The result of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Letters that were added.
    pub added: usize,
    /// Letters that were already present and left as they are.
    pub present: usize,
}

impl Store {
    /// Imports dead letters, all of them or none, with their ids, states, attempts and revisions; returns when they are on
    /// stable storage.
    ///
    /// Two things change. A dead letter that was being replayed is open here, because its message is not in this queue. The
    /// fingerprint is computed again, so that the dead letter is grouped with the failures of this version.
    pub async fn import_dead_letters(&self, dead_letters: Vec<DeadLetter>) -> Result<Imported, StoreError> {
        let counters = self.inner.dead_letters.clone();
        let now = self.inner.clock.now();
        let audit = self.audit.clone();
        self.commit(Durability::Flushed, move |draft| {
            let mut imported = Imported::default();
            for dead_letter in dead_letters {
                if draft.get(&keys::dead_letter(dead_letter.id))?.is_some() {
                    imported.present += 1;
                    continue;
                }
                add(draft, &counters, dead_letter, now)?;
                imported.added += 1;
            }
            if let Some(audit) = &audit {
                audit.set_detail(format!("{} imported, {} already present", imported.added, imported.present));
            }
            Ok::<_, StoreError>(imported)
        })
        .await
    }
}

fn add(
    draft: &mut Draft<'_>,
    counters: &Counters,
    mut dead_letter: DeadLetter,
    now: gantry_core::Timestamp,
) -> Result<(), StoreError> {
    dead_letter.fingerprint = dead_letter::fingerprint(
        &dead_letter.flow,
        dead_letter.stage,
        dead_letter.target.as_ref(),
        &dead_letter.reason,
    );
    groups::bound(draft, counters, &mut dead_letter)?;
    if dead_letter.state == DeadLetterState::Replaying {
        dead_letter.state = DeadLetterState::Open;
    }
    let key = keys::location(dead_letter.id.message);
    if draft.get(&key)?.is_none() {
        draft.put_record(&key, Record::of(&MessageLocation::Ended { at: now, history: history(&dead_letter) })?)?;
    }
    let summary = dead_letters::write(draft, counters, &dead_letter)?;
    groups::enter(draft, counters, &summary, false)
}

/// The history of the dead letter's message, as far as the dead letter holds it.
fn history(dead_letter: &DeadLetter) -> History {
    History {
        id: dead_letter.id.message,
        flow: dead_letter.flow.clone(),
        source: dead_letter.source.clone(),
        key: dead_letter.received.key.clone(),
        dedupe_key: dead_letter.dedupe_key.clone(),
        received_at: dead_letter.received_at,
        state: MessageState::DeadLettered,
        timeline: dead_letter.timeline.clone(),
    }
}
