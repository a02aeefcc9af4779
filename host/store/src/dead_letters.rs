//! Dead letters, looked up and counted by operators. How they are filed is in `filing`, what operators do with them in
//! `replay`, `groups` and `jobs`.

pub(crate) mod counters;
pub(crate) mod counts;
mod filing;
mod filter;

pub(crate) use counters::Counters;
pub use counts::DeadLetterCounts;
pub(crate) use filing::{any_unsettled, file, find, has_any, put, remove, reopen_replaying, resolve, write};
pub use filter::Filter;

use std::ops::ControlFlow;

use gantry_core::{DeadLetter, DeadLetterId, FlowName, Revision};

use crate::disk::{Disk, Read};
use crate::error::StoreError;
use crate::store::Store;
use crate::summary::DeadLetterSummary;
use crate::{groups, keys};

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

    /// Every payload a dead letter had, oldest first: the first is what was received. One that was never edited has one.
    pub async fn dead_letter_revisions(&self, id: DeadLetterId) -> Result<Option<Vec<Revision>>, StoreError> {
        Ok(self.dead_letter(id).await?.map(|letter| match letter.revisions.is_empty() {
            true => vec![received(&letter)],
            false => letter.revisions,
        }))
    }

    /// The dead letters that pass the filter, whole.
    pub async fn dead_letters(&self, filter: Filter, page: Page) -> Result<DeadLetterPage<DeadLetter>, StoreError> {
        self.read(move |disk| list(disk, page, |summary| whole(disk, &filter, &summary))).await
    }

    /// The dead letters that pass the filter, without payloads: cheap unless the filter asks for one.
    pub async fn dead_letter_summaries(
        &self,
        filter: Filter,
        page: Page,
    ) -> Result<DeadLetterPage<DeadLetterSummary>, StoreError> {
        self.read(move |disk| list(disk, page, |summary| Ok(admitted(disk, &filter, &summary)?.then_some(summary))))
            .await
    }

    /// How many dead letters pass the filter, by state; opens none unless the filter asks for a payload.
    pub async fn count_dead_letters(&self, filter: Filter) -> Result<DeadLetterCounts, StoreError> {
        self.read(move |disk| if filter.is_about_groups() { count_groups(disk, &filter) } else { count(disk, &filter) })
            .await
    }

    /// How many dead letters a flow has, by state; never blocks on the disk.
    #[must_use]
    pub fn dead_letter_counts(&self, flow: &FlowName) -> DeadLetterCounts {
        self.inner.letters.of(flow)
    }
}

/// What was received, as the first revision.
pub(crate) fn received(letter: &DeadLetter) -> Revision {
    Revision {
        number: 0,
        at: letter.received_at,
        by: String::new(),
        content_type: letter.received.content_type.clone(),
        payload: letter.received.payload.clone(),
    }
}

fn list<T>(
    disk: &Disk,
    page: Page,
    mut pick: impl FnMut(DeadLetterSummary) -> Result<Option<T>, StoreError>,
) -> Result<DeadLetterPage<T>, StoreError> {
    let (mut letters, mut last, mut more) = (Vec::new(), page.after, false);
    each(disk, page.after, |id, summary| {
        if letters.len() >= page.limit {
            more = true;
            return Ok(ControlFlow::Break(()));
        }
        letters.extend(pick(summary)?);
        last = Some(id);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(DeadLetterPage { letters, next: last.filter(|_| more) })
}

/// Shows every summary behind `after` until told to stop. One damaged letter must not hide the others.
pub(crate) fn each(
    disk: &Disk,
    after: Option<DeadLetterId>,
    mut visit: impl FnMut(DeadLetterId, DeadLetterSummary) -> Result<ControlFlow<()>, StoreError>,
) -> Result<(), StoreError> {
    for pair in disk.scan(&[keys::SUMMARY], after.map(keys::summary).as_deref()) {
        let (key, head) = pair?;
        let Some(id) = keys::read_summary(&key) else { continue };
        let seen = disk.load_from(&key, head).and_then(|summary| visit(id, summary));
        match seen {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => return Ok(()),
            Err(StoreError::Damaged(error)) => tracing::error!(letter = %id, %error, "a dead letter can't be read"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn count(disk: &Disk, filter: &Filter) -> Result<DeadLetterCounts, StoreError> {
    let mut counts = DeadLetterCounts::default();
    each(disk, None, |_, summary| {
        *counts.at(summary.state) += u64::from(admitted(disk, filter, &summary)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(counts)
}

/// The same from the groups' counts.
fn count_groups(disk: &Disk, filter: &Filter) -> Result<DeadLetterCounts, StoreError> {
    let mut counts = DeadLetterCounts::default();
    for group in groups::load_all(disk)?.0.iter().filter(|group| filter.admits_group(group)) {
        counts.add(&group.counts);
    }
    let Some(state) = filter.state else { return Ok(counts) };
    let mut of_state = DeadLetterCounts::default();
    *of_state.at(state) = counts.of(state);
    Ok(of_state)
}

/// Whether the filter admits a letter; opens it only when the filter asks for a payload.
pub(crate) fn admitted(disk: &Disk, filter: &Filter, summary: &DeadLetterSummary) -> Result<bool, StoreError> {
    match filter.payload {
        None => Ok(filter.admits(summary)),
        Some(_) => Ok(whole(disk, filter, summary)?.is_some()),
    }
}

fn whole(disk: &Disk, filter: &Filter, summary: &DeadLetterSummary) -> Result<Option<DeadLetter>, StoreError> {
    if !filter.admits(summary) {
        return Ok(None);
    }
    let letter = disk.load::<DeadLetter>(&keys::letter(summary.id))?.map(|(letter, _)| letter);
    Ok(letter.filter(|letter| filter.admits_payload(letter)))
}
