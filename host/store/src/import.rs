//! Takes in dead letters that were exported, here or by another host. Importing twice changes nothing: a letter whose id
//! is here already is left as it is, whatever has become of it since.

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

/// What came of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Letters that are here now and were not before.
    pub added: usize,
    /// Letters that were here already and were left as they are.
    pub present: usize,
}

impl Store {
    /// Takes letters in, all of them or none, with their ids, states, attempts and revisions; returns when they are on
    /// stable storage.
    ///
    /// Two things are this host's own. A letter that was being replayed over there is open here, where its message is
    /// not in the queue; and the fingerprint is derived anew, so that it groups with failures of this version.
    pub async fn import_dead_letters(&self, letters: Vec<DeadLetter>) -> Result<Imported, StoreError> {
        let (counters, now) = (self.inner.letters.clone(), self.inner.clock.now());
        let step = move |draft: &mut Draft<'_>| {
            let mut imported = Imported::default();
            for letter in letters {
                if draft.get(&keys::letter(letter.id))?.is_some() {
                    imported.present += 1;
                    continue;
                }
                add(draft, &counters, letter, now)?;
                imported.added += 1;
            }
            Ok::<_, StoreError>(imported)
        };
        self.commit(Durability::Flushed, step).await
    }
}

fn add(
    draft: &mut Draft<'_>,
    counters: &Counters,
    mut letter: DeadLetter,
    now: gantry_core::Timestamp,
) -> Result<(), StoreError> {
    letter.fingerprint = dead_letter::fingerprint(&letter.flow, letter.stage, letter.target.as_ref(), &letter.reason);
    if letter.state == DeadLetterState::Replaying {
        letter.state = DeadLetterState::Open;
    }
    let key = keys::location(letter.id.message);
    if draft.get(&key)?.is_none() {
        draft.put_record(&key, Record::of(&MessageLocation::Ended { at: now, history: history(&letter) })?)?;
    }
    let summary = dead_letters::write(draft, &letter)?;
    groups::enter(draft, counters, &summary, false)
}

/// What the letter tells of its message.
fn history(letter: &DeadLetter) -> History {
    History {
        id: letter.id.message,
        flow: letter.flow.clone(),
        source: letter.source.clone(),
        key: letter.received.key.clone(),
        dedupe_key: letter.dedupe_key.clone(),
        received_at: letter.received_at,
        state: MessageState::DeadLettered,
        trail: letter.trail.clone(),
    }
}
