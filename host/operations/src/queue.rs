//! Operations on the queue: withdraw, discard, move. The writes carry no audit entry, because the outcome says how many messages
//! there were. Each works on at most [`MOST_AT_ONCE`] messages, and says where to go on: whoever wants all of them asks until
//! nothing is left.

use gantry_core::{Clock as _, FlowName, JobId, MessageId, Resolution, SystemClock, coded_enum};
use gantry_engine::withdrawn::Withdrawer;
use gantry_store::{AuditOutcome, ClaimedPage, JobError, Leased, NotMoved, QueueFilter};

use crate::error::OperationError;
use crate::names::Names;
use crate::operation::{Call, Effect, Operation};
use crate::permission::Permission;

/// Most messages that one operation takes.
pub const MOST_AT_ONCE: usize = 10_000;

/// Messages in one atomic write.
const IN_ONE_WRITE: usize = 100;

/// Most messages that stay and are named.
const MOST_NAMED: usize = 100;

/// Takes messages out of the queue: they become dead letters, which somebody looks into.
#[derive(Clone, Debug)]
pub struct WithdrawQueued {
    /// Which messages.
    pub filter: QueueFilter,
    /// Begin after this number in the queue; none: at its beginning.
    pub after: Option<u64>,
    /// Why; required.
    pub reason: String,
}

/// Discards messages in the queue. A record of each is kept, as of a discarded dead letter.
#[derive(Clone, Debug)]
pub struct DiscardQueued {
    /// Which messages.
    pub filter: QueueFilter,
    /// Begin after this number in the queue; none: at its beginning.
    pub after: Option<u64>,
    /// Why; required.
    pub reason: String,
}

/// Moves messages to the queue of another flow, which processes them from the beginning.
#[derive(Clone, Debug)]
pub struct MoveQueued {
    /// Which messages.
    pub filter: QueueFilter,
    /// To which flow.
    pub to: FlowName,
    /// Begin after this number in the queue; none: at its beginning.
    pub after: Option<u64>,
    /// Why; may be empty.
    pub reason: String,
}

/// What an operation on the queue did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueChange {
    /// How many messages were withdrawn, discarded or moved.
    pub changed: u64,
    /// How many stay as they are.
    pub stay: u64,
    /// Those that stay, and why; the first hundred.
    pub stayed: Vec<Stayed>,
    /// The number after which to go on, if there may be more.
    pub next: Option<u64>,
    /// Why, in the operator's words.
    pub reason: String,
}

/// A message that stays in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stayed {
    /// Which.
    pub message: MessageId,
    /// Why.
    pub reason: StayReason,
}

coded_enum! {
    /// Why a message stays in the queue.
    pub enum StayReason {
        /// It is being processed at this moment.
        InProgress => "in_progress",
        /// It is the replay of a dead letter, which belongs to its flow; withdraw it instead.
        Replay => "replay",
        /// A target of its flow already has a part of it; withdraw it instead.
        PartlyDelivered => "partly_delivered",
        /// The other flow has a message with the same dedupe value.
        Duplicate => "duplicate",
    }
}

impl From<NotMoved> for StayReason {
    fn from(why: NotMoved) -> Self {
        match why {
            NotMoved::Replay => Self::Replay,
            NotMoved::PartlyDelivered => Self::PartlyDelivered,
            NotMoved::Duplicate => Self::Duplicate,
        }
    }
}

impl QueueChange {
    fn stays(&mut self, message: MessageId, reason: StayReason) {
        self.stay += 1;
        if self.stayed.len() < MOST_NAMED {
            self.stayed.push(Stayed { message, reason });
        }
    }
}

impl Operation for WithdrawQueued {
    const PERMISSION: Permission = Permission::WithdrawQueued;
    const EFFECT: Effect = Effect::Outside;
    type Output = QueueChange;

    fn subject(&self) -> String {
        describe(&self.filter)
    }

    fn words(&self) -> &str {
        &self.reason
    }

    async fn run(self, call: Call) -> Result<QueueChange, OperationError> {
        let Self { filter, after, reason } = self;
        take_out(&call, Taking { filter, after, reason, discards: false }).await
    }

    fn outcome(change: &QueueChange) -> (AuditOutcome, Option<String>) {
        outcome("withdrawn", change)
    }
}

impl Operation for DiscardQueued {
    const PERMISSION: Permission = Permission::DiscardQueued;
    const EFFECT: Effect = Effect::Outside;
    type Output = QueueChange;

    fn subject(&self) -> String {
        describe(&self.filter)
    }

    fn words(&self) -> &str {
        &self.reason
    }

    async fn run(self, call: Call) -> Result<QueueChange, OperationError> {
        let Self { filter, after, reason } = self;
        take_out(&call, Taking { filter, after, reason, discards: true }).await
    }

    fn outcome(change: &QueueChange) -> (AuditOutcome, Option<String>) {
        outcome("discarded", change)
    }
}

impl Operation for MoveQueued {
    const PERMISSION: Permission = Permission::MoveQueued;
    const EFFECT: Effect = Effect::Outside;
    type Output = QueueChange;

    fn subject(&self) -> String {
        format!("{} to flow={}", describe(&self.filter), self.to)
    }

    fn words(&self) -> &str {
        &self.reason
    }

    async fn run(self, call: Call) -> Result<QueueChange, OperationError> {
        call.services().check_names(&names(&self.filter)).await?;
        call.services().check_names(&Names { flow: Some(self.to.clone()), ..Names::default() }).await?;
        call.refuse_broken(&self.to)?;
        call.refuse_of_alert(&self.to)?;
        call.services().check_in_force(&self.to).await?;
        if self.filter.flow.as_ref() == Some(&self.to) {
            return Err(OperationError::SameFlow(self.to));
        }
        let mut change = QueueChange { reason: self.reason, ..QueueChange::default() };
        let mut portions = Portions::of(&call, self.filter, self.after).await?;
        while let Some(claimed) = portions.next(&call, &mut change).await? {
            let elsewhere = claimed.into_iter().filter(|leased| leased.envelope.flow != self.to).collect();
            for moved in call.services().store.move_queued(elsewhere, self.to.clone(), call.by()).await? {
                match moved.stayed {
                    None => change.changed += 1,
                    Some(why) => change.stays(moved.message, why.into()),
                }
            }
        }
        Ok(change)
    }

    fn outcome(change: &QueueChange) -> (AuditOutcome, Option<String>) {
        outcome("moved", change)
    }
}

/// Messages to be taken out of the queue.
struct Taking {
    filter: QueueFilter,
    after: Option<u64>,
    reason: String,
    discards: bool,
}

async fn take_out(call: &Call, taking: Taking) -> Result<QueueChange, OperationError> {
    let Taking { filter, after, reason, discards } = taking;
    if reason.trim().is_empty() {
        return Err(OperationError::NoReason);
    }
    call.services().check_names(&names(&filter)).await?;
    if let Some(job) = filter.job {
        hold(call, job, &reason).await?;
    }
    let mut change = QueueChange { reason: reason.clone(), ..QueueChange::default() };
    let now = SystemClock.now();
    let withdrawer = Withdrawer { by: call.by(), reason, now };
    let Withdrawer { by, reason, .. } = withdrawer.clone();
    let resolution = discards.then_some(Resolution { at: now, by, reason });
    let mut portions = Portions::of(call, filter, after).await?;
    while let Some(claimed) = portions.next(call, &mut change).await? {
        let count = claimed.len() as u64;
        let withdrawals = claimed.into_iter().map(|leased| withdrawer.withdraw(leased)).collect();
        call.services().store.withdraw(withdrawals, resolution.clone()).await?;
        change.changed += count;
    }
    Ok(change)
}

/// Holds a job that is under way, so that it puts nothing into the queue behind what is taken out.
async fn hold(call: &Call, job: JobId, reason: &str) -> Result<(), OperationError> {
    match call.services().store.hold_job(job, call.by(), reason.to_owned()).await {
        Ok(_) | Err(JobError::Ended(_) | JobError::Held(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The messages that pass a filter, portion by portion: only one portion is in memory, and out of the workers' reach.
struct Portions {
    filter: QueueFilter,
    after: Option<u64>,
    taken: usize,
    is_over: bool,
}

impl Portions {
    async fn of(call: &Call, filter: QueueFilter, after: Option<u64>) -> Result<Self, OperationError> {
        Ok(Self { filter: call.services().completed(filter).await?, after, taken: 0, is_over: false })
    }

    /// The next messages, oldest first; none when all or enough were taken. The change says which stay, and where to go on.
    async fn next(&mut self, call: &Call, change: &mut QueueChange) -> Result<Option<Vec<Leased>>, OperationError> {
        if self.is_over {
            return Ok(None);
        }
        let page = call.services().store.claim_queued(self.filter.clone(), self.after, IN_ONE_WRITE).await?;
        let ClaimedPage { claimed, in_progress, next } = page;
        self.taken += claimed.len() + in_progress.len();
        self.after = next;
        self.is_over = next.is_none() || self.taken >= MOST_AT_ONCE;
        change.next = next;
        in_progress.into_iter().for_each(|message| change.stays(message, StayReason::InProgress));
        Ok(Some(claimed))
    }
}

fn names(filter: &QueueFilter) -> Names {
    Names { flow: filter.flow.clone(), target: filter.target.clone(), step: None }
}

fn outcome(what: &str, change: &QueueChange) -> (AuditOutcome, Option<String>) {
    let stay = if change.stay == 0 { String::new() } else { format!(", {} stay", change.stay) };
    let why = if change.reason.is_empty() { String::new() } else { format!(": {}", change.reason) };
    (AuditOutcome::Done, Some(format!("{} {what}{stay}{why}", change.changed)))
}

/// A short description of a filter.
fn describe(filter: &QueueFilter) -> String {
    let QueueFilter { messages, flow, source, key, dedupe_key, target, job, since, until, only_target_of: _ } = filter;
    if let [message] = messages.as_slice() {
        return message.to_string();
    }
    let is_narrowed = source.is_some() || key.is_some() || dedupe_key.is_some() || since.is_some() || until.is_some();
    let named = [
        (!messages.is_empty()).then(|| format!("{} messages", messages.len())),
        flow.as_ref().map(|flow| format!("flow={flow}")),
        target.as_ref().map(|target| format!("target={target}")),
        job.as_ref().map(|job| format!("job={job}")),
    ];
    let named: Vec<_> = named.into_iter().flatten().collect();
    match (named.is_empty(), is_narrowed) {
        (true, false) => "the whole queue".to_owned(),
        (true, true) => "a part of the queue".to_owned(),
        (false, _) => format!("the queue, {}", named.join(" ")),
    }
}
