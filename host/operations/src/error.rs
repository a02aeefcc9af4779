//! Why an operation failed or was refused. The errors stay typed: the admin server turns their kind into a problem, the
//! command line into an exit code.

use gantry_control::patch::PatchError;
use gantry_control::publish::PublishError;
use gantry_control::reload::ReloadError;
use gantry_control::rollout::DeployError;
use gantry_control::targets::TargetError;
use gantry_core::{DeadLetterId, FlowName};
use gantry_engine::broken_flow::FlowBroken;
use gantry_store::{AuditOutcome, CatalogueError, DedupeError, GroupError, JobError, ReplayError, StoreError};

use crate::find::FindError;
use crate::names::{NamesError, NoFlow, UnknownName};
use crate::permission::Permission;

/// An operation failed or was refused.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// The actor lacks the permission.
    #[error("`{actor}` lacks the permission `{}`", permission.name())]
    Denied {
        /// The missing permission.
        permission: Permission,
        /// The actor.
        actor: String,
    },
    /// It needs a running host.
    #[error("this needs a running host")]
    NoHost,
    /// A name or a reason beyond its bound.
    #[error("`{what}` has {length} characters, and at most {most} are allowed")]
    TooLong {
        /// The name in requests: `by`, `reason` or `note`.
        what: &'static str,
        /// How many there are.
        length: usize,
        /// How many there may be.
        most: usize,
    },
    /// A discard or a withdrawal without a reason.
    #[error("this needs a `reason`")]
    NoReason,
    /// Messages are to be moved to the flow that they belong to.
    #[error("these messages belong to the flow `{0}` already")]
    SameFlow(FlowName),
    /// A flow that takes messages from the host itself only.
    #[error("the flow `{0}` takes nothing but what the host says of itself")]
    AboutTheHost(FlowName),
    /// The end of a state that has none.
    #[error("only an acknowledgement has an end (`until`)")]
    NoEnd,
    /// Nothing would ever take the messages of this flow from the queue.
    #[error(transparent)]
    NoFlow(#[from] NoFlow),
    /// A filter with a name that nobody knows.
    #[error(transparent)]
    Name(#[from] UnknownName),
    /// The dead letter was removed in the meantime.
    #[error("there is no dead letter {0}")]
    NoDeadLetter(DeadLetterId),
    /// No dead letter is meant by an id, or several may be.
    #[error(transparent)]
    Find(#[from] FindError),
    /// The dead letter's state does not allow it.
    #[error(transparent)]
    DeadLetter(#[from] ReplayError),
    /// The flow can't run.
    #[error(transparent)]
    Broken(#[from] FlowBroken),
    /// There is no such group.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// The job could not be started or cancelled.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The patch of a job can't be used.
    #[error(transparent)]
    Patch(#[from] PatchError),
    /// No message holds the value.
    #[error(transparent)]
    Dedupe(#[from] DedupeError),
    /// The target's state does not allow it.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The deployment could not be begun or changed.
    #[error(transparent)]
    Deployment(#[from] DeployError),
    /// A plugin was not published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The flow files could not be reloaded.
    #[error(transparent)]
    Reload(#[from] ReloadError),
    /// There is no such alert.
    #[error("there is no alert {0}")]
    Alert(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The host stopped or failed before the operation ended.
    #[error("the host stopped before the operation ended")]
    Interrupted(#[from] tokio::task::JoinError),
}

impl From<NamesError> for OperationError {
    fn from(error: NamesError) -> Self {
        match error {
            NamesError::Unknown(error) => Self::Name(error),
            NamesError::NoFlow(error) => Self::NoFlow(error),
            NamesError::Store(error) => Self::Store(error),
        }
    }
}

/// The kind of refusal or failure. It determines the answer and the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The actor lacks the permission.
    Denied,
    /// It needs a running host.
    NoHost,
    /// The request is invalid or incomplete.
    Invalid,
    /// The subject does not exist.
    NotFound,
    /// The state of the subject does not allow it.
    Conflict,
    /// The version was published with other bytes.
    VersionTaken,
    /// The publisher of the plugin is not trusted.
    PluginUntrusted,
    /// The plugin can't be run, or doesn't fit the step.
    PluginRefused,
    /// A file of the catalogue can't be read or written.
    CatalogueFailed,
    /// A reload failed because of a fault of the host.
    ReloadFailed,
    /// The host is stopping.
    Stopping,
    /// The store failed.
    StoreUnavailable,
}

impl ErrorKind {
    /// Whether the host failed, as opposed to refusing the request.
    const fn is_failure(self) -> bool {
        matches!(self, Self::CatalogueFailed | Self::ReloadFailed | Self::Stopping | Self::StoreUnavailable)
    }
}

impl OperationError {
    /// The kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Denied { .. } => ErrorKind::Denied,
            Self::NoFlow(_) => ErrorKind::Conflict,
            Self::NoHost => ErrorKind::NoHost,
            Self::NoReason
            | Self::NoEnd
            | Self::Patch(_)
            | Self::SameFlow(_)
            | Self::AboutTheHost(_)
            | Self::TooLong { .. } => ErrorKind::Invalid,
            Self::NoDeadLetter(_) | Self::Alert(_) | Self::Name(_) => ErrorKind::NotFound,
            Self::Broken(_) => ErrorKind::Conflict,
            Self::Find(error) => of_find(error),
            Self::DeadLetter(error) => of_dead_letter(error),
            Self::Group(error) => of_group(error),
            Self::Job(error) => of_job(error),
            Self::Dedupe(DedupeError::NotFound { .. }) => ErrorKind::NotFound,
            Self::Target(error) => of_target(error),
            Self::Deployment(error) => of_deployment(error),
            Self::Publish(error) => of_publication(error),
            Self::Reload(error) => of_reload(error),
            Self::Dedupe(DedupeError::Store(_)) | Self::Store(_) => ErrorKind::StoreUnavailable,
            Self::Interrupted(_) => ErrorKind::Stopping,
        }
    }

    /// The outcome for the audit log.
    pub(crate) fn outcome(&self) -> AuditOutcome {
        if self.kind().is_failure() { AuditOutcome::Failed } else { AuditOutcome::Refused }
    }
}

const fn of_find(error: &FindError) -> ErrorKind {
    match error {
        FindError::Unknown(_) | FindError::NotDead { .. } | FindError::Others { .. } => ErrorKind::NotFound,
        FindError::Several { .. } => ErrorKind::Conflict,
        FindError::Store(_) => ErrorKind::StoreUnavailable,
    }
}

const fn of_dead_letter(error: &ReplayError) -> ErrorKind {
    match error {
        ReplayError::NotFound(_) => ErrorKind::NotFound,
        ReplayError::WrongState { .. } | ReplayError::MessageQueued(_) => ErrorKind::Conflict,
        ReplayError::Store(_) => ErrorKind::StoreUnavailable,
    }
}

const fn of_group(error: &GroupError) -> ErrorKind {
    match error {
        GroupError::NotFound(_) => ErrorKind::NotFound,
        GroupError::Past(_) => ErrorKind::Invalid,
        GroupError::Store(_) => ErrorKind::StoreUnavailable,
    }
}

const fn of_job(error: &JobError) -> ErrorKind {
    match error {
        JobError::NotFound(_) => ErrorKind::NotFound,
        JobError::Ended(_) | JobError::Held(_) | JobError::NotHeld(_) => ErrorKind::Conflict,
        JobError::WrongState(_) | JobError::NoReason | JobError::TooMany(_) => ErrorKind::Invalid,
        JobError::Store(_) => ErrorKind::StoreUnavailable,
    }
}

const fn of_target(error: &TargetError) -> ErrorKind {
    match error {
        TargetError::Unknown { .. } => ErrorKind::NotFound,
        TargetError::Broken(_)
        | TargetError::Disabled { .. }
        | TargetError::Paused { .. }
        | TargetError::StoppedAlready { .. }
        | TargetError::NotOver { .. } => ErrorKind::Conflict,
        TargetError::EndHasPassed { .. } => ErrorKind::Invalid,
        TargetError::Store(_) => ErrorKind::StoreUnavailable,
    }
}

const fn of_deployment(error: &DeployError) -> ErrorKind {
    use DeployError as E;
    match error {
        E::NoFlow(_)
        | E::NoStep { .. }
        | E::NoPlugin(_)
        | E::NoDeployment(_)
        | E::NoDeadLetter(_)
        | E::NoFile { .. } => ErrorKind::NotFound,
        E::Broken(_)
        | E::InForce { .. }
        | E::NotInForce { .. }
        | E::Busy { .. }
        | E::Over { .. }
        | E::TooEarly { .. }
        | E::OtherPhase { .. }
        | E::Rules { .. }
        | E::StepBack { .. } => ErrorKind::Conflict,
        E::Name(_) | E::Share(_) | E::Term { .. } => ErrorKind::Invalid,
        E::Untrusted(_) => ErrorKind::PluginUntrusted,
        E::Load(_) | E::Misfit(_) | E::Cases(_) => ErrorKind::PluginRefused,
        E::Catalogue(_) => ErrorKind::CatalogueFailed,
        E::Store(_) => ErrorKind::StoreUnavailable,
        E::Stopping => ErrorKind::Stopping,
    }
}

const fn of_publication(error: &PublishError) -> ErrorKind {
    match error {
        PublishError::Refused(_) | PublishError::Cases(_) => ErrorKind::PluginRefused,
        PublishError::Signatures(_) => ErrorKind::Invalid,
        PublishError::Untrusted(_) => ErrorKind::PluginUntrusted,
        PublishError::Catalogue(CatalogueError::Taken { .. }) => ErrorKind::VersionTaken,
        PublishError::Catalogue(CatalogueError::Store(_)) => ErrorKind::StoreUnavailable,
        PublishError::Catalogue(_) => ErrorKind::CatalogueFailed,
        PublishError::Stopped(_) => ErrorKind::Stopping,
    }
}

const fn of_reload(error: &ReloadError) -> ErrorKind {
    match error {
        ReloadError::NoFiles => ErrorKind::Conflict,
        ReloadError::Stopping => ErrorKind::Stopping,
        ReloadError::Failed(_) => ErrorKind::ReloadFailed,
    }
}
