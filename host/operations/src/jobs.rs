//! Jobs over many dead letters. With no host running a discard is done at once; a redrive is recorded, and the host works
//! on it when it starts, because only then its rate means something.

use gantry_core::JobId;
use gantry_store::{Filter, Job, JobKind, JobState, NewJob};

use crate::error::OperationError;
use crate::operation::{Call, Effect, Operation};
use crate::permission::Permission;

/// Starts a job that puts dead letters back into the queue.
#[derive(Clone, Debug)]
pub struct StartRedrive {
    /// Which of them are meant.
    pub filter: Filter,
    /// Why; may be empty.
    pub reason: String,
    /// Dead letters a second, at most; none: as fast as the store takes them.
    pub rate: Option<u32>,
    /// Those that were replayed so often already are held back; none: the store's default.
    pub most_replays: Option<u32>,
    /// Redrive even those.
    pub force: bool,
}

/// Starts a job that gives dead letters up.
#[derive(Clone, Debug)]
pub struct StartDiscard {
    /// Which of them are meant.
    pub filter: Filter,
    /// Why; it is needed.
    pub reason: String,
    /// Dead letters a second, at most; none: as fast as the store takes them.
    pub rate: Option<u32>,
}

/// Stops a job; what it did until then stands.
#[derive(Clone, Copy, Debug)]
pub struct CancelJob {
    /// Which one.
    pub id: JobId,
}

impl Operation for StartRedrive {
    const PERMISSION: Permission = Permission::StartRedrives;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = Job;

    fn subject(&self) -> String {
        chosen(&self.filter)
    }

    fn detail(&self) -> String {
        detail(&self.filter, &self.reason)
    }

    async fn run(self, call: Call) -> Result<Job, OperationError> {
        let Self { filter, reason, rate, most_replays, force } = self;
        let new = NewJob { kind: JobKind::Redrive, filter, by: call.by(), reason, rate, most_replays, force };
        Ok(call.store().start_job(new).await?)
    }
}

impl Operation for StartDiscard {
    const PERMISSION: Permission = Permission::StartDiscards;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = Job;

    fn subject(&self) -> String {
        chosen(&self.filter)
    }

    fn detail(&self) -> String {
        detail(&self.filter, &self.reason)
    }

    async fn run(self, call: Call) -> Result<Job, OperationError> {
        let Self { filter, reason, rate } = self;
        let kind = JobKind::Discard;
        let new = NewJob { kind, filter, by: call.by(), reason, rate, most_replays: None, force: false };
        let store = call.store();
        let job = store.start_job(new).await?;
        if call.is_running() || job.state != JobState::Running {
            return Ok(job);
        }
        Ok(gantry_control::jobs::finish_job(&store, job).await?)
    }
}

impl Operation for CancelJob {
    const PERMISSION: Permission = Permission::CancelJobs;
    const EFFECT: Effect = Effect::OneWrite;
    type Output = Job;

    fn subject(&self) -> String {
        self.id.to_string()
    }

    async fn run(self, call: Call) -> Result<Job, OperationError> {
        Ok(call.store().cancel_job(self.id, call.by()).await?)
    }
}

/// The subject becomes the job's id once there is one: which dead letters are meant is kept beside it.
fn detail(filter: &Filter, reason: &str) -> String {
    match reason {
        "" => chosen(filter),
        reason => format!("{}: {reason}", chosen(filter)),
    }
}

/// Which dead letters a filter chooses, without what it looks for in texts and payloads.
fn chosen(filter: &Filter) -> String {
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
