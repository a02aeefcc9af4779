//! A flow takes over what one with another name has: queued messages, dead letters with their groups, blocked keys, and the
//! values by which duplicates are recognised. Histories of messages that have ended keep the name of their time.
//!
//! The work is done in portions, each one atomic write; interrupted, it is continued by the next call, or by
//! [`Store::finish_renames`] at the next start. Nothing may lease messages of either flow meanwhile.

use gantry_core::{DeadLetterId, FlowName, Timestamp, dead_letter};

use crate::blocks;
use crate::dead_letters::{self, Counters};
use crate::disk::Read;
use crate::draft::Draft;
use crate::error::StoreError;
use crate::former_names::GivenUp;
use crate::groups::{self, Place};
use crate::index_entry::{Due, IndexEntry};
use crate::keys;
use crate::lease::Leased;
use crate::pending::Durability;
use crate::queued::QueueFilter;
use crate::record::Record;
use crate::store::Store;

/// Records in one atomic write.
const PORTION: usize = 100;

/// What a flow took over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Renamed {
    /// Queued messages.
    pub messages: u64,
    /// Dead letters, in whatever state.
    pub dead_letters: u64,
    /// Messages that stay, because somebody has leased them.
    pub left: u64,
}

/// From which flow to which.
#[derive(Clone)]
struct Rename {
    from: FlowName,
    to: FlowName,
    now: Timestamp,
    counters: Counters,
}

impl Store {
    /// Whether the flow `to` has taken over everything of the flow `from`.
    #[must_use]
    pub fn has_taken_over(&self, from: &FlowName, to: &FlowName) -> bool {
        self.was_called(to, from) && !self.has_any_of(from)
    }

    /// Whether a flow has begun to take over from the one with this former name.
    #[must_use]
    pub fn was_called(&self, flow: &FlowName, former: &FlowName) -> bool {
        self.inner.flows.former().of(flow).contains_key(former)
    }

    /// Whether a flow of this name has queued messages or dead letters.
    #[must_use]
    pub fn has_any_of(&self, flow: &FlowName) -> bool {
        self.backlog(flow).messages > 0 || self.dead_letter_counts(flow).total() > 0
    }

    /// Finishes what was interrupted when the host stopped: from which flow to which. Call it before anything is leased.
    pub async fn finish_renames(&self) -> Result<Vec<(FlowName, FlowName)>, StoreError> {
        let under_way = self.inner.flows.former().under_way();
        for (from, to) in &under_way {
            self.rename_flow(from, to).await?;
        }
        Ok(under_way)
    }

    /// Gives everything of the flow `from` to the flow `to`; returns when it is on stable storage.
    pub async fn rename_flow(&self, from: &FlowName, to: &FlowName) -> Result<Renamed, StoreError> {
        let now = self.inner.clock.now();
        let rename = Rename { from: from.clone(), to: to.clone(), now, counters: self.inner.dead_letters.clone() };
        let names = rename.clone();
        self.commit(Durability::Flushed, move |draft| {
            names.begin(draft);
            blocks::rename(draft, &names.from, &names.to)
        })
        .await?;
        let mut renamed = Renamed::default();
        let mut after = None;
        loop {
            let (ids, next) = self.dead_letters_of_flow(from.clone(), after).await?;
            renamed.dead_letters += ids.len() as u64;
            let rename = rename.clone();
            self.commit(Durability::Flushed, move |draft| {
                ids.into_iter().try_for_each(|id| rename.dead_letter(draft, id))
            })
            .await?;
            after = next;
            if after.is_none() {
                break;
            }
        }
        self.rename_queued(&rename, &mut renamed).await?;
        self.commit(Durability::Flushed, move |draft| {
            groups::remove_empty(draft, &rename.from)?;
            if renamed.left == 0 {
                rename.finish(draft);
            }
            Ok::<_, StoreError>(())
        })
        .await?;
        Ok(renamed)
    }

    async fn rename_queued(&self, rename: &Rename, renamed: &mut Renamed) -> Result<(), StoreError> {
        let filter = QueueFilter { flow: Some(rename.from.clone()), ..QueueFilter::default() };
        let mut after = None;
        loop {
            let page = self.claim_queued(filter.clone(), after, PORTION).await?;
            renamed.messages += page.claimed.len() as u64;
            renamed.left += page.in_progress.len() as u64;
            let rename = rename.clone();
            self.commit(Durability::Flushed, move |draft| {
                page.claimed.into_iter().try_for_each(|leased| rename.message(draft, leased))
            })
            .await?;
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// A portion of the dead letters of a flow, and where to go on.
    async fn dead_letters_of_flow(
        &self,
        flow: FlowName,
        after: Option<DeadLetterId>,
    ) -> Result<(Vec<DeadLetterId>, Option<DeadLetterId>), StoreError> {
        let filter = dead_letters::Filter { flow: Some(flow), ..dead_letters::Filter::default() };
        let page = dead_letters::Page { after, ..dead_letters::Page::first(PORTION) };
        let page = self.dead_letter_summaries(filter, page).await?;
        Ok((page.dead_letters.into_iter().map(|summary| summary.id).collect(), page.next))
    }
}

impl Rename {
    /// Records that the flow takes over from this one, and from all that this one took over from.
    fn begin(&self, draft: &mut Draft<'_>) {
        let names = draft.flows().former().clone();
        let former = names.after(&self.from, &self.to, self.now);
        let before = [&self.from, &self.to].map(|flow| (flow, names.of(flow)));
        for (flow, former) in &before {
            former.keys().for_each(|name| draft.delete(keys::former_name(flow, name)));
        }
        for (name, given_up) in &former {
            draft.set(keys::former_name(&self.to, name), given_up.to_bytes());
        }
        let Self { from, to, .. } = self.clone();
        draft.after_commit(move || names.set(&from, to, former));
    }

    /// Records that nothing is left under the former name.
    fn finish(self, draft: &mut Draft<'_>) {
        let names = draft.flows().former().clone();
        let Some(given_up) = names.of(&self.to).get(&self.from).copied() else { return };
        let done = GivenUp { is_under_way: false, ..given_up };
        draft.set(keys::former_name(&self.to, &self.from), done.to_bytes());
        draft.after_commit(move || names.finish(&self.from, &self.to));
    }

    fn dead_letter(&self, draft: &mut Draft<'_>, id: DeadLetterId) -> Result<(), StoreError> {
        let found = match dead_letters::find(draft, id) {
            Ok(found) => found.filter(|found| found.flow == self.from),
            Err(StoreError::Damaged(_)) => None,
            Err(error) => return Err(error),
        };
        let Some(mut found) = found else { return Ok(()) };
        let before = Place::from(&found);
        found.flow = self.to.clone();
        found.fingerprint = dead_letter::fingerprint(&self.to, found.stage, found.target.as_ref(), &found.reason);
        groups::succeed(draft, &self.counters, &before, &found)?;
        dead_letters::put(draft, &self.counters, &found, &before)
    }

    /// A queued message keeps its number, and so its place among the others.
    fn message(&self, draft: &mut Draft<'_>, Leased { mut envelope, ticket }: Leased) -> Result<(), StoreError> {
        let claim = ticket.claim;
        let seq = claim.entry.seq;
        let Some(index) = draft.get(&keys::index(seq))?.as_deref().and_then(IndexEntry::from_bytes) else {
            return Ok(());
        };
        envelope.flow = self.to.clone();
        let record = Record::of(&envelope)?;
        let index = IndexEntry { flow: self.to.clone(), bytes: record.len(), ..index };
        draft.put_record(&keys::message(seq), record)?;
        draft.set(keys::index(seq), index.to_bytes());
        let queue = draft.flows().of(&self.to);
        let now = self.now;
        draft.after_commit(move || {
            claim.finish();
            let mut schedule = queue.schedule.lock();
            match index.due {
                Due::Now => schedule.push_between(index.entry(seq), index.id),
                Due::Held => schedule.push_later(index.entry(seq), Timestamp::default(), now),
                Due::At(due) => schedule.push_later(index.entry(seq), due, now),
            }
            drop(schedule);
            queue.wake_up.notify_one();
        });
        Ok(())
    }
}
