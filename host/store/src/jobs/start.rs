//! Starts a job: its dead letters are selected once and stored with it.

use std::ops::ControlFlow;

use gantry_core::{DeadLetterId, JobId, MessageId, Timestamp};

use super::{Job, JobKind, JobState, MAX_FAILED_PERCENT, MOST_DEAD_LETTERS, MOST_REPLAYS, NewJob, write};
use crate::dead_letters::{self, Filter};
use crate::disk::Disk;
use crate::error::{JobError, StoreError};
use crate::keys;
use crate::pending::Durability;
use crate::record::Record;
use crate::store::Store;

/// Letters in one stored part of a job. At about 20 bytes each, a part is one small record.
pub(super) const PART: usize = 256;

/// A dead letter as a job stores it: with ids in binary form, a third of the size of their text.
pub(super) type Stored = (MessageId, Option<u32>);

impl Store {
    /// Starts a job on the open and acknowledged dead letters that pass the filter now; returns when the job is on stable
    /// storage. A running host begins at once; otherwise the job begins when the host starts.
    pub async fn start_job(&self, new: NewJob) -> Result<Job, JobError> {
        if let Some(state) = new.filter.state.filter(|state| !state.is_pending()) {
            return Err(JobError::WrongState(state));
        }
        if new.kind == JobKind::Discard && new.reason.trim().is_empty() {
            return Err(JobError::NoReason);
        }
        let filter = new.filter.clone();
        let (dead_letters, latest) = self.read(move |disk| select(disk, &filter)).await?;
        if dead_letters.len() > MOST_DEAD_LETTERS {
            return Err(JobError::TooMany(MOST_DEAD_LETTERS));
        }
        let job = self.job_of(new, dead_letters.len(), latest);
        if let Some(audit) = &self.audit {
            audit.set_subject(job.id.to_string());
        }
        let job_started = self.inner.job_started.clone();
        self.commit(Durability::Flushed, move |draft| {
            for (part, dead_letters) in (0..).zip(dead_letters.chunks(PART)) {
                draft.add_record(&keys::job_part(job.id, part), Record::of(&dead_letters)?);
            }
            write(draft, &job)?;
            draft.after_commit(move || job_started.notify_one());
            Ok(job)
        })
        .await
    }

    /// If the clock was set back since the latest failure, the job is dated to that failure, so that no selected dead letter
    /// counts as failed since.
    fn job_of(&self, new: NewJob, dead_letters: usize, latest_failure: Timestamp) -> Job {
        let now = self.inner.clock.now().max(latest_failure);
        let nothing_to_do = dead_letters == 0;
        Job {
            id: JobId::generate(),
            kind: new.kind,
            filter: new.filter,
            by: new.by,
            reason: new.reason,
            rate: new.rate.filter(|rate| *rate > 0),
            most_replays: new.most_replays.unwrap_or(MOST_REPLAYS),
            force: new.force,
            max_failed_percent: new.max_failed_percent.unwrap_or(MAX_FAILED_PERCENT),
            hold: None,
            state: if nothing_to_do { JobState::Finished } else { JobState::Running },
            created_at: now,
            ended_at: nothing_to_do.then_some(now),
            cancelled_by: None,
            total: dead_letters as u64,
            seen: 0,
            done: 0,
            held_back: 0,
            passed_over: 0,
            left_out: 0,
            waiting: 0,
            resolved: 0,
            failed_again: 0,
            withdrawn: 0,
            replay: new.patch.as_ref().is_some_and(|patch| patch.replay),
            patch: new.patch.map(|patch| patch.text),
            not_applicable: 0,
            inapplicable: Vec::new(),
        }
    }
}

/// The selected dead letters and the time of their latest failure. Stops at one more than a job may have.
fn select(disk: &Disk, filter: &Filter) -> Result<(Vec<Stored>, Timestamp), StoreError> {
    let mut selected = Vec::new();
    let mut latest = Timestamp::default();
    dead_letters::each(disk, None, |id: DeadLetterId, summary| {
        if summary.state.is_pending() && dead_letters::admitted(disk, filter, &summary)? {
            selected.push((id.message, id.position));
            latest = latest.max(summary.last_failure);
        }
        Ok(if selected.len() > MOST_DEAD_LETTERS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok((selected, latest))
}
