//! Works on jobs over dead letters, each at its own pace: what the store freezes and does in steps, this does in time.
//!
//! Jobs put messages into the queue, so they stop with the sources. One that is under way then, or at a crash, goes on
//! at the next start where it has got to.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use gantry_core::JobId;
use gantry_engine::active_flows::ActiveFlows;
use gantry_store::{Job, JobMeans, JobState, Runs, Store, StoreError};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::patch::PayloadPatch;

/// Most dead letters in one step, which is one atomic write: messages that come in meanwhile wait for it.
const STEP: u32 = 256;

/// Steps a second of a job with a rate: often enough to be even, seldom enough to share disk syncs.
const STEPS_A_SECOND: u32 = 10;

/// How often a job checks again dead letters whose message is in the queue for another dead letter.
const CHECK_AGAIN: Duration = Duration::from_millis(500);

/// How long a job waits at most for a flow that takes over what was left under a former name: until then its dead letters are
/// of a flow that doesn't run.
const TAKEOVER: Duration = Duration::from_secs(60);

/// How much a job does at once, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pace {
    step: u32,
    every: Duration,
}

impl Pace {
    fn of(rate: Option<u32>) -> Self {
        match rate {
            None | Some(0) => Self { step: STEP, every: Duration::from_millis(1) },
            Some(rate) => {
                let step = rate.div_ceil(STEPS_A_SECOND).min(STEP);
                Self { step, every: Duration::from_secs(1) * step / rate }
            }
        }
    }
}

/// Works on every job there is or will be, until `stop`. What is of a flow that doesn't run is left out of what replays.
pub async fn run(store: Store, flows: ActiveFlows, stop: CancellationToken) {
    let mut under_way = JoinSet::new();
    let mut known = HashSet::new();
    while !stop.is_cancelled() {
        match store.jobs().await {
            Ok(jobs) => {
                for job in jobs.into_iter().filter(|job| job.state == JobState::Running && known.insert(job.id)) {
                    under_way.spawn(work(store.clone(), job, flows.clone(), stop.clone()));
                }
            }
            Err(error) => tracing::error!(%error, "jobs over dead letters can't be read"),
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = store.job_started() => {}
            Some(ended) = under_way.join_next(), if !under_way.is_empty() => {
                if let Ok(id) = ended {
                    known.remove(&id);
                }
            }
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// Works on one job to its end.
async fn work(store: Store, job: Job, flows: ActiveFlows, stop: CancellationToken) -> JobId {
    tracing::info!(job = %job.id, total = job.total, left = job.left(), "a job over dead letters is under way");
    match pace(&store, &job, Some(&flows), &stop).await {
        Ok(Some(Job { hold: Some(hold), .. })) => {
            tracing::warn!(job = %job.id, reason = hold.reason, by = hold.by, "a job over dead letters is held: `gantry dlq job ID resume` lets it go on");
        }
        Ok(Some(job)) => {
            tracing::info!(
                job = %job.id,
                state = job.state.name(),
                done = job.done,
                held_back = job.held_back,
                passed_over = job.passed_over,
                left_out = job.left_out,
                not_applicable = job.not_applicable,
                "a job over dead letters has ended"
            );
        }
        Ok(None) => {}
        Err(error) => {
            tracing::error!(job = %job.id, %error, "a job over dead letters stopped; it goes on after a restart");
            stop.cancelled().await;
        }
    }
    job.id
}

/// The job at its end; none when the host stops before.
async fn pace(
    store: &Store,
    job: &Job,
    flows: Option<&ActiveFlows>,
    stop: &CancellationToken,
) -> Result<Option<Job>, StoreError> {
    let pace = Pace::of(job.rate);
    let mut ticks = tokio::time::interval(pace.every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // A patch that can't be read is refused when the job is started.
    let patch = job.patch.as_deref().and_then(|patch| PayloadPatch::read(patch).ok());
    let means = JobMeans { runs: runs(flows), patcher: patch.map(PayloadPatch::into_patcher) };
    let mut after = None;
    let mut is_patient = true;
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        if let Some(flows) = flows.filter(|_| is_patient) {
            is_patient = stop.run_until_cancelled(wait_for_takeovers(store, flows)).await.unwrap_or(true);
        }
        let step = match store.work_on_job_with(job.id, pace.step as usize, after, means.clone()).await {
            Ok(step) => step,
            Err(gantry_store::JobError::Store(error)) => return Err(error),
            // It was removed.
            Err(_) => return Ok(None),
        };
        if step.job.state != JobState::Running {
            return Ok(Some(step.job));
        }
        let waits_only = step.job.seen == step.job.total && step.after.is_none() && step.done == 0;
        if waits_only && stop.run_until_cancelled(tokio::time::sleep(CHECK_AGAIN)).await.is_none() {
            break;
        }
        after = step.after;
    }
    Ok(None)
}

/// Which flows run. Without a host nothing is sent, so it does not matter.
fn runs(flows: Option<&ActiveFlows>) -> Runs {
    match flows.cloned() {
        Some(flows) => Arc::new(move |flow| flows.is_in_force(flow)),
        None => JobMeans::default().runs,
    }
}

/// Waits a while for flows that take over what was left under a former name; false if one still does.
async fn wait_for_takeovers(store: &Store, flows: &ActiveFlows) -> bool {
    let done = async {
        while is_taken_over(store, flows) {
            tokio::time::sleep(CHECK_AGAIN).await;
        }
    };
    tokio::time::timeout(TAKEOVER, done).await.is_ok()
}

/// Whether a flow has not taken over yet all that was left under one of its former names.
fn is_taken_over(store: &Store, flows: &ActiveFlows) -> bool {
    let entries = flows.entries();
    let mut former =
        entries.iter().flat_map(|entry| entry.flow.formerly.iter().map(move |name| (name, &entry.flow.name)));
    former.any(|(former, flow)| !store.has_taken_over(former, flow))
}

/// Works on a job to its end with nobody else at work on the store: for commands on a stopped host.
pub async fn finish_job(store: &Store, job: Job) -> Result<Job, StoreError> {
    let unpaced = Job { rate: None, ..job };
    Ok(pace(store, &unpaced, None, &CancellationToken::new()).await?.unwrap_or(unpaced))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_keeps_its_rate_in_steps_of_bounded_size() {
        for rate in [1, 3, 9, 10, 11, 50, 999, 2560, 100_000] {
            let Pace { step, every } = Pace::of(Some(rate));
            let a_second = f64::from(step) / every.as_secs_f64();
            assert!((a_second / f64::from(rate) - 1.0).abs() < 0.01, "{rate}: {step} every {every:?}");
            assert!((1..=STEP).contains(&step));
        }
        assert_eq!(Pace::of(None), Pace::of(Some(0)));
    }
}
