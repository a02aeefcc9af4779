//! Dead letters: filed when a message ends, looked up and counted by operators. What operators do with them is in
//! `replay`.

mod counters;
mod filter;

pub(crate) use counters::Counters;
pub use counters::DeadLetterCounts;
pub use filter::Filter;

use gantry_core::{DeadLetter, DeadLetterId, DeadLetterState, FlowName, MessageId, Resolution, Timestamp};

use crate::disk::{Disk, Read};
use crate::draft::Draft;
use crate::error::StoreError;
use crate::keys;
use crate::record::Record;
use crate::store::Store;
use crate::summary::DeadLetterSummary;

/// Which part of a list to answer.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Begin behind this one; none: at the beginning.
    pub after: Option<DeadLetterId>,
    /// At most so many.
    pub limit: usize,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterPage<T> {
    /// The letters, by message id: the order of arrival, nearly.
    pub letters: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<DeadLetterId>,
}

impl Store {
    /// One dead letter, whole.
    pub async fn dead_letter(&self, id: DeadLetterId) -> Result<Option<DeadLetter>, StoreError> {
        self.read(move |disk| Ok(disk.load(&keys::letter(id))?.map(|(letter, _)| letter))).await
    }

    /// A dead letter as it stood before each edited replay of it that failed, oldest first: the first one holds what was
    /// received in the beginning.
    pub async fn dead_letter_revisions(&self, id: DeadLetterId) -> Result<Vec<DeadLetter>, StoreError> {
        self.read(move |disk| {
            let keys = disk.scan(&keys::revisions_of(id), None).map(|pair| Ok(pair?.0));
            let revisions = keys.map(|key: Result<_, StoreError>| disk.load(&key?));
            revisions.filter_map(|loaded| loaded.map(|loaded| loaded.map(|(letter, _)| letter)).transpose()).collect()
        })
        .await
    }

    /// The dead letters that pass the filter, whole.
    pub async fn dead_letters(&self, filter: Filter, page: Page) -> Result<DeadLetterPage<DeadLetter>, StoreError> {
        self.read(move |disk| list(disk, page, |summary| whole(disk, &filter, &summary))).await
    }

    /// The dead letters that pass the filter, without payloads: cheap unless the filter asks for a text.
    pub async fn dead_letter_summaries(
        &self,
        filter: Filter,
        page: Page,
    ) -> Result<DeadLetterPage<DeadLetterSummary>, StoreError> {
        let brief = move |disk: &Disk, summary: DeadLetterSummary| {
            let passes = match &filter.text {
                None => filter.admits(&summary),
                Some(_) => whole(disk, &filter, &summary)?.is_some(),
            };
            Ok(passes.then_some(summary))
        };
        self.read(move |disk| list(disk, page, |summary| brief(disk, summary))).await
    }

    /// How many dead letters a flow has, by state; never blocks on the disk.
    #[must_use]
    pub fn dead_letter_counts(&self, flow: &FlowName) -> DeadLetterCounts {
        self.inner.letters.of(flow)
    }
}

fn list<T>(
    disk: &Disk,
    page: Page,
    mut pick: impl FnMut(DeadLetterSummary) -> Result<Option<T>, StoreError>,
) -> Result<DeadLetterPage<T>, StoreError> {
    let mut letters = Vec::new();
    let mut last = None;
    let after = page.after.map(keys::summary);
    for pair in disk.scan(&[keys::SUMMARY], after.as_deref()) {
        let (key, _) = pair?;
        let Some(id) = keys::read_summary(&key) else { continue };
        if letters.len() >= page.limit {
            return Ok(DeadLetterPage { letters, next: last });
        }
        match disk.load(&key).and_then(|loaded| loaded.map(|(summary, _)| pick(summary)).transpose()) {
            Ok(picked) => letters.extend(picked.flatten()),
            // One damaged letter must not hide the others.
            Err(StoreError::Damaged(error)) => tracing::error!(letter = %id, %error, "a dead letter can't be read"),
            Err(error) => return Err(error),
        }
        last = Some(id);
    }
    Ok(DeadLetterPage { letters, next: None })
}

fn whole(disk: &Disk, filter: &Filter, summary: &DeadLetterSummary) -> Result<Option<DeadLetter>, StoreError> {
    if !filter.admits(summary) {
        return Ok(None);
    }
    let letter = disk.load::<DeadLetter>(&keys::letter(summary.id))?.map(|(letter, _)| letter);
    Ok(letter.filter(|letter| filter.admits_text(letter)))
}

/// The letter with this id, if there is one that can be read.
pub(crate) fn find(draft: &Draft<'_>, id: DeadLetterId) -> Result<Option<DeadLetter>, StoreError> {
    Ok(draft.load(&keys::letter(id))?.map(|(letter, _)| letter))
}

/// Files a letter, in place of an earlier one of the same id, whose record it continues.
pub(crate) fn file(draft: &mut Draft<'_>, counters: &Counters, letter: DeadLetter) -> Result<(), StoreError> {
    let earlier = match find(draft, letter.id) {
        Err(StoreError::Damaged(_)) => {
            draft.quarantine(&keys::letter(letter.id))?;
            None
        }
        found => found?,
    };
    let before = earlier.as_ref().map(|earlier| earlier.state);
    let letter = match earlier {
        Some(earlier) => {
            keep_if_edited(draft, &earlier, &letter)?;
            continued(earlier, letter)
        }
        None => letter,
    };
    put(draft, counters, &letter, before)
}

/// An edit must not cost us what was received: the letter it came from is kept as a revision.
fn keep_if_edited(draft: &mut Draft<'_>, earlier: &DeadLetter, letter: &DeadLetter) -> Result<(), StoreError> {
    if earlier.received.payload == letter.received.payload {
        return Ok(());
    }
    let kept = draft.keys_with_drafted(&keys::revisions_of(letter.id))?.len();
    let number = u32::try_from(kept).unwrap_or(u32::MAX);
    draft.put_record(&keys::revision(letter.id, number), Record::of(earlier)?)
}

/// Removes a letter with its summary and revisions.
pub(crate) fn remove(draft: &mut Draft<'_>, counters: &Counters, letter: &DeadLetterSummary) -> Result<(), StoreError> {
    for revision in draft.keys_with_drafted(&keys::revisions_of(letter.id))? {
        draft.remove_record(&revision)?;
    }
    draft.remove_record(&keys::letter(letter.id))?;
    draft.remove_record(&keys::summary(letter.id))?;
    counters.change_after_commit(draft, &letter.flow, Some(letter.state), None);
    Ok(())
}

/// Writes a letter and its summary; `before` is the state it had.
pub(crate) fn put(
    draft: &mut Draft<'_>,
    counters: &Counters,
    letter: &DeadLetter,
    before: Option<DeadLetterState>,
) -> Result<(), StoreError> {
    draft.put_record(&keys::letter(letter.id), Record::of(letter)?)?;
    draft.put_record(&keys::summary(letter.id), Record::of(&DeadLetterSummary::from(letter))?)?;
    counters.change_after_commit(draft, &letter.flow, before, Some(letter.state));
    Ok(())
}

/// The letter of a run that failed again: it knows of this run only.
fn continued(earlier: DeadLetter, mut letter: DeadLetter) -> DeadLetter {
    letter.first_failure = earlier.first_failure.min(letter.first_failure);
    if !letter.attempts.starts_with(&earlier.attempts) {
        letter.attempts.splice(0..0, earlier.attempts);
    }
    letter.state = DeadLetterState::Open;
    letter.resolution = None;
    letter
}

/// Marks a replayed letter as resolved.
pub(crate) fn resolve(
    draft: &mut Draft<'_>,
    counters: &Counters,
    id: DeadLetterId,
    by: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Some(mut letter) = find(draft, id)? else { return Ok(()) };
    let before = letter.state;
    letter.state = DeadLetterState::Resolved;
    letter.resolution = Some(Resolution { at, by: by.to_owned(), reason: "a replay succeeded".to_owned() });
    put(draft, counters, &letter, Some(before))
}

/// Opens the letters of a message again whose replay has ended without a word on them.
pub(crate) fn reopen_replaying(
    draft: &mut Draft<'_>,
    counters: &Counters,
    message: MessageId,
) -> Result<(), StoreError> {
    for id in ids_of(draft, message)? {
        let Some(mut letter) = find(draft, id)? else { continue };
        if letter.state == DeadLetterState::Replaying {
            letter.state = DeadLetterState::Open;
            put(draft, counters, &letter, Some(DeadLetterState::Replaying))?;
        }
    }
    Ok(())
}

/// Whether a message has letters that nobody has dealt with.
pub(crate) fn any_unsettled(draft: &Draft<'_>, message: MessageId) -> Result<bool, StoreError> {
    for id in ids_of(draft, message)? {
        let summary = draft.load::<DeadLetterSummary>(&keys::summary(id))?;
        if summary.is_some_and(|(summary, _)| !is_closed(summary.state)) {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(crate) fn is_closed(state: DeadLetterState) -> bool {
    matches!(state, DeadLetterState::Resolved | DeadLetterState::Discarded)
}

/// Whether a message has letters, in whatever state.
pub(crate) fn has_any(draft: &Draft<'_>, message: MessageId) -> Result<bool, StoreError> {
    Ok(!ids_of(draft, message)?.is_empty())
}

fn ids_of(draft: &Draft<'_>, message: MessageId) -> Result<Vec<DeadLetterId>, StoreError> {
    let summaries = draft.keys_with_drafted(&keys::summaries_of(message))?;
    Ok(summaries.iter().filter_map(|key| keys::read_summary(key)).collect())
}
