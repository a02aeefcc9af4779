//! Jobs on many dead letters. Without a running host, a discard is done at once. A redrive is recorded and begins when
//! the host starts, because its rate limits what the host sends.

use gantry_control::patch::PayloadPatch;
use gantry_core::JobId;
use gantry_store::{Filter, Job, JobKind, JobState, NewJob, NewPatch};

use crate::error::OperationError;
use crate::operation::{Call, Effect, Operation};
use crate::permission::Permission;

/// Starts a job that replays dead letters.
#[derive(Clone, Debug)]
pub struct StartRedrive {
    /// Which dead letters.
    pub filter: Filter,
    /// Why; may be empty.
    pub reason: String,
    /// Most dead letters per second; none: as fast as the store allows.
    pub rate: Option<u32>,
    /// Letters that were already replayed this many times are held back; none: the store's default.
    pub most_replays: Option<u32>,
    /// Whether to redrive those as well.
    pub force: bool,
    /// How many of a hundred messages may fail again before the job holds itself; none: the store's default.
    pub max_failed_percent: Option<u8>,
}

/// Starts a job that discards dead letters.
#[derive(Clone, Debug)]
pub struct StartDiscard {
    /// Which dead letters.
    pub filter: Filter,
    /// Why; required.
    pub reason: String,
    /// Most dead letters per second; none: as fast as the store allows.
    pub rate: Option<u32>,
}

/// Starts a job that edits the payloads of dead letters by a JSON Patch. Letters that it does not apply to stay as they are.
#[derive(Clone, Debug)]
pub struct StartPatch {
    /// Which dead letters.
    pub filter: Filter,
    /// The patch (RFC 6902), as JSON.
    pub patch: String,
    /// Why; may be empty.
    pub reason: String,
    /// Most dead letters per second; none: as fast as the store allows.
    pub rate: Option<u32>,
    /// Whether each is replayed with the edited payload.
    pub replays: bool,
    /// As for a redrive.
    pub most_replays: Option<u32>,
    /// As for a redrive.
    pub force: bool,
    /// As for a redrive.
    pub max_failed_percent: Option<u8>,
}

/// Cancels a job; what it did before stays done.
#[derive(Clone, Debug)]
pub struct CancelJob {
    /// Its id.
    pub id: JobId,
    /// Why; may be empty.
    pub note: String,
}

/// Holds a running job: it does nothing more until it is resumed.
#[derive(Clone, Debug)]
pub struct HoldJob {
    /// Its id.
    pub id: JobId,
    /// Why; may be empty.
    pub note: String,
}

/// Lets a held job go on.
#[derive(Clone, Debug)]
pub struct ResumeJob {
    /// Its id.
    pub id: JobId,
    /// Why; may be empty.
    pub note: String,
}

impl Operation for StartRedrive {
    const PERMISSION: Permission = Permission::StartRedrives;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = Job;

    fn subject(&self) -> String {
        describe(&self.filter)
    }

    fn words(&self) -> &str {
        &self.reason
    }

    fn detail(&self) -> String {
        detail(&self.filter, &self.reason)
    }

    async fn run(self, call: Call) -> Result<Job, OperationError> {
        let Self { filter, reason, rate, most_replays, force, max_failed_percent } = self;
        if let Some(flow) = &filter.flow {
            call.refuse_broken(flow)?;
        }
        let filter = call.services().check_filter(filter).await?;
        call.services().check_all_in_force(&filter).await?;
        let kind = JobKind::Redrive;
        let by = call.by();
        let patch = None;
        let new = NewJob { kind, filter, by, reason, rate, most_replays, force, max_failed_percent, patch };
        Ok(call.store().start_job(new).await?)
    }
}

impl Operation for StartDiscard {
    const PERMISSION: Permission = Permission::StartDiscards;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = Job;

    fn subject(&self) -> String {
        describe(&self.filter)
    }

    fn words(&self) -> &str {
        &self.reason
    }

    fn detail(&self) -> String {
        detail(&self.filter, &self.reason)
    }

    async fn run(self, call: Call) -> Result<Job, OperationError> {
        let Self { filter, reason, rate } = self;
        let filter = call.services().check_filter(filter).await?;
        let kind = JobKind::Discard;
        let by = call.by();
        let most_replays = None;
        let new = NewJob {
            kind,
            filter,
            by,
            reason,
            rate,
            most_replays,
            force: false,
            max_failed_percent: None,
            patch: None,
        };
        start_or_finish(&call, new).await
    }
}

impl Operation for StartPatch {
    const PERMISSION: Permission = Permission::StartPatches;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = Job;

    fn subject(&self) -> String {
        describe(&self.filter)
    }

    fn words(&self) -> &str {
        &self.reason
    }

    fn detail(&self) -> String {
        detail(&self.filter, &self.reason)
    }

    async fn run(self, call: Call) -> Result<Job, OperationError> {
        let Self { filter, patch, reason, rate, replays, most_replays, force, max_failed_percent } = self;
        PayloadPatch::read(&patch)?;
        if replays {
            if let Some(flow) = &filter.flow {
                call.refuse_broken(flow)?;
            }
            call.services().check_all_in_force(&filter).await?;
        }
        let filter = call.services().check_filter(filter).await?;
        let kind = JobKind::Patch;
        let by = call.by();
        let patch = Some(NewPatch { text: patch, replay: replays });
        let new = NewJob { kind, filter, by, reason, rate, most_replays, force, max_failed_percent, patch };
        match replays {
            true => Ok(call.store().start_job(new).await?),
            false => start_or_finish(&call, new).await,
        }
    }
}

/// Starts a job that sends nothing; without a running host, it is done at once.
async fn start_or_finish(call: &Call, new: NewJob) -> Result<Job, OperationError> {
    let store = call.store();
    let job = store.start_job(new).await?;
    if call.is_running() || job.state != JobState::Running {
        return Ok(job);
    }
    Ok(gantry_control::jobs::finish_job(&store, job).await?)
}

impl Operation for CancelJob {
    const PERMISSION: Permission = Permission::CancelJobs;
    const EFFECT: Effect = Effect::OneWrite;
    const WORDS: &'static str = "note";
    type Output = Job;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn words(&self) -> &str {
        &self.note
    }

    async fn run(self, call: Call) -> Result<Job, OperationError> {
        Ok(call.store().cancel_job(self.id, call.by()).await?)
    }
}

impl Operation for HoldJob {
    const PERMISSION: Permission = Permission::HoldJobs;
    const EFFECT: Effect = Effect::OneWrite;
    const WORDS: &'static str = "note";
    type Output = Job;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn words(&self) -> &str {
        &self.note
    }

    async fn run(self, call: Call) -> Result<Job, OperationError> {
        Ok(call.store().hold_job(self.id, call.by(), self.note).await?)
    }
}

impl Operation for ResumeJob {
    const PERMISSION: Permission = Permission::ResumeJobs;
    const EFFECT: Effect = Effect::OneWrite;
    const WORDS: &'static str = "note";
    type Output = Job;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    fn words(&self) -> &str {
        &self.note
    }

    async fn run(self, call: Call) -> Result<Job, OperationError> {
        Ok(call.store().resume_job(self.id).await?)
    }
}

/// The filter and the reason. The audit subject becomes the job's id, so the filter is recorded here.
fn detail(filter: &Filter, reason: &str) -> String {
    match reason {
        "" => describe(filter),
        reason => format!("{}: {reason}", describe(filter)),
    }
}

/// A short description of a filter, without the texts it searches for.
fn describe(filter: &Filter) -> String {
    let flow = filter.flow.as_ref().map(|flow| format!("flow={flow}"));
    let target = filter.target.as_ref().map(|target| format!("target={target}"));
    let code = filter.code.as_ref().map(|code| format!("code={code}"));
    let fingerprint = filter.fingerprint.as_ref().map(|fingerprint| format!("fingerprint={fingerprint}"));
    let named: Vec<_> = [flow, target, code, fingerprint].into_iter().flatten().collect();
    let is_narrowed = *filter != Filter::default();
    match (named.is_empty(), is_narrowed) {
        (true, false) => "all dead letters".to_owned(),
        (true, true) => "some dead letters".to_owned(),
        (false, _) => named.join(" "),
    }
}
