//! Bounds how many groups one code may make: a target or plugin that words each failure anew, or a sender who breaks other rules
//! with each message, would otherwise make a group, and alert somebody, for each message.

use gantry_core::dead_letter::kind::MAX_KINDS;
use gantry_core::dead_letter::{self, ReasonKind};
use gantry_core::{DeadLetter, Reason};

use super::group::{DeadLetterGroup, Family};
use crate::dead_letters::Counters;
use crate::disk::Read;
use crate::draft::Draft;
use crate::error::StoreError;
use crate::keys;

/// Puts a dead letter of a new kind among the others, if its code has as many kinds as it may have.
pub(crate) fn bound(draft: &Draft<'_>, counters: &Counters, dead_letter: &mut DeadLetter) -> Result<(), StoreError> {
    let Reason { kind, violations, .. } = &dead_letter.reason;
    let is_kind = matches!(kind, Some(ReasonKind::Text(_))) || kind.is_none() && !violations.is_empty();
    if !is_kind || draft.get(&keys::group(&dead_letter.fingerprint))?.is_some() {
        return Ok(());
    }
    let family = Family::of(dead_letter);
    // The counters don't know yet what this write has added, so near the bound they are not enough.
    let is_full = counters.kinds(&family) >= MAX_KINDS || count(draft, &family)? >= MAX_KINDS;
    if is_full {
        dead_letter.reason.kind = Some(ReasonKind::Other);
        let DeadLetter { flow, stage, target, reason, .. } = &*dead_letter;
        dead_letter.fingerprint = dead_letter::fingerprint(flow, *stage, target.as_ref(), reason);
    }
    Ok(())
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
