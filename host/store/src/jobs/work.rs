//! One step of a job: its next letters are put to work, and how far it has got is noted, in one atomic write.

use gantry_core::{DeadLetter, DeadLetterId, JobId, Resolution, Timestamp};

use super::start::{PART, Stored};
use super::{Job, JobKind, JobState, find, write};
use crate::dead_letters;
use crate::disk::Read;
use crate::draft::Draft;
use crate::error::{JobError, ReplayError, StoreError};
use crate::keys;
use crate::pending::Durability;
use crate::replay::{self, Rerun};
use crate::store::Store;

/// What a step did.
#[derive(Clone, Debug)]
pub struct JobStep {
    /// The job as it is then.
    pub job: Job,
    /// How many letters it put to work.
    pub done: u64,
    /// Where the next step goes on among the letters the job comes back to; none: at the first of them.
    pub after: Option<DeadLetterId>,
}

/// What becomes of one letter.
enum Verdict {
    Done,
    HeldBack,
    PassedOver,
    Waits,
}

impl Store {
    /// Does up to `most` further letters of a job; returns when that is on stable storage. `after` is what the step
    /// before answered. Only one caller at a time may work on a job.
    pub async fn work_on_job(&self, id: JobId, most: usize, after: Option<DeadLetterId>) -> Result<JobStep, JobError> {
        let found = self.job(id).await?.ok_or(JobError::NotFound(id))?;
        let rerun = self.rerun(found.by, Some(id));
        let step = move |draft: &mut Draft<'_>| {
            let mut job = find(draft, id)?.ok_or(JobError::NotFound(id))?;
            if job.state != JobState::Running {
                return Ok(JobStep { job, done: 0, after: None });
            }
            let before = job.done;
            let after = if job.seen < job.total {
                go_on(draft, &rerun, &mut job, most)?;
                None
            } else {
                come_back(draft, &rerun, &mut job, most, after)?
            };
            if job.left() == 0 {
                end(draft, &mut job, JobState::Finished, rerun.now)?;
            } else {
                write(draft, &job)?;
            }
            Ok(JobStep { done: job.done - before, job, after })
        };
        self.commit(Durability::Flushed, step).await
    }
}

/// Takes letters that were not looked at yet.
fn go_on(draft: &mut Draft<'_>, rerun: &Rerun, job: &mut Job, most: usize) -> Result<(), StoreError> {
    let mut taken = 0;
    while taken < most && job.seen < job.total {
        let part = keys::job_part(job.id, job.seen / PART as u64);
        // A part that can't be read costs its letters their place in the job, not the job.
        let letters = match draft.load::<Vec<Stored>>(&part) {
            Ok(found) => found.map(|(letters, _)| letters).unwrap_or_default(),
            Err(StoreError::Damaged(error)) => {
                tracing::error!(job = %job.id, %error, "a part of a job can't be read; its letters stay as they are");
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        let within = usize::try_from(job.seen % PART as u64).unwrap_or(0);
        let here = PART.min(usize::try_from(job.total - job.seen).unwrap_or(PART) + within);
        for at in within..here {
            if taken == most || (taken > 0 && draft.is_full()) {
                return Ok(());
            }
            let id = letters.get(at).map(|&(message, position)| DeadLetterId { message, position });
            let verdict = id.map_or(Ok(Verdict::PassedOver), |id| deal_with(draft, rerun, job, id))?;
            if let (Verdict::Waits, Some(id)) = (&verdict, id) {
                draft.set(keys::job_waits_for(job.id, id), Vec::new());
                job.waiting += 1;
            }
            job.count(&verdict);
            job.seen += 1;
            taken += 1;
        }
        draft.remove_record(&part)?;
    }
    Ok(())
}

/// Takes letters again whose message was in the queue.
fn come_back(
    draft: &mut Draft<'_>,
    rerun: &Rerun,
    job: &mut Job,
    most: usize,
    after: Option<DeadLetterId>,
) -> Result<Option<DeadLetterId>, StoreError> {
    let after = after.map(|after| keys::job_waits_for(job.id, after));
    let waiting = keys::job_waiting(job.id);
    let pairs = draft.scan_committed(&waiting, after.as_deref()).take(most);
    let keys: Vec<_> = pairs.map(|pair| pair.map(|(key, _)| key)).collect::<Result<_, _>>()?;
    let (mut last, mut more) = (None, keys.len() == most);
    for key in &keys {
        if last.is_some() && draft.is_full() {
            more = true;
            break;
        }
        let verdict = match keys::read_job_waits_for(key) {
            Some(id) => {
                last = Some(id);
                deal_with(draft, rerun, job, id)?
            }
            None => Verdict::PassedOver,
        };
        if !matches!(verdict, Verdict::Waits) {
            draft.delete(key.clone());
            job.waiting -= 1;
        }
        job.count(&verdict);
    }
    // Behind the last of them, the next step begins at the first again.
    Ok(last.filter(|_| more))
}

impl Job {
    fn count(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Done => self.done += 1,
            Verdict::HeldBack => self.held_back += 1,
            Verdict::PassedOver => self.passed_over += 1,
            Verdict::Waits => {}
        }
    }

    /// It failed again since the job began: it is not what was chosen any more. Redriving it, or one that was redriven
    /// too often already, would go in circles.
    fn holds_back(&self, letter: &DeadLetter) -> bool {
        let failed_since =
            letter.last_failure > self.created_at || letter.replays.iter().any(|replay| replay.job == Some(self.id));
        let too_often = letter.replays.len() >= self.most_replays as usize && !self.force;
        failed_since || (self.kind == JobKind::Redrive && too_often)
    }
}

fn deal_with(draft: &mut Draft<'_>, rerun: &Rerun, job: &Job, id: DeadLetterId) -> Result<Verdict, StoreError> {
    let letter = match dead_letters::find(draft, id) {
        Ok(Some(letter)) if letter.state.is_pending() => letter,
        Ok(_) => return Ok(Verdict::PassedOver),
        Err(StoreError::Damaged(error)) => {
            tracing::error!(letter = %id, %error, "a dead letter can't be read");
            return Ok(Verdict::PassedOver);
        }
        Err(error) => return Err(error),
    };
    match job.kind {
        _ if job.holds_back(&letter) => return Ok(Verdict::HeldBack),
        JobKind::Discard => {
            let resolution = Resolution { at: rerun.now, by: job.by.clone(), reason: job.reason.clone() };
            replay::give_up(draft, &rerun.counters, letter, resolution)?;
        }
        JobKind::Redrive => match replay::trail_so_far(draft, &letter) {
            Ok(trail) => replay::requeue(draft, rerun, letter, trail, None)?,
            Err(ReplayError::MessageQueued(_)) => return Ok(Verdict::Waits),
            Err(ReplayError::Store(error)) => return Err(error),
            Err(_) => return Ok(Verdict::PassedOver),
        },
    }
    Ok(Verdict::Done)
}

/// Ends a job: what it has not looked at is forgotten.
pub(super) fn end(draft: &mut Draft<'_>, job: &mut Job, state: JobState, now: Timestamp) -> Result<(), StoreError> {
    for part in job.seen / PART as u64..job.total.div_ceil(PART as u64) {
        draft.remove_record(&keys::job_part(job.id, part))?;
    }
    for key in draft.keys_with_drafted(&keys::job_waiting(job.id))? {
        draft.delete(key);
    }
    job.state = state;
    job.ended_at = Some(now);
    write(draft, job)
}

/// Whether a job has ended that long ago.
pub(crate) fn ended_before(job: &Job, old: Timestamp) -> bool {
    job.ended_at.is_some_and(|at| at <= old)
}
