//! Selects messages in the queue. All given fields must match; an empty filter selects all.

use std::collections::BTreeSet;

use gantry_core::{DeadLetter, DeliveryState, Envelope, FlowName, JobId, MessageId, TargetName, Timestamp};

use super::{QueuePage, number_of};
use crate::disk::{Disk, Read};
use crate::error::{Failure, StoreError};
use crate::flows::hash_of_key;
use crate::index_entry::IndexEntry;
use crate::keys;

/// Which queued messages to select. All given fields must match; an empty filter selects all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueFilter {
    /// One of these; empty: any.
    pub messages: Vec<MessageId>,
    /// Of this flow.
    pub flow: Option<FlowName>,
    /// Received by this source: `webhook /shop/orders`.
    pub source: Option<String>,
    /// With this ordering key.
    pub key: Option<String>,
    /// With this dedupe key.
    pub dedupe_key: Option<String>,
    /// With a delivery to this target that is not done.
    pub target: Option<TargetName>,
    /// Flows that have no other target: of these, messages pass as well that no plugin has run on.
    pub only_target_of: BTreeSet<FlowName>,
    /// Put back into the queue by this job.
    pub job: Option<JobId>,
    /// Queued at or after this time.
    pub since: Option<Timestamp>,
    /// Queued before this time.
    pub until: Option<Timestamp>,
}

/// The numbers of messages, in the order of a page.
type Numbers = Box<dyn Iterator<Item = Result<u64, Failure>>>;

impl QueueFilter {
    /// The numbers of the messages that may pass, in the order of the page, beginning where it begins.
    pub(super) fn numbers(&self, disk: &Disk, page: QueuePage) -> Result<Numbers, StoreError> {
        let QueuePage { newest_first, after, .. } = page;
        if !self.messages.is_empty() {
            return Ok(Box::new(self.given(disk, newest_first, after)?.into_iter().map(Ok)));
        }
        let after = after.map(keys::index);
        let pairs: Box<dyn Iterator<Item = _>> = match newest_first {
            true => Box::new(disk.scan_back(keys::INDEX, after.as_deref())),
            false => Box::new(disk.scan(&[keys::INDEX], after.as_deref())),
        };
        Ok(Box::new(pairs.filter_map(|pair| pair.map(|(key, _)| keys::read_index(&key)).transpose())))
    }

    /// The numbers of the messages whose ids are given.
    fn given(&self, disk: &Disk, newest_first: bool, after: Option<u64>) -> Result<Vec<u64>, StoreError> {
        let mut numbers = Vec::with_capacity(self.messages.len());
        for id in &self.messages {
            numbers.extend(number_of(disk, *id)?);
        }
        numbers.sort_unstable();
        numbers.dedup();
        if newest_first {
            numbers.reverse();
        }
        numbers.retain(|number| after.is_none_or(|after| if newest_first { *number < after } else { *number > after }));
        Ok(numbers)
    }

    /// Checks what the index entry holds, before the message is read.
    pub(super) fn admits_index(&self, index: &IndexEntry) -> bool {
        self.flow.as_ref().is_none_or(|flow| *flow == index.flow)
            && self.key.as_deref().is_none_or(|key| index.key == Some(hash_of_key(key)))
            && self.since.is_none_or(|since| index.since >= since)
            && self.until.is_none_or(|until| index.since < until)
    }

    /// Checks the rest.
    pub(super) fn admits(&self, disk: &Disk, envelope: &Envelope) -> Result<bool, StoreError> {
        let is_named = self.source.as_ref().is_none_or(|source| *source == envelope.source)
            && (self.key.is_none() || self.key == envelope.message.key)
            && (self.dedupe_key.is_none() || self.dedupe_key == envelope.dedupe_key)
            && self.target.as_ref().is_none_or(|target| self.goes_to(envelope, target));
        match self.job {
            Some(job) if is_named => is_of_job(disk, envelope, job),
            _ => Ok(is_named),
        }
    }
}

impl QueueFilter {
    /// Whether the message has a delivery to this target that is not done, or will have one.
    fn goes_to(&self, envelope: &Envelope, target: &TargetName) -> bool {
        let will = envelope.deliveries.is_empty() && self.only_target_of.contains(&envelope.flow);
        will || waits_for(envelope, target)
    }
}

fn waits_for(envelope: &Envelope, target: &TargetName) -> bool {
    let mut pending = envelope.deliveries.iter().filter(|delivery| delivery.state == DeliveryState::Pending);
    pending.any(|delivery| delivery.target == *target)
}

/// Whether a job put the message back into the queue.
fn is_of_job(disk: &Disk, envelope: &Envelope, job: JobId) -> Result<bool, StoreError> {
    let Some(replay) = &envelope.replay else { return Ok(false) };
    let found = match disk.load::<DeadLetter>(&keys::dead_letter(replay.dead_letter)) {
        Ok(found) => found,
        Err(StoreError::Damaged(_)) => None,
        Err(error) => return Err(error),
    };
    Ok(found.is_some_and(|(dead_letter, _)| dead_letter.replays.last().is_some_and(|run| run.job == Some(job))))
}
