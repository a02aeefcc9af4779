//! Brings a store of an earlier format to the present one, before anything else reads it.
//!
//! Format 2 has richer summaries, revisions inside their letters, and groups. Everything new is derived from the letters,
//! which are only added to; the new format is written last. So a crash on the way leaves a store of format 1 on which
//! the same is done again.

use std::ops::ControlFlow;

use gantry_core::{DeadLetter, Revision};

use crate::dead_letters;
use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::flows::Flows;
use crate::groups::{self, DeadLetterGroup};
use crate::keys;
use crate::record::Record;

/// Letters in one write.
const BITE: usize = 64;

/// From format 1 to format 2.
pub(crate) fn from_1(disk: &Disk) -> Result<(), StoreError> {
    // No flow has a schedule yet that a write could concern.
    let (flows, mut seq) = (Flows::default(), 0);
    let mut after: Option<Vec<u8>> = None;
    loop {
        let keys: Vec<Vec<u8>> = disk
            .scan(&[keys::LETTER], after.as_deref())
            .take(BITE)
            .map(|pair| pair.map(|(key, _)| key))
            .collect::<Result<_, _>>()?;
        let mut draft = Draft::new(disk, &flows, &mut seq);
        for key in &keys {
            letter(&mut draft, key)?;
        }
        draft.accept();
        disk.apply(draft.into_writes())?;
        match keys.into_iter().next_back() {
            Some(last) => after = Some(last),
            None => break,
        }
    }
    count_anew(disk, Vec::new())?;
    Ok(disk.write_out().and_then(|()| disk.sync())?)
}

/// Writes one letter's new summary, and its revisions into it.
fn letter(draft: &mut Draft<'_>, key: &[u8]) -> Result<(), StoreError> {
    let mut letter = match draft.load::<DeadLetter>(key) {
        Ok(Some((letter, _))) => letter,
        Ok(None) => return Ok(()),
        Err(StoreError::Damaged(error)) => {
            tracing::error!(%error, "a dead letter can't be read; it is left as it is");
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let earlier = draft.keys_with_drafted(&keys::revisions_of(letter.id))?;
    for key in &earlier {
        let found = draft.load::<DeadLetter>(key).unwrap_or_default();
        letter.revisions.extend(found.map(|(earlier, _)| dead_letters::received(&earlier)));
        draft.remove_record(key)?;
    }
    if !letter.revisions.is_empty() {
        letter.revisions.push(Revision { at: letter.last_failure, ..dead_letters::received(&letter) });
        (0..).zip(&mut letter.revisions).for_each(|(number, revision)| revision.number = number);
    }
    dead_letters::write(draft, &letter)?;
    Ok(())
}

/// Counts all groups anew from the summaries; what operators said of them is taken from `known`. Returns them.
pub(crate) fn count_anew(disk: &Disk, known: Vec<DeadLetterGroup>) -> Result<Vec<DeadLetterGroup>, StoreError> {
    let mut summaries = Vec::new();
    dead_letters::each(disk, None, |_, summary| {
        summaries.push(summary);
        Ok(ControlFlow::Continue(()))
    })?;
    let counted = groups::rebuild(summaries.into_iter(), known);
    let (flows, mut seq) = (Flows::default(), 0);
    let mut draft = Draft::new(disk, &flows, &mut seq);
    for group in &counted {
        draft.put_record(&keys::group(&group.fingerprint), Record::of(group)?)?;
    }
    draft.accept();
    disk.apply(draft.into_writes())?;
    Ok(counted)
}
