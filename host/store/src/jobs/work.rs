//! One step of a job: processes its next dead letters and records its progress, in one atomic write.

use std::sync::Arc;

use bytes::Bytes;
use gantry_core::{DeadLetter, DeadLetterId, FlowName, JobId, Resolution, Timestamp};

use super::start::{PART, Stored};
use super::{INAPPLICABLE, Inapplicable, Job, JobKind, JobState, Patcher, find, write};
use crate::dead_letters;
use crate::disk::Read;
use crate::draft::Draft;
use crate::error::{JobError, ReplayError, StoreError};
use crate::keys;
use crate::pending::Durability;
use crate::replay::{self, ReplayRequest};
use crate::store::Store;

/// What a step did.
#[derive(Clone, Debug)]
pub struct JobStep {
    /// The job after the step.
    pub job: Job,
    /// How many dead letters it redrove, discarded or patched.
    pub done: u64,
    /// Where the next step continues among the waiting dead letters; none: at the first of them.
    pub after: Option<DeadLetterId>,
}

/// Whether a flow runs, so that somebody takes its messages from the queue.
pub type Runs = Arc<dyn Fn(&FlowName) -> bool + Send + Sync>;

/// What the store does not know by itself.
#[derive(Clone)]
pub struct JobMeans {
    /// Which flows run. Dead letters of others are left out of what replays: they stay as they are.
    pub runs: Runs,
    /// Carries out the patch of a job of kind `patch`.
    pub patcher: Option<Patcher>,
}

impl Default for JobMeans {
    fn default() -> Self {
        Self { runs: Arc::new(|_| true), patcher: None }
    }
}

/// What a step needs.
struct Work {
    request: ReplayRequest,
    means: JobMeans,
}

/// The result for one letter.
enum Verdict {
    Done,
    HeldBack,
    PassedOver,
    LeftOut,
    Waits,
    /// The patch does not apply; why.
    NotApplicable(String),
}

impl Store {
    /// Processes up to `most` further letters of a job, as [`Store::work_on_job_with`] does, whatever becomes of their flows.
    pub async fn work_on_job(&self, id: JobId, most: usize, after: Option<DeadLetterId>) -> Result<JobStep, JobError> {
        self.work_on_job_with(id, most, after, JobMeans::default()).await
    }

    /// Processes up to `most` further letters of a job; returns when that is on stable storage. `after` is taken from
    /// the previous step. Only one caller at a time may work on a job.
    pub async fn work_on_job_with(
        &self,
        id: JobId,
        most: usize,
        after: Option<DeadLetterId>,
        means: JobMeans,
    ) -> Result<JobStep, JobError> {
        let found = self.job(id).await?.ok_or(JobError::NotFound(id))?;
        let work = Work { request: self.replay_request(found.by, Some(id)), means };
        self.commit(Durability::Flushed, move |draft| {
            let mut job = find(draft, id)?.ok_or(JobError::NotFound(id))?;
            job.hold_if_failing(work.request.now);
            if job.state != JobState::Running {
                write(draft, &job)?;
                return Ok(JobStep { job, done: 0, after: None });
            }
            let before = job.done;
            let after = if job.seen < job.total {
                process_new(draft, &work, &mut job, most)?;
                None
            } else {
                retry_waiting(draft, &work, &mut job, most, after)?
            };
            if job.left() == 0 {
                end(draft, &mut job, JobState::Finished, work.request.now)?;
            } else {
                write(draft, &job)?;
            }
            Ok(JobStep { done: job.done - before, job, after })
        })
        .await
    }
}

/// Processes dead letters for the first time.
fn process_new(draft: &mut Draft<'_>, work: &Work, job: &mut Job, most: usize) -> Result<(), StoreError> {
    let mut taken = 0;
    while taken < most && job.seen < job.total {
        let part = keys::job_part(job.id, job.seen / PART as u64);
        // If a part can't be read, its dead letters are passed over; the job continues.
        let dead_letters = match draft.load::<Vec<Stored>>(&part) {
            Ok(found) => found.map(|(dead_letters, _)| dead_letters).unwrap_or_default(),
            Err(StoreError::Damaged(error)) => {
                tracing::error!(job = %job.id, %error, "a part of a job is damaged and can't be read; its dead letters are passed over");
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        let within = usize::try_from(job.seen % PART as u64).unwrap_or(0);
        let end_of_part = PART.min(usize::try_from(job.total - job.seen).unwrap_or(PART) + within);
        for at in within..end_of_part {
            if taken == most || (taken > 0 && draft.is_full()) {
                return Ok(());
            }
            let id = dead_letters.get(at).map(|&(message, position)| DeadLetterId { message, position });
            let verdict = id.map_or(Ok(Verdict::PassedOver), |id| process(draft, work, job, id))?;
            if let (Verdict::Waits, Some(id)) = (&verdict, id) {
                draft.set(keys::job_waits_for(job.id, id), Vec::new());
                job.waiting += 1;
            }
            job.count(verdict, id);
            job.seen += 1;
            taken += 1;
        }
        draft.remove_record(&part)?;
    }
    Ok(())
}

/// Tries dead letters again whose message was in the queue.
fn retry_waiting(
    draft: &mut Draft<'_>,
    work: &Work,
    job: &mut Job,
    most: usize,
    after: Option<DeadLetterId>,
) -> Result<Option<DeadLetterId>, StoreError> {
    let after = after.map(|after| keys::job_waits_for(job.id, after));
    let waiting = keys::job_waiting(job.id);
    let pairs = draft.scan_committed(&waiting, after.as_deref()).take(most);
    let keys: Vec<_> = pairs.map(|pair| pair.map(|(key, _)| key)).collect::<Result<_, _>>()?;
    let mut last = None;
    let mut more = keys.len() == most;
    for key in &keys {
        if last.is_some() && draft.is_full() {
            more = true;
            break;
        }
        let id = keys::read_job_waits_for(key);
        let verdict = match id {
            Some(id) => {
                last = Some(id);
                process(draft, work, job, id)?
            }
            None => Verdict::PassedOver,
        };
        if !matches!(verdict, Verdict::Waits) {
            draft.delete(key.clone());
            job.waiting -= 1;
        }
        job.count(verdict, id);
    }
    // After the last waiting dead letter, the next step begins at the first again.
    Ok(last.filter(|_| more))
}

impl Job {
    fn count(&mut self, verdict: Verdict, id: Option<DeadLetterId>) {
        match verdict {
            Verdict::Done => self.done += 1,
            Verdict::HeldBack => self.held_back += 1,
            Verdict::PassedOver => self.passed_over += 1,
            Verdict::LeftOut => {
                self.passed_over += 1;
                self.left_out += 1;
            }
            Verdict::Waits => {}
            Verdict::NotApplicable(why) => {
                self.not_applicable += 1;
                let is_listed = self.inapplicable.len() < INAPPLICABLE;
                self.inapplicable.extend(id.filter(|_| is_listed).map(|id| Inapplicable { id, why }));
            }
        }
    }

    /// Whether a dead letter is held back: it failed again since the job began, or was already replayed too many times.
    /// Redriving it would repeat the same failure.
    fn holds_back(&self, dead_letter: &DeadLetter) -> bool {
        let failed_since = dead_letter.last_failure > self.created_at
            || dead_letter.replays.iter().any(|replay| replay.job == Some(self.id));
        let too_often = dead_letter.replays.len() >= self.most_replays as usize && !self.force;
        failed_since || (self.is_replaying() && too_often)
    }
}

fn process(draft: &mut Draft<'_>, work: &Work, job: &Job, id: DeadLetterId) -> Result<Verdict, StoreError> {
    let request = &work.request;
    let dead_letter = match dead_letters::find(draft, id) {
        Ok(Some(dead_letter)) if dead_letter.state.is_pending() => dead_letter,
        Ok(_) => return Ok(Verdict::PassedOver),
        Err(StoreError::Damaged(error)) => {
            tracing::error!(dead_letter = %id, %error, "a dead letter can't be read");
            return Ok(Verdict::PassedOver);
        }
        Err(error) => return Err(error),
    };
    match job.kind {
        _ if job.holds_back(&dead_letter) => return Ok(Verdict::HeldBack),
        _ if job.is_replaying() && !(work.means.runs)(&dead_letter.flow) => return Ok(Verdict::LeftOut),
        JobKind::Discard => {
            let resolution = Resolution { at: request.now, by: job.by.clone(), reason: job.reason.clone() };
            replay::discard(draft, &request.counters, dead_letter, resolution)?;
        }
        JobKind::Redrive => return requeue(draft, request, dead_letter, None),
        JobKind::Patch => return patch(draft, work, job, dead_letter),
    }
    Ok(Verdict::Done)
}

fn requeue(
    draft: &mut Draft<'_>,
    request: &ReplayRequest,
    dead_letter: DeadLetter,
    edit: Option<Bytes>,
) -> Result<Verdict, StoreError> {
    match replay::timeline_so_far(draft, &dead_letter) {
        Ok(timeline) => replay::requeue(draft, request, dead_letter, timeline, edit)?,
        Err(ReplayError::MessageQueued(_)) => return Ok(Verdict::Waits),
        Err(ReplayError::Store(error)) => return Err(error),
        Err(_) => return Ok(Verdict::PassedOver),
    }
    Ok(Verdict::Done)
}

/// Edits a dead letter, if the patch applies to it.
fn patch(draft: &mut Draft<'_>, work: &Work, job: &Job, dead_letter: DeadLetter) -> Result<Verdict, StoreError> {
    let payload = &dead_letter.received.payload;
    let patched = match &work.means.patcher {
        Some(patcher) => patcher(payload),
        None => Err("the patch can't be read".to_owned()),
    };
    match patched {
        Ok(edit) if job.replay => requeue(draft, &work.request, dead_letter, Some(edit)),
        Ok(edit) => {
            replay::edit(draft, &work.request, dead_letter, edit)?;
            Ok(Verdict::Done)
        }
        Err(why) => Ok(Verdict::NotApplicable(why)),
    }
}

/// Ends a job and removes the list of its remaining dead letters.
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

/// Whether a job ended at or before `old`.
pub(crate) fn ended_before(job: &Job, old: Timestamp) -> bool {
    job.ended_at.is_some_and(|at| at <= old)
}
