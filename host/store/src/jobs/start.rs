//! How a job begins: its letters are chosen once, and stored with it.

use std::ops::ControlFlow;

use gantry_core::{DeadLetterId, JobId, MessageId, Timestamp};

use super::{Job, JobKind, JobState, MOST_LETTERS, MOST_REPLAYS, NewJob, write};
use crate::dead_letters::{self, Filter};
use crate::disk::Disk;
use crate::draft::Draft;
use crate::error::{JobError, StoreError};
use crate::keys;
use crate::pending::Durability;
use crate::record::Record;
use crate::store::Store;

/// Letters in one stored part of a job: about 20 bytes each, so that a part is one small record.
pub(super) const PART: usize = 256;

/// A letter as a job stores it: without the text form of ids, which is three times as long.
pub(super) type Stored = (MessageId, Option<u32>);

impl Store {
    /// Starts a job over the open and acknowledged letters that pass the filter now; returns when all of them are on
    /// stable storage. The host works on it from here on, or when it starts.
    pub async fn start_job(&self, new: NewJob) -> Result<Job, JobError> {
        if let Some(state) = new.filter.state.filter(|state| !state.is_pending()) {
            return Err(JobError::WrongState(state));
        }
        if new.kind == JobKind::Discard && new.reason.trim().is_empty() {
            return Err(JobError::NoReason);
        }
        let filter = new.filter.clone();
        let (letters, latest) = self.read(move |disk| choose(disk, &filter)).await?;
        if letters.len() > MOST_LETTERS {
            return Err(JobError::TooMany(MOST_LETTERS));
        }
        let job = self.job_of(new, letters.len(), latest);
        if let Some(audit) = &self.audit {
            audit.set_subject(job.id.to_string());
        }
        let bell = self.inner.job_bell.clone();
        let step = move |draft: &mut Draft<'_>| {
            for (part, letters) in (0..).zip(letters.chunks(PART)) {
                draft.add_record(&keys::job_part(job.id, part), Record::of(&letters)?);
            }
            write(draft, &job)?;
            draft.after_commit(move || bell.notify_one());
            Ok(job)
        };
        self.commit(Durability::Flushed, step).await
    }

    /// Where the clock was set back since the latest failure, the job begins at that one: what is chosen has not failed
    /// since.
    fn job_of(&self, new: NewJob, letters: usize, latest_failure: Timestamp) -> Job {
        let now = self.inner.clock.now().max(latest_failure);
        let nothing_to_do = letters == 0;
        Job {
            id: JobId::generate(),
            kind: new.kind,
            filter: new.filter,
            by: new.by,
            reason: new.reason,
            rate: new.rate.filter(|rate| *rate > 0),
            most_replays: new.most_replays.unwrap_or(MOST_REPLAYS),
            force: new.force,
            state: if nothing_to_do { JobState::Finished } else { JobState::Running },
            created_at: now,
            ended_at: nothing_to_do.then_some(now),
            cancelled_by: None,
            total: letters as u64,
            seen: 0,
            done: 0,
            held_back: 0,
            passed_over: 0,
            waiting: 0,
            resolved: 0,
            failed_again: 0,
        }
    }
}

/// The letters, and the latest of their failures. One more than a job takes is enough to know.
fn choose(disk: &Disk, filter: &Filter) -> Result<(Vec<Stored>, Timestamp), StoreError> {
    let (mut chosen, mut latest) = (Vec::new(), Timestamp::default());
    dead_letters::each(disk, None, |id: DeadLetterId, summary| {
        if summary.state.is_pending() && dead_letters::admitted(disk, filter, &summary)? {
            chosen.push((id.message, id.position));
            latest = latest.max(summary.last_failure);
        }
        Ok(if chosen.len() > MOST_LETTERS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok((chosen, latest))
}
