//! Looks up, lists and counts dead letters. `filing` writes them; `replay`, `groups` and `jobs` hold what operators do
//! with them.

pub(crate) mod counters;
pub(crate) mod counts;
mod filing;
mod filter;
mod new_kinds;
pub(crate) mod unsettled_bytes;

pub(crate) use counters::Counters;
pub use counts::DeadLetterCounts;
pub(crate) use filing::{
    any_unsettled, fail_later, file, find, has_any, ids_of, put, remove, reopen_replaying, resolve, summary, write,
};
pub use filter::Filter;

use std::ops::ControlFlow;

use gantry_core::{DeadLetter, DeadLetterId, FlowName, MessageId, Revision};

use crate::disk::{Disk, Read};
use crate::error::StoreError;
use crate::store::Store;
use crate::summary::DeadLetterSummary;
use crate::{groups, keys};

/// A page of whole dead letters or messages ends once it has this many bytes, and has one at least: what a request reads at once
/// must not depend on how large messages may be.
pub const PAGE_BYTES: usize = 8 << 20;

/// Which part of a list to return.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Begin after this one; none: at the beginning.
    pub after: Option<DeadLetterId>,
    /// Most entries to return.
    pub limit: usize,
    /// Which of the dead letters come first.
    pub order: Order,
}

/// The order of a list, by message id, which is nearly the order of arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The oldest first.
    #[default]
    Oldest,
    /// The newest first.
    Newest,
}

impl Page {
    /// The first entries, the oldest first.
    #[must_use]
    pub const fn first(limit: usize) -> Self {
        Self { after: None, limit, order: Order::Oldest }
    }
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterPage<T> {
    /// The dead letters, in the order of the page.
    pub dead_letters: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<DeadLetterId>,
}

impl Store {
    /// One dead letter, whole.
    pub async fn dead_letter(&self, id: DeadLetterId) -> Result<Option<DeadLetter>, StoreError> {
        self.read(move |disk| Ok(disk.load(&keys::dead_letter(id))?.map(|(dead_letter, _)| dead_letter))).await
    }

    /// The dead letters of a message, without payloads: one, or one for each delivery that was given up.
    pub async fn dead_letters_of(&self, message: MessageId) -> Result<Vec<DeadLetterSummary>, StoreError> {
        self.read(move |disk| {
            let mut of_message = Vec::new();
            for pair in disk.scan(&keys::summaries_of(message), None) {
                let (key, head) = pair?;
                if keys::read_summary(&key).is_some() {
                    of_message.push(disk.load_from(&key, head)?);
                }
            }
            Ok(of_message)
        })
        .await
    }

    /// Every payload a dead letter had, oldest first. The first is the one received; a dead letter that was never edited has
    /// only that one.
    pub async fn dead_letter_revisions(&self, id: DeadLetterId) -> Result<Option<Vec<Revision>>, StoreError> {
        Ok(self.dead_letter(id).await?.map(|dead_letter| match dead_letter.revisions.is_empty() {
            true => vec![received(&dead_letter)],
            false => dead_letter.revisions,
        }))
    }

    /// The dead letters that pass the filter, whole. A page ends early once it has [`PAGE_BYTES`].
    pub async fn dead_letters(&self, filter: Filter, page: Page) -> Result<DeadLetterPage<DeadLetter>, StoreError> {
        self.read(move |disk| list(disk, page, |summary| whole(disk, &filter, &summary), weight)).await
    }

    /// The dead letters that pass the filter, without payloads: cheap unless the filter asks for one.
    pub async fn dead_letter_summaries(
        &self,
        filter: Filter,
        page: Page,
    ) -> Result<DeadLetterPage<DeadLetterSummary>, StoreError> {
        self.read(move |disk| {
            list(disk, page, |summary| Ok(admitted(disk, &filter, &summary)?.then_some(summary)), |_| 0)
        })
        .await
    }

    /// How many dead letters pass the filter, by state. Reads no payload unless the filter asks for one.
    pub async fn count_dead_letters(&self, filter: Filter) -> Result<DeadLetterCounts, StoreError> {
        self.read(move |disk| if filter.is_about_groups() { count_groups(disk, &filter) } else { count(disk, &filter) })
            .await
    }

    /// How many dead letters are open, of all flows; never blocks on the disk.
    #[must_use]
    pub fn open_dead_letters(&self) -> u64 {
        self.inner.dead_letters.open()
    }

    /// How many bytes a flow's dead letters have on disk that are not closed; never blocks on the disk.
    #[must_use]
    pub fn dead_letter_bytes(&self, flow: &FlowName) -> u64 {
        self.inner.dead_letters.unsettled_bytes().of(flow)
    }

    /// The same for all flows.
    #[must_use]
    pub fn all_dead_letter_bytes(&self) -> u64 {
        self.inner.dead_letters.unsettled_bytes().all()
    }

    /// How many dead letters a flow has, by state; never blocks on the disk.
    #[must_use]
    pub fn dead_letter_counts(&self, flow: &FlowName) -> DeadLetterCounts {
        self.inner.dead_letters.of(flow)
    }
}

/// What was received, as the first revision.
pub(crate) fn received(dead_letter: &DeadLetter) -> Revision {
    Revision {
        number: 0,
        at: dead_letter.received_at,
        by: String::new(),
        content_type: dead_letter.received.content_type.clone(),
        payload: dead_letter.received.payload.clone(),
    }
}

fn list<T>(
    disk: &Disk,
    page: Page,
    mut pick: impl FnMut(DeadLetterSummary) -> Result<Option<T>, StoreError>,
    weigh: impl Fn(&T) -> usize,
) -> Result<DeadLetterPage<T>, StoreError> {
    let mut dead_letters = Vec::new();
    let mut bytes = 0;
    let mut last = page.after;
    let mut more = false;
    each_in(disk, page.order, page.after, |id, summary| {
        if dead_letters.len() >= page.limit || bytes >= PAGE_BYTES {
            more = true;
            return Ok(ControlFlow::Break(()));
        }
        let picked = pick(summary)?;
        bytes += picked.as_ref().map_or(0, &weigh);
        dead_letters.extend(picked);
        last = Some(id);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(DeadLetterPage { dead_letters, next: last.filter(|_| more) })
}

/// What a dead letter holds of its message, in bytes: far more than the rest of it.
fn weight(dead_letter: &DeadLetter) -> usize {
    let DeadLetter { received, transformed, revisions, .. } = dead_letter;
    let sent = transformed.as_ref().map_or(0, |sent| sent.payload.len() + sent.headers.byte_len());
    let revised: usize = revisions.iter().map(|revision| revision.payload.len()).sum();
    received.payload.len() + received.headers.byte_len() + sent + revised
}

/// Visits every summary after `after`, the oldest first, until `visit` breaks. Damaged dead letters are logged and skipped.
pub(crate) fn each(
    disk: &Disk,
    after: Option<DeadLetterId>,
    visit: impl FnMut(DeadLetterId, DeadLetterSummary) -> Result<ControlFlow<()>, StoreError>,
) -> Result<(), StoreError> {
    each_in(disk, Order::Oldest, after, visit)
}

/// The same in this order.
fn each_in(
    disk: &Disk,
    order: Order,
    after: Option<DeadLetterId>,
    mut visit: impl FnMut(DeadLetterId, DeadLetterSummary) -> Result<ControlFlow<()>, StoreError>,
) -> Result<(), StoreError> {
    let after = after.map(keys::summary);
    let pairs: Box<dyn Iterator<Item = _>> = match order {
        Order::Oldest => Box::new(disk.scan(&[keys::SUMMARY], after.as_deref())),
        Order::Newest => Box::new(disk.scan_back(keys::SUMMARY, after.as_deref())),
    };
    for pair in pairs {
        let (key, head) = pair?;
        let Some(id) = keys::read_summary(&key) else { continue };
        let seen = disk.load_from(&key, head).and_then(|summary| visit(id, summary));
        match seen {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => return Ok(()),
            Err(StoreError::Damaged(error)) => {
                tracing::error!(dead_letter = %id, %error, "a dead letter can't be read")
            }
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

/// The same, from the counts of the groups.
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

/// Whether the filter admits a dead letter; reads its payload only when the filter asks for one.
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
    let dead_letter = disk.load::<DeadLetter>(&keys::dead_letter(summary.id))?.map(|(dead_letter, _)| dead_letter);
    Ok(dead_letter.filter(|dead_letter| filter.admits_payload(dead_letter)))
}
