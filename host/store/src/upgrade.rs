//! Upgrades a store from an earlier format to the current one, before anything else reads it.
//!
//! Format 2 has richer summaries, revisions inside their dead letters, and groups. Everything new is derived from the
//! dead letters, which only gain content, and the new format number is written last. So a crash in between leaves a store of
//! format 1, and the upgrade is done again.

use std::ops::ControlFlow;

use gantry_core::{DeadLetter, Revision, Timestamp};

use crate::dead_letters::{self, Counters};
use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::flows::Flows;
use crate::groups::{self, DeadLetterGroup};
use crate::keys;
use crate::record::Record;

/// Letters in one write.
const DEAD_LETTERS_PER_WRITE: usize = 64;

/// From format 1 to format 2.
pub(crate) fn from_1(disk: &Disk, now: Timestamp) -> Result<(), StoreError> {
    // No schedule exists yet that a write could affect.
    let flows = Flows::default();
    let mut seq = 0;
    let mut after: Option<Vec<u8>> = None;
    loop {
        let keys: Vec<Vec<u8>> = disk
            .scan(&[keys::DEAD_LETTER], after.as_deref())
            .take(DEAD_LETTERS_PER_WRITE)
            .map(|pair| pair.map(|(key, _)| key))
            .collect::<Result<_, _>>()?;
        let mut draft = Draft::new(disk, &flows, &mut seq, now);
        for key in &keys {
            dead_letter(&mut draft, key)?;
        }
        draft.accept();
        disk.apply(draft.into_writes())?;
        match keys.into_iter().next_back() {
            Some(last) => after = Some(last),
            None => break,
        }
    }
    recount(disk, Vec::new(), now)?;
    Ok(disk.write_out().and_then(|()| disk.sync())?)
}

/// Writes one letter's new summary, and its revisions into it.
fn dead_letter(draft: &mut Draft<'_>, key: &[u8]) -> Result<(), StoreError> {
    let mut dead_letter = match draft.load::<DeadLetter>(key) {
        Ok(Some((dead_letter, _))) => dead_letter,
        Ok(None) => return Ok(()),
        Err(StoreError::Damaged(error)) => {
            tracing::error!(%error, "a dead letter is damaged and can't be read; it is left unchanged");
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let earlier = draft.keys_with_drafted(&keys::revisions_of(dead_letter.id))?;
    for key in &earlier {
        // A damaged revision is left out.
        if let Ok(Some((revision, _))) = draft.load::<DeadLetter>(key) {
            dead_letter.revisions.push(dead_letters::received(&revision));
        }
        draft.remove_record(key)?;
    }
    if !dead_letter.revisions.is_empty() {
        dead_letter.revisions.push(Revision { at: dead_letter.last_failure, ..dead_letters::received(&dead_letter) });
        (0..).zip(&mut dead_letter.revisions).for_each(|(number, revision)| revision.number = number);
    }
    dead_letters::write(draft, &Counters::default(), &dead_letter)?;
    Ok(())
}

/// Recounts all groups from the summaries; states set by operators are taken from `known`. Returns the groups.
pub(crate) fn recount(
    disk: &Disk,
    known: Vec<DeadLetterGroup>,
    now: Timestamp,
) -> Result<Vec<DeadLetterGroup>, StoreError> {
    let mut summaries = Vec::new();
    dead_letters::each(disk, None, |_, summary| {
        summaries.push(summary);
        Ok(ControlFlow::Continue(()))
    })?;
    let counted = groups::rebuild(summaries.into_iter(), known);
    let flows = Flows::default();
    let mut seq = 0;
    let mut draft = Draft::new(disk, &flows, &mut seq, now);
    for group in &counted {
        draft.put_record(&keys::group(&group.fingerprint), Record::of(group)?)?;
    }
    draft.accept();
    disk.apply(draft.into_writes())?;
    Ok(counted)
}
