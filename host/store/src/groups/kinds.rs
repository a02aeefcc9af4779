//! Bounds how many groups arise: a target or plugin that words each failure anew, or a sender who breaks other rules
//! with each message, would otherwise make a group, and alert somebody, for each message. One code has a number of kinds in all,
//! and a flow a number of new kinds within an hour.

use gantry_core::dead_letter::kind::MAX_KINDS;
use gantry_core::dead_letter::{self, ReasonKind};
use gantry_core::{DeadLetter, Reason, Timestamp};

use super::group::{DeadLetterGroup, Family};
use crate::dead_letters::Counters;
use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::keys;
use crate::store::Store;

impl Store {
    /// Puts dead letters of new kinds among others where kinds are at their bounds. It is done before they are reported, so that
    /// reports name the groups that they will be in.
    pub async fn bound_kinds(&self, mut dead_letters: Vec<DeadLetter>) -> Result<Vec<DeadLetter>, StoreError> {
        if dead_letters.is_empty() {
            return Ok(dead_letters);
        }
        let counters = self.inner.dead_letters.clone();
        let now = self.inner.clock.now();
        self.read(move |disk| {
            for dead_letter in &mut dead_letters {
                bound_one(disk, &counters, dead_letter, now)?;
            }
            Ok(dead_letters)
        })
        .await
    }
}

fn bound_one(disk: &Disk, counters: &Counters, dead_letter: &mut DeadLetter, now: Timestamp) -> Result<(), StoreError> {
    if has_group(disk, dead_letter)? {
        return Ok(());
    }
    if is_kind(dead_letter) && counters.kinds(&Family::of(dead_letter)) >= MAX_KINDS {
        become_kind(dead_letter, ReasonKind::Other);
        if has_group(disk, dead_letter)? {
            return Ok(());
        }
    }
    if !counters.new_kinds().admit(&dead_letter.flow, &dead_letter.fingerprint, now) {
        become_kind(dead_letter, ReasonKind::Many);
    }
    Ok(())
}

/// Puts a dead letter of a new kind among the others, if its code has as many kinds as it may have.
pub(crate) fn bound(draft: &Draft<'_>, counters: &Counters, dead_letter: &mut DeadLetter) -> Result<(), StoreError> {
    if !is_kind(dead_letter) || has_group(draft, dead_letter)? {
        return Ok(());
    }
    let family = Family::of(dead_letter);
    // The counters don't know yet what this write has added, so near the bound they are not enough.
    if counters.kinds(&family) >= MAX_KINDS || count(draft, &family)? >= MAX_KINDS {
        become_kind(dead_letter, ReasonKind::Other);
    }
    Ok(())
}

/// Whether this is one of the kinds that a code is divided into.
fn is_kind(dead_letter: &DeadLetter) -> bool {
    let Reason { kind, violations, .. } = &dead_letter.reason;
    matches!(kind, Some(ReasonKind::Text(_))) || kind.is_none() && !violations.is_empty()
}

fn has_group(store: &impl Read, dead_letter: &DeadLetter) -> Result<bool, StoreError> {
    Ok(store.get(&keys::group(&dead_letter.fingerprint))?.is_some())
}

fn become_kind(dead_letter: &mut DeadLetter, kind: ReasonKind) {
    dead_letter.reason.kind = Some(kind);
    let DeadLetter { flow, stage, target, reason, .. } = &*dead_letter;
    dead_letter.fingerprint = dead_letter::fingerprint(flow, *stage, target.as_ref(), reason);
}

/// The kinds of a family, with those that this write adds. At most [`MAX_KINDS`] times per family, so that it may read
/// every group.
fn count(draft: &Draft<'_>, family: &Family) -> Result<usize, StoreError> {
    let mut kinds = 0;
    for key in draft.keys_with_drafted(&[keys::GROUP])? {
        match draft.load::<DeadLetterGroup>(&key) {
            Ok(found) => {
                kinds += usize::from(found.and_then(|(group, _)| Family::divided(&group)).as_ref() == Some(family));
            }
            // It is counted again at the next start.
            Err(StoreError::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(kinds)
}
